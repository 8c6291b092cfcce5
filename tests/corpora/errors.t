#!/usr/bin/perl
# What bide makes of refusals: the catalogue, recorded error responses, and
# crafted retry headers with what the official SDKs did about them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Drive;
use JSON::PP;
use MIME::Base64;
use Test::More;

# Cases in the catalogue's form through the driver: the verdicts, in order.
sub classify {
	my $json = JSON::PP->new->ascii;
	my ($status, $out) =
	    drive(join('', map { $json->encode($_) . "\n" } @_), 'classify');
	is($status, 0, 'drive classify');
	return lines($out);
}

sub recorded {
	my ($case) = @_;
	return { id => $case->{id}, where => 'http',
	    status => $case->{status}, headers => $case->{headers},
	    body => decode_base64($case->{body_b64}) };
}

# "rate_limit again 6.379": class, whether to ask again, and from when on.
# The driver prints ms, rounded up.
sub spell {
	my ($v) = @_;
	return join ' ', $v->{class}, $v->{retry} ? 'again' : 'stop',
	    defined $v->{wait_s} ? sprintf('%.3f', $v->{wait_s}) : ();
}

my @catalogue = cases('../errors.jsonl');
for my $got (classify(@catalogue)) {
	my $case = shift @catalogue;
	my $want = $case->{expect};
	is("$got->{class} $got->{retry}", "$want->{class} $want->{retry}",
	    $case->{id});
	if (!defined $want->{wait_s}) {
		is($got->{wait_s}, undef, "$case->{id}: no wait");
		next;
	}
	my $late = ($got->{wait_s} // -1) - $want->{wait_s};
	ok($late > -1e-6 && $late < 1.1e-3, "$case->{id}: wait")
	    or diag("got $got->{wait_s}, want $want->{wait_s}");
}

# Recorded, by the beginnings of their ids; the first that fits.
my @recorded = (
	[ qr/^anthropic-400-chat/ => 'context_length stop' ],
	[ qr/^anthropic-404/ => 'not_found stop' ],
	[ qr/^bedrock-runtime-403/ => 'permission stop' ],
	[ qr/^(deepseek|ollama-cloud|openai|openrouter|perplexity)-401/ =>
	    'auth stop' ],
	# no such model, and the status says only 400
	[ qr/^openai-400-test-inferred/ => 'not_found stop' ],
	[ qr/^(gemini|groq|openai)-404/ => 'not_found stop' ],
	# the text's 48.94 s, not RetryInfo's 48 s; the SDKs ask after 0.5 s
	[ qr/^gemini-429/ => 'rate_limit again 48.940' ],
	[ qr/^(ollama-cloud|openrouter)-400/ => 'context_length stop' ],
	[ qr/^openrouter-429/ => 'rate_limit again' ],
	[ qr/^published-anthropic-529/ => 'overloaded again' ],
	# a bad key that its provider calls a bad argument
	[ qr/^xai-400/ => 'auth stop' ],
	[ qr/-400-/ => 'bad_request stop' ],
);
my @cases = cases('errors/cases.jsonl');
for my $got (classify(map { recorded($_) } @cases)) {
	my $case = shift @cases;
	my ($want) = grep { $case->{id} =~ $_->[0] } @recorded;
	is(spell($got), $want->[1], $case->{id});
	is($got->{retry} ? 1 : 0, $case->{sdk}{openai}{retried} ? 1 : 0,
	    "$case->{id}: as the SDKs");
}

# Crafted: what we do.  Where the SDKs do otherwise, why.
my $backoff = 'the SDKs go at once; our own backoff is for garbage';
my %matrix = (
	'ra-0' => [ 'rate_limit again 0.000' ],
	'ra-1' => [ 'rate_limit again 1.000' ],
	'ra-1.5' => [ 'rate_limit again 1.500' ],
	'ra-3600' => [ 'rate_limit again 3600.000' ],
	'ra-61' => [ 'rate_limit again 61.000' ],
	'ra-date-past' => [ 'rate_limit again 0.000' ],
	'ra-empty' => [ 'rate_limit again' ],
	'ra-garbage' => [ 'rate_limit again', $backoff ],
	'ra-hex' => [ 'rate_limit again', $backoff ],
	'ra-huge' => [ 'rate_limit again', $backoff ],
	'ra-neg' => [ 'rate_limit again', $backoff ],
	'ra-ms-300' => [ 'rate_limit again 0.300' ],
	'ra-ms-300+ra-2' => [ 'rate_limit again 0.300' ],
	'two-ra' => [ 'rate_limit again 2.000' ],
	'should-retry-false-500' => [ 'server stop' ],
	'should-retry-true-400' => [ 'bad_request again 1.000' ],
	'status-300' => [ 'bad_request stop' ],
	'status-304' => [ 'bad_request stop' ],
	'status-307' => [ 'bad_request stop' ],
	'status-402' => [ 'quota stop' ],
	'status-403' => [ 'permission stop' ],
	'status-404' => [ 'not_found stop' ],
	'status-405' => [ 'bad_request stop' ],
	'status-408' => [ 'timeout again 1.000' ],
	'status-409' => [ 'server again 1.000' ],
	'status-413' => [ 'too_large stop' ],
	'status-418' => [ 'bad_request stop' ],
	'status-425' => [ 'server again 1.000',
	    'too early: the same request is wanted later (RFC 8470)' ],
	'status-451' => [ 'bad_request stop' ],
	'status-501' => [ 'bad_request stop',
	    'llama.cpp: this server cannot do it, and never will' ],
	'status-503' => [ 'overloaded again 1.000' ],
	'status-504' => [ 'timeout again 1.000' ],
	'status-529' => [ 'overloaded again 1.000' ],
	'status-599' => [ 'server again 1.000' ],
);
my @crafted = cases('errors/retry_matrix.jsonl');
for my $got (classify(map { recorded($_) } @crafted)) {
	my $case = shift @crafted;
	my $sdk = $case->{sdk}{openai};
	my ($want, $why) = @{ $matrix{ $case->{id} =~ s{^retry/}{}r }
	    // [ 'no verdict of ours yet' ] };
	is(spell($got), $want, $case->{id});
	is($got->{retry} ? 1 : 0, $sdk->{retried} ? 1 : 0,
	    "$case->{id}: as the SDKs") unless $why;
	# What an SDK waited for longer than its own backoff of half a second
	# was the server's figure.
	my $waited = $sdk->{delay_ms} // 0;
	$waited = 12000 if $waited eq '>12000';
	next unless $got->{retry} && $waited > 600;
	cmp_ok(($got->{wait_s} // 0) * 1000, '>=', $waited - 50,
	    "$case->{id}: not before the SDKs");
}

done_testing();
