#!/usr/bin/perl
# The catalogue of errors through the binary: a server answers with each once,
# as it stands there, and then with a whole answer.  What can be waited out
# takes two requests and status 0; what asks for more patience than there is,
# or cannot be mended, takes one and has the status of its class.
use strict;
use warnings;
use File::Temp 'tempdir';
use JSON::PP;
use Test::More;

my $list = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/../errors.jsonl';
my $faultd = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/faultd';
my $bide = $ENV{BIDE} // './bide';
my $patience = 3;
my $dir = tempdir(CLEANUP => 1);
my $json = JSON::PP->new->utf8;

plan skip_all => "no $list" if !-e $list;

my %status = (rate_limit => 75, daily_limit => 75, overloaded => 75,
	server => 75, timeout => 75, quota => 69, auth => 77, permission => 77,
	not_found => 65, context_length => 65, too_large => 65,
	content_policy => 65, bad_request => 65);
# a page where an answer should be is no word of the provider's
my %own = ('http-200-html' => 76);

# The dialect a row is met in, as -m wants it.
sub model {
	my $p = shift;
	return 'anthropic:m' if $p eq 'anthropic';
	return 'gemini:m' if $p =~ /gemini|vertex/;
	return 'openai:m' if $p =~ /openai|azure/;
	return 'chat:m';
}

my %answer = (openai => 'stream responses "ok"', chat => 'stream chat "ok"',
	anthropic => <<'A' =~ s/\n/; /gr, gemini => <<'G' =~ s/\n/; /gr);
head
event message_start '{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}'
event content_block_start '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'
event content_block_delta '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ok"}}'
event message_delta '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}'
event message_stop '{"type":"message_stop"}'
end
A
head
event '{"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}}'
end
G

sub quoted {
	return '"' . join('', map { sprintf '\\x%02x', ord } split //, $_[0]) .
	    '"';
}

sub script {
	my ($r, $kind) = @_;
	my $fault;
	utf8::encode(my $body = $r->{body});

	if ($r->{where} eq 'stream') {
		my $name = $r->{sse_event} ? "$r->{sse_event} " : '';
		$fault = "head; event $name" . quoted($body) . '; end';
	} else {
		my %h = %{$r->{headers}};
		$fault = "status $r->{status} " . join(' ', map {
		    "$_=" . quoted($h{$_}) } grep { !/^content-length$/i }
		    keys %h) . ' body=' . quoted($body);
	}
	return "$fault\n$answer{$kind}\n";
}

# One row: what bide says, and how often the server was asked.
sub run {
	my ($r, $n) = @_;
	my $model = model($r->{provider});
	my ($kind) = split /:/, $model;

	open my $fh, '>', "$dir/s$n" or die;
	print $fh script($r, $kind);
	close $fh;
	my $pid = open my $srv, '-|', $faultd, '-t', '30', "$dir/s$n";
	my $port = <$srv> // die "faultd: $r->{id}";
	chomp $port;
	my $base = "http://127.0.0.1:$port" .
	    ($kind eq 'openai' || $kind eq 'chat' ? '/v1' : '');
	system("env -i HOME=$dir/h$n OPENAI_API_KEY=k ANTHROPIC_API_KEY=k " .
	    "GEMINI_API_KEY=k $bide -n --patience ${patience}s -u $base " .
	    "-m $model hello >$dir/o$n 2>$dir/e$n");
	my $rc = $? >> 8;
	kill 'TERM', $pid;
	my $asked = grep { /"req":/ } <$srv>;
	close $srv;
	return "$rc $asked";
}

sub want {
	my $r = shift;
	my $e = $r->{expect};

	return '0 2' if $e->{retry} && ($e->{wait_s} // 0) <= $patience;
	return ($own{$r->{id}} // $status{$e->{class}}) . ' 1';
}

open my $in, '<', $list or die "$list: $!\n";
my @rows = map { $json->decode($_) } grep { /\S/ } <$in>;

# They mostly wait: eight at a time.
my @kids;
for my $k (0 .. 7) {
	my $pid = fork // die;
	if (!$pid) {
		for (my $i = $k; $i < @rows; $i += 8) {
			open my $fh, '>', "$dir/r$i" or die;
			print $fh run($rows[$i], $i);
			close $fh;
		}
		require POSIX;
		POSIX::_exit(0);
	}
	push @kids, $pid;
}
waitpid $_, 0 for @kids;

for my $i (0 .. $#rows) {
	my $got = do { local (@ARGV, $/) = "$dir/r$i"; <> } // '';
	is($got, want($rows[$i]), "$rows[$i]{id}: status and requests") or
	    diag(do { local (@ARGV, $/) = "$dir/e$i"; <> } // '');
}
done_testing();
