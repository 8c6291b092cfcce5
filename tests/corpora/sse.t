# Every event stream of the corpus, whole, byte by byte, and as its origin
# cut it.  Where the corpus notes implementations that differ (esp on empty
# lines after CR), bide goes with WHATWG's own reference.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Digest::SHA qw(sha256_hex);
use Drive;
use Encode qw(encode);
use JSON::PP;
use MIME::Base64;
use Test::More;

my $canonical = JSON::PP->new->canonical;

sub spell { return join "\n", map { $canonical->encode($_) } @_ }

for my $case (cases('sse/cases.jsonl')) {
	my $bytes = decode_base64($case->{input_b64});
	my $want = spell(@{ $case->{events} });
	my %cut = (whole => '', chunks => '--cuts ' . join(',',
	    @{ $case->{chunks} }));
	for my $how (sort keys %cut) {
		my ($status, $out) = drive($bytes, 'sse', $cut{$how});
		is($status, 0, "$case->{id}: $how");
		is(spell(lines($out)), $want, "$case->{id}: $how");
	}
	my ($status, $out) = drive($bytes, 'sse', '--split 1 --at');
	my @events = lines($out);
	my @at = map { delete $_->{at} } @events;
	is(spell(@events), $want, "$case->{id}: byte by byte");
	is("@at", "@{ $case->{dispatch_at} }", "$case->{id}: at once");
}

# Megabytes; a parser that reads anything twice does not come back in time.
for my $case (cases('sse/generated.jsonl')) {
	my $bytes = join '', map { $_->[0] x $_->[1] } @{ $case->{parts} };
	my @want = map { ("$_->{data_len} $_->{data_sha256}") x
	    ($_->{repeat} // 1) } @{ $case->{expect} };
	for my $cut ('', '--split 1', '--split 4096') {
		my ($status, $out) = drive($bytes, 'sse', $cut);
		my @got = map {
			my $data = encode('UTF-8', $_->{data});
			length($data) . ' ' . sha256_hex($data);
		} fast_lines($out);
		is($status, 0, "$case->{id} $cut");
		is("@got", "@want", "$case->{id} $cut: events");
	}
}

# JSON::PP takes minutes for megabytes in one string; data without escapes
# is cut out by hand.
sub fast_lines {
	return map {
		/"data":"([^"\\]*)"/ ? { data => $1 } : lines($_)
	} split /\n/, $_[0];
}

done_testing;
