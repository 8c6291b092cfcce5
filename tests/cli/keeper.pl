#!/usr/bin/perl
# A server that stores runs, as in OpenAI's background mode: POST starts a run,
# GET ?starting_after=N streams the events after number N, a plain GET polls.
#
#	keeper.pl CUTS [OLD [NAME [UNKNOWN]]]
#
# CUTS is a comma-separated list of the numbers of events after which successive
# streams are cut (0: never; the last number holds for the rest).  OLD: after so
# many requests the stream is no longer available, and the first poll finds the
# run unfinished; 0: POST is answered with JSON, too.  NAME: what the ids of runs
# begin with.  UNKNOWN: so many requests for a run find none.  Prints its port,
# then a line for each request.
use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP;

my @cuts = split /,/, $ARGV[0];
my $old = $ARGV[1] // 1e9;
my $form = $ARGV[2] // 'run_';
my $unknown = $ARGV[3] // 0;
my $json = JSON::PP->new->canonical->ascii;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16,
    ReuseAddr => 1) or die "listen: $!";
$| = 1;
print $server->sockport, "\n";
$SIG{ALRM} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';
alarm 60;

my @words = ("Over ", "the ", "hills \x{1f600}", " and ", "far away");
my $id = 0;
my %runs;

sub run {
	my ($name) = @_;
	my @e;
	my $put = sub {
		my ($type, %rest) = @_;
		push @e, { type => $type, sequence_number => scalar @e, %rest };
	};
	my $text = join '', @words;
	my $reasoning = { type => 'reasoning', id => 'rs_1', summary => [],
	    encrypted_content => 'c2VjcmV0' };
	my $message = { type => 'message', id => 'msg_1', role => 'assistant',
	    status => 'completed', content => [ { type => 'output_text',
	    text => $text, annotations => [] } ] };
	my $call = { type => 'function_call', id => 'fc_1', call_id => 'call_1',
	    name => 'look', arguments => '{"at":"it"}', status => 'completed' };
	$put->('response.created', response => { id => $name,
	    status => 'queued' });
	$put->('response.queued', response => { id => $name });
	$put->('response.in_progress', response => { id => $name });
	$put->('response.output_item.done', output_index => 0,
	    item => $reasoning);
	$put->('response.output_item.added', output_index => 1,
	    item => { %$message, status => 'in_progress', content => [] });
	for my $w (@words) {
		# a character split over two events
		my @d = $w =~ /\x{1f600}/ ? ("hills \\ud83d", "\\ude00") : ($w);
		$put->('response.output_text.delta', output_index => 1,
		    content_index => 0, delta => $_) for @d;
	}
	$put->('response.output_text.done', output_index => 1,
	    content_index => 0, text => $text);
	$put->('response.output_item.done', output_index => 1,
	    item => $message);
	$put->('response.output_item.added', output_index => 2,
	    item => { %$call, arguments => '', status => 'in_progress' });
	$put->('response.function_call_arguments.delta', output_index => 2,
	    delta => '{"at":');
	$put->('response.function_call_arguments.delta', output_index => 2,
	    delta => '"it"}');
	$put->('response.output_item.done', output_index => 2, item => $call);
	my $whole = { id => $name, status => 'completed',
	    output => [ $reasoning, $message, $call ],
	    usage => { input_tokens => 3, output_tokens => 7 } };
	$put->('response.completed', response => $whole);
	return { events => \@e, whole => $whole, polls => 0 };
}

sub encode {
	my $text = $json->encode($_[0]);
	$text =~ s/\\\\u(d83d|de00)/\\u$1/g;	# the halves, as escapes
	return $text;
}

my $n = 0;
while (my $c = $server->accept) {
	my ($head, $body) = ('', '');
	while (my $line = <$c>) {
		$head .= $line;
		last if $line eq "\r\n";
	}
	my ($method, $path) = $head =~ /^(\S+) (\S+)/ or next;
	if ($head =~ /^content-length: (\d+)/im) {
		read $c, $body, $1;
	}
	$n++;
	print "$n $method $path\n";
	if ($method eq 'POST') {
		$path .= '?stream=true' if $old > 0;
		$id++;
		$runs{"$form$id"} = run("$form$id");
	}
	my ($name) = $path =~ m|^/v1/responses/([^/?]+)(?:\?.*)?$|;
	$name = "$form$id" if $method eq 'POST';
	$name =~ s/%([0-9A-F]{2})/chr hex $1/ge;
	my $run = $runs{$name};
	$run = undef if $method eq 'GET' && $unknown-- > 0;
	my $answer = sub {
		my ($status, $text) = @_;
		print $c "HTTP/1.1 $status X\r\nContent-Type: application/json",
		    "\r\nContent-Length: ", length $text,
		    "\r\nConnection: close\r\n\r\n", $text;
	};
	if (!$run) {
		$answer->(404, '{"error":{"message":"not found"}}');
	} elsif ($path !~ /stream=true/) {
		my $done = $run->{polls}++ > 0;
		$answer->(200, $done ? encode($run->{whole}) :
		    $json->encode({ id => $name, status => 'in_progress' }));
	} elsif ($n > $old) {
		$answer->(400, '{"error":{"message":"This response can no ' .
		    'longer be streamed because it is more than 5 minutes ' .
		    'old.","type":"invalid_request_error"}}');
	} else {
		my $after = $path =~ /starting_after=(\d+)/ ? $1 : -1;
		my $cut = @cuts > 1 ? shift @cuts : $cuts[0];
		my $left = $cut || 1e9;
		print $c "HTTP/1.1 200 OK\r\n",
		    "Content-Type: text/event-stream\r\n\r\n";
		for my $e (@{$run->{events}}) {
			next if $e->{sequence_number} <= $after;
			last if $left-- <= 0;
			print $c "event: $e->{type}\ndata: ", encode($e), "\n\n";
		}
	}
	close $c;
}
