package Drive;

# What the corpus tests share: foreign cases and the driver they go through.

use strict;
use warnings;
use File::Temp;
use JSON::PP;
use Test::More;
use Exporter 'import';
our @EXPORT = qw(corpus cases drive lines);

# The path of a corpus file; skips the whole test where there is none.
sub corpus {
	my ($name) = @_;
	my $path = ($ENV{BIDE_CORPORA} // '../shared/corpora') . "/$name";
	plan skip_all => "no $path" unless -e $path;
	return $path;
}

sub slurp {
	my ($path) = @_;
	open my $fh, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$fh>;
}

# JSON lines, decoded.
sub lines {
	my $json = JSON::PP->new->utf8->allow_nonref;
	return map { $json->decode($_) } split /\n/, $_[0];
}

sub cases { return lines(slurp(corpus($_[0]))) }

my $input = File::Temp->new;

# Runs the driver on some bytes: its exit status and its output.  No answer
# within a minute counts as a crash.
sub drive {
	my ($bytes, @args) = @_;
	my $drive = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/drive';
	my $path = $input->filename;
	open my $fh, '>:raw', $path or die "$path: $!";
	print $fh $bytes;
	close $fh or die "$path: $!";
	my $out = `timeout 60 $drive @args < $path`;
	return ($? & 127 ? "signal $?" : $? >> 8, $out);
}

1;
