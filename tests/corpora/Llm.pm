package Llm;

# The recorded streams of the four dialects, and the result expected of each:
# that of the provider's own SDK, or ours where the SDK has none.

use strict;
use warnings;
use JSON::PP;
use Exporter 'import';
our @EXPORT = qw(recordings slurp deltas same_calls counted finish $json %dialect
    %raises %pending %read %first %assembled);

our $json = JSON::PP->new->utf8->canonical->allow_nonref;
our %dialect = ('openai-responses' => 'responses', 'openai-chat' => 'chat',
	'anthropic' => 'messages', gemini => 'gemini');

my $dir = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/llm';

# What the SDK raises on: class and code of our fault, and the exit status.
# All but the first are final: one request.
our %raises = (
	# another answer begins when half of one was output: retry
	'anthropic-anthropic-spliced-message-start' => ['io', '', 75],
	# a call that does not fit its schema: the model's glitch, which the
	# catalogue has as final ("one retry is defensible, but not a wait")
	'groq-openai-chat-test-tool-use-failed-error-streaming' =>
	    ['bad_request', 'tool_use_failed', 65],
	'groq-openai-chat-test-tool-use-failed-error-streaming-with-text' =>
	    ['bad_request', 'tool_use_failed', 65],
	# no money: retrying does not restore access
	'openai-openai-responses-openai-error-1' =>
	    ['quota', 'insufficient_quota', 69],
	# Requested is more than Limit: no wait makes it fit
	'openai-openai-responses-stream-rate-limited-1' =>
	    ['too_large', 'rate_limit_exceeded', 65],
	# code 400 "Token limit reached", in a chunk behind the finish_reason
	'openrouter-openai-chat-test-openrouter-stream-error' =>
	    ['bad_request', '', 65],
);

# The last blank line is missing.  The SDK drops the response.completed before
# it; bide takes an event that is complete (providers.md 7.1).
our %pending = (
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
our %read = (
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

# Several answers in one file: the first of them, which is all that the loop
# reads.
our %first = (
	'anthropic-anthropic-anthropic-tool-search-bm25-1' => ['tool_use',
	    'get_weather{"location":"San Francisco, CA"}', 1630, 158],
	'anthropic-anthropic-anthropic-tool-search-deferred-bm25' =>
	    ['tool_use', 'readNoteTree' .
	    '{"noteId":"d10aa585-982b-4bd9-984e-420f9b3717f7"}', 879, 177],
	'azure-openai-responses-azure-reasoning-encrypted-content-1' =>
	    ['completed', 'calculator{"a":12,"b":7,"op":"add"}', 137, 28],
	'openai-openai-responses-openai-reasoning-encrypted-content-1' =>
	    ['completed', 'calculator{"a":12,"b":7,"op":"add"}', 134, 28],
);

# Arguments in pieces, which the SDK does not put together.
sub call {
	return { id => undef, name => $_[0], arguments => $_[1] };
}
our %assembled = (
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

# All of them; none where there is no corpus.
sub recordings {
	my @all;
	for my $file (sort glob "$dir/*.json") {
		next if $file =~ m{/index\.json$};
		my $case = $json->decode(slurp($file));
		next if !$dialect{$case->{api}};
		push @all, { %$case, path => "$dir/$case->{file}" };
	}
	return @all;
}

# bide's word for the end of an answer, from the provider's.
my %stops = (
	responses => { incomplete => 'length' },
	chat => { length => 'length', max_tokens => 'length',
	    content_filter => 'content_filter' },
	messages => { max_tokens => 'length', refusal => 'refusal',
	    pause_turn => 'pause', model_context_window_exceeded => 'length' },
	gemini => { MAX_TOKENS => 'length', SAFETY => 'content_filter' },
);

sub finish {
	my ($case, $word, $calls) = @_;
	return $stops{$dialect{$case->{api}}}{$word} //
	    (@$calls ? 'tool_calls' : 'stop');
}

# A usage object as bide counts it.
sub counted {
	my ($api, $u) = @_;
	my %n = map { $_ => -1 } qw(input output cached reasoning);
	$u //= {};
	my ($in, $out) = map { my $which = $_; (grep { defined }
	    @$u{map { "${_}_tokens_details" } @$which})[0] // {} }
	    [qw(input prompt)], [qw(output completion)];
	if ($api eq 'anthropic') {
		@n{qw(input output)} = ($u->{input_tokens} +
		    ($u->{cache_creation_input_tokens} // 0) +
		    ($u->{cache_read_input_tokens} // 0), $u->{output_tokens});
		$n{cached} = $u->{cache_read_input_tokens} // -1;
		$n{reasoning} = $out->{thinking_tokens} // -1;
	} elsif ($api eq 'gemini') {
		$n{input} = $u->{promptTokenCount} // -1;
		$n{reasoning} = my $thoughts = $u->{thoughtsTokenCount} // -1;
		$n{output} = defined $u->{candidatesTokenCount} ?
		    $u->{candidatesTokenCount} + ($thoughts > 0 ? $thoughts : 0) :
		    $thoughts;
		$n{cached} = $u->{cachedContentTokenCount} // -1;
	} else {
		$n{input} = $u->{input_tokens} // $u->{prompt_tokens} // -1;
		$n{output} = $u->{output_tokens} // $u->{completion_tokens} //
		    -1;
		$n{cached} = $in->{cached_tokens} // -1;
		$n{reasoning} = $out->{reasoning_tokens} // -1;
	}
	return \%n;
}

# All text in an Anthropic stream, or that of its first answer.
sub deltas {
	my ($case, $first) = @_;
	my $data = slurp($case->{path});
	$data =~ s/"type":"message_stop".*//s if $first;
	return join '', map { $json->decode($_) }
	    $data =~ /"type":"text_delta","text":("(?:[^"\\]|\\.)*")/g;
}

# Arguments in canonical JSON; ids that we made up are none.
sub same_calls {
	my ($got, $want) = @_;
	for my $call (@$got, @$want) {
		$call->{arguments} =
		    $json->encode($json->decode($call->{arguments}));
	}
	for my $i (grep { !defined $want->[$_]{id} } 0 .. $#$want) {
		$got->[$i]{id} = undef if $got->[$i]{id} eq 'call_bide_' . ($i + 1);
	}
}

1;
