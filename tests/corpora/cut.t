#!/usr/bin/perl
# Recorded streams through the whole loop, cut and asked for again.  A few cuts
# of each; with BIDE_TORTURE after every byte.
use strict;
use warnings;
use JSON::PP;
use Test::More;

my $dir = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/llm';
my $drive = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/drive_cut';
my %dialect = ('openai-responses' => 'responses', 'openai-chat' => 'chat',
	'anthropic' => 'messages', gemini => 'gemini');

plan skip_all => "no corpus at $dir" if !-e "$dir/index.json";

sub slurp {
	open my $fh, '<', $_[0] or die "$_[0]: $!\n";
	local $/;
	return decode_json(<$fh>);
}

for my $r (@{slurp("$dir/index.json")}) {
	my $dialect = $dialect{$r->{api}} or next;
	next if $r->{sdk_error};	# no whole answer to compare with: llm.t
	my $step = $ENV{BIDE_TORTURE} ? 1 : int($r->{bytes} / 8) + 1;
	my $said = qx($drive $dialect $dir/$r->{id}.sse $step);
	ok($? == 0, "$r->{id} ($r->{bytes} bytes, step $step)") or
	    diag($said);
}
done_testing();
