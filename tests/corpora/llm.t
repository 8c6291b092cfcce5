#!/usr/bin/perl
# Recorded streams through drive decode, whole and cut, against the providers'
# own SDKs.  BIDE_SPLITS: other sizes to cut at ("1 2 3").
use strict;
use warnings;
use JSON::PP;
use Test::More;

my $dir = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/llm';
my $drive = ($ENV{BIDE_BUILD} // 'build/check') . '/drive';
my %dialect = ('openai-responses' => 'responses', 'openai-chat' => 'chat',
	'anthropic' => 'messages', gemini => 'gemini');
my @splits = split ' ', $ENV{BIDE_SPLITS} // '1 7 4096';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;

plan skip_all => "no corpus at $dir" if !-e "$dir/index.json";

# What the SDK raises on: class and code of our fault.
my %raises = (
	# half of an answer is out when another one begins: ask anew
	'anthropic-anthropic-spliced-message-start' => ['io', ''],
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

# What Anthropic's SDK raises on, where bide does not.  All but three lack the
# last blank line, behind which the SDK would find the message_stop; one says
# its message_start twice (providers.md 3.1); two are several answers in one
# file, of which the loop would read the first.  What the SDK does not say is
# here: the end, the calls, the counts (input, output).  The text is that of
# all deltas.
my %read = (
	'basic-response' => ['end_turn', '', 11, 6],
	'compaction-response' => ['end_turn', '', 30, 8],
	'duplicate-message-start' => ['end_turn', '', 17, 227],
	'fallback-credit-response' => ['end_turn', '', 25, 8],
	'fallback-response' => ['end_turn', '', 25, 8],
	# the limit cut its call off, which is none then (providers.md 7.5)
	'incomplete-partial-json-response' => ['max_tokens', '', 450, 124],
	'refusal-response' => ['refusal', '', 20, 0],
	'tool-use-response' => ['tool_use',
	    'get_weather{"location":"Paris"}', 377, 65],
	'anthropic-tool-search-bm25-1' => ['end_turn', '', 1040, 41],
	'anthropic-tool-search-deferred-bm25' => ['end_turn', '', 1639, 95],
);

# Arguments in pieces, which the SDK does not put together.
sub call {
	return { id => undef, name => $_[0], arguments => $_[1] };
}
my %assembled = (
	'gemini-gemini-google-stream-no-args-tool-call' => [
	    call('read_theme', '{}'), map { call('read_screen',
	    qq({"id":"$_"})) } qw(A B C) ],
	'gemini-gemini-google-stream-tool-call-arguments' => [
	    map { call('getWeather', qq({"location":"$_"})) }
	    'Boston', 'San Francisco' ],
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

# Anthropic's usage is spread over two events: as bide counts it.
sub counted {
	my ($u) = @_;
	return { input => $u->{input_tokens} +
		($u->{cache_creation_input_tokens} // 0) +
		($u->{cache_read_input_tokens} // 0),
	    output => $u->{output_tokens},
	    cached => $u->{cache_read_input_tokens} // -1,
	    reasoning => $u->{output_tokens_details}{thinking_tokens} // -1 };
}

sub deltas {
	my ($case) = @_;
	my $data = slurp("$dir/$case->{file}");
	return join '', map { $json->decode($_) }
	    $data =~ /"type":"text_delta","text":("(?:[^"\\]|\\.)*")/g;
}

sub check_read {
	my ($case, $got, $want) = @_;
	same_calls($got->{tool_calls}, []);
	my $calls = join ' ', map { "$_->{name}$_->{arguments}" }
	    @{$got->{tool_calls}};
	is_deeply [@$got{qw(text finish_reason)}, $calls,
	    @{$got->{counted}}{qw(input output)}, $got->{error}],
	    [deltas($case), @$want, undef], $case->{id};
}

# Arguments in canonical JSON; ids that we made up are none.
sub same_calls {
	my ($got, $want) = @_;
	for my $call (@$got, @$want) {
		$call->{arguments} =
		    $json->encode($json->decode($call->{arguments}));
	}
	for my $i (grep { !defined $want->[$_]{id} } 0 .. $#$want) {
		$got->[$i]{id} = undef if $got->[$i]{id} eq 'call_' . ($i + 1);
	}
}

sub check {
	my ($case, $line) = @_;
	my $got = eval { $json->decode($line) } or return fail "$case->{id}: $line";
	my $id = $case->{id};
	if (my $raise = $raises{$id}) {
		is_deeply [@{$got->{error} // {}}{qw(class code)}], $raise, $id;
		return;
	}
	if (my $read = $read{$id =~ s/^anthropic-anthropic-//r}) {
		check_read($case, $got, $read);
		return;
	}
	my $want = told({ %{$case->{expect}}, %{$pending{$id} // {}} });
	$want->{$_} //= '' for qw(text reasoning);
	$want->{tool_calls} = $assembled{$id} // $want->{tool_calls} // [];
	same_calls($got->{tool_calls}, $want->{tool_calls})
	    if $case->{api} !~ /^openai/;
	($got->{usage}, $want->{usage}) =
	    ($got->{counted}, counted($want->{usage}))
	    if $case->{api} eq 'anthropic';
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
