#!/usr/bin/perl
# Recorded streams through drive decode, whole and cut, against the providers'
# own SDKs.  BIDE_SPLITS: other sizes to cut at ("1 2 3").
use strict;
use warnings;
use JSON::PP;
use Test::More;

my $dir = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/llm';
my $drive = ($ENV{BIDE_BUILD} // 'build/check') . '/drive';
my %dialect = ('openai-responses' => 'responses', 'openai-chat' => 'chat');
my @splits = split ' ', $ENV{BIDE_SPLITS} // '1 7 4096';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;

plan skip_all => "no corpus at $dir" if !-e "$dir/index.json";

# What the SDK raises on: class and code of our fault.
my %raises = (
	'groq-openai-chat-test-tool-use-failed-error-streaming' =>
	    ['bad_request', 'tool_use_failed'],
	'groq-openai-chat-test-tool-use-failed-error-streaming-with-text' =>
	    ['bad_request', 'tool_use_failed'],
	'openai-openai-responses-openai-error-1' =>
	    ['quota', 'insufficient_quota'],
	'openai-openai-responses-stream-rate-limited-1' =>
	    ['too_large', 'rate_limit_exceeded'],
	'openrouter-openai-chat-test-openrouter-stream-error' =>
	    ['bad_request', ''],
);

# The last blank line is missing.  The SDK drops the response.completed before
# it; bide takes an event that is complete (providers.md 7.1).
my %pending = (
	'openai-openai-responses-stream-multiple-output-items-1' =>
	    { finish_reason => 'completed',
	    usage => { input_tokens => 10, output_tokens => 4 } },
);

sub slurp {
	my ($path) = @_;
	open my $fh, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$fh>;
}

sub decode {
	my ($case, @options) = @_;
	my $line = qx($drive decode $dialect{$case->{api}} @options <'$dir/$case->{file}');
	return $? == 0 ? $line : "status $?";
}

sub told {
	my ($got) = @_;
	return { map { $_ => $got->{$_} }
	    qw(text reasoning tool_calls finish_reason usage) };
}

sub check {
	my ($case, $line) = @_;
	my $got = eval { $json->decode($line) } or return fail "$case->{id}: $line";
	my $id = $case->{id};
	if (my $raise = $raises{$id}) {
		is_deeply [@{$got->{error} // {}}{qw(class code)}], $raise, $id;
		return;
	}
	my $want = told({ %{$case->{expect}}, %{$pending{$id} // {}} });
	$want->{$_} //= '' for qw(text reasoning);
	$want->{tool_calls} //= [];
	is $json->encode({ %{told($got)}, error => $got->{error} }),
	    $json->encode({ %$want, error => undef }), $id;
}

for my $file (sort glob "$dir/*.json") {
	next if $file =~ m{/index\.json$};
	my $case = $json->decode(slurp($file));
	next if !$dialect{$case->{api}};
	my $whole = decode($case);
	check($case, $whole);
	my @differ = grep { decode($case, "--split $_") ne $whole } @splits;
	is "@differ", '', "$case->{id}: cut at @splits bytes";
}
done_testing;
