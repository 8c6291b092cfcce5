#!/usr/bin/perl
# Recorded streams through the binary: a server plays each as it stands, and
# what comes out at the other end is what the provider's own SDK makes of it.
# One that is cut is asked for again, and comes whole.  In make torture each
# is also cut at 24 places; else some are, at one.
use strict;
use warnings;
use File::Temp 'tempdir';
use FindBin;
use IO::Socket::INET;
use POSIX ();
use lib $FindBin::Bin;
use Llm;
use Test::More;

my $bide = $ENV{BIDE} // './bide';
my $torture = $ENV{BIDE_TORTURE};
my $workers = 24;		# after a cut they mostly wait
my $dir = tempdir(CLEANUP => 1);
my @cases = recordings();

plan skip_all => 'no recordings' if !@cases;

my %model = (responses => 'openai:', chat => 'chat:',
	messages => 'anthropic:', gemini => 'gemini:');

# -- the server: model N-CUT is recording N, the first time up to byte CUT ----

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
    or die "listen: $!";
my $port = $listen->sockport;

sub request {
	my ($peer) = @_;
	my $in = '';
	while ($in !~ /\r\n\r\n/ || length $' < ($in =~ /content-length: (\d+)/i)[0]) {
		sysread $peer, $in, 65536, length $in or return '';
	}
	return $in;
}

# Either way of framing; a cut in chunks comes without the last one.
sub answer {
	my ($body, $chunked, $whole) = @_;
	my $head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
	return "${head}Connection: close\r\n\r\n$body" if !$chunked;
	return "${head}Transfer-Encoding: chunked\r\n\r\n" .
	    join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
		unpack '(a1000)*', $body) . ($whole ? "0\r\n\r\n" : '');
}

sub serve {
	my %asked;
	local $SIG{PIPE} = 'IGNORE';	# who has the end may leave
	while (my $peer = $listen->accept) {
		my ($model, $n, $cut) = request($peer) =~ m{(?:models/|"model":")((\d+)-(\d+)--\w+)}
		    or next;
		my $body = slurp($cases[$n]{path});
		my $part = $cut && !$asked{$model} ? substr $body, 0, $cut :
		    $body;
		open my $count, '>', "$dir/asked-$model";
		print $count ++$asked{$model};
		close $count;
		syswrite $peer, answer($part, $n % 2, $part eq $body);
	}
}

# -- the runs ------------------------------------------------------------------

# A recording, where to cut it (0: not), and how to write the answer.
sub run {
	my ($n, $cut, $form) = @_;
	my $kind = $dialect{$cases[$n]{api}};
	my $base = "http://127.0.0.1:$port" .
	    ($kind eq 'messages' || $kind eq 'gemini' ? '' : '/v1');
	my $out = "$dir/out-$n-$cut$form";
	my $pid = fork // die;
	if (!$pid) {
		%ENV = (HOME => $dir, map { $_ => 'k' } qw(OPENAI_API_KEY
		    ANTHROPIC_API_KEY GEMINI_API_KEY), map { $_ => $ENV{$_} }
		    grep { /SAN_OPTIONS/ } keys %ENV);
		open STDOUT, '>', $out or die;
		open STDERR, '>', "$out.err" or die;
		exec split(' ', $bide), '-n', '--patience', '1s', '--max-time', 60,
		    '-u', $base, '-m', "$model{$kind}$n-$cut$form", $form,
		    'hello' or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	open my $rc, '>', "$out.rc";
	print $rc $? >> 8;
}

# Places that differ from one recording to the next, but not from run to run.
sub cuts {
	my ($n, $count) = @_;
	my ($seed, %at) = $n * 7919 + 1;
	for (1 .. $count) {
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		$at{1 + $seed % (-s $cases[$n]{path})} = 1;
	}
	return keys %at;
}

my @runs;
for my $n (0 .. $#cases) {
	push @runs, [$n, 0, '--json'];
	next if $raises{$cases[$n]{id}};
	push @runs, [$n, 0, '--hold'] if $torture || $n % 4 == 0;
	push @runs, map { [$n, $_, '--json'] }
	    cuts($n, $torture ? 24 : $n % 4 == 1);
}

# Those that wait first.
@runs = sort { $b->[1] <=> $a->[1] } @runs;

my $server = fork // die;
if (!$server) {
	serve();
	POSIX::_exit(0);
}
my @kids;
for my $k (0 .. $workers - 1) {
	my $pid = fork // die;
	if (!$pid) {
		for (my $i = $k; $i < @runs; $i += $workers) {
			run(@{$runs[$i]});
		}
		POSIX::_exit(0);
	}
	push @kids, $pid;
}
waitpid $_, 0 for @kids;
kill 'TERM', $server;

# -- what came out -------------------------------------------------------------

sub raw {
	my ($kind, $out) = @_;
	return $json->decode('"' . join('',
	    $out =~ /^\{"type":"$kind","text":"(.*)"\}$/mg) . '"');
}

# The events behind the last attempt's start, as one answer.
sub heard {
	my ($out) = @_;
	my %got = (text => raw('text', $out =~ s/.*"discard":true\}$//msr));
	$out =~ s/.*^(\{"type":"start")/$1/ms;
	$got{reasoning} = raw('reasoning', $out);
	for my $line ($out =~ /^(\{"type":"(?:tool_call|usage|done|error)".*)$/mg) {
		my $event = $json->decode($line);
		my $type = delete $event->{type};
		push @{$got{calls}}, $event if $type eq 'tool_call';
		$got{$type} = $event if $type ne 'tool_call';
	}
	$got{calls} //= [];
	return \%got;
}

# The SDK's usage as --json reports it: null where a count is unknown.
sub usage {
	my ($case, $u) = @_;
	my $n = counted($case->{api}, $u);
	return { map { $_ => $n->{$_} < 0 ? undef : $n->{$_} } keys %$n };
}

# What bide should report.
sub expected {
	my ($case, $got) = @_;
	my $id = $case->{id};
	my ($word, %want);
	if (my $read = $first{$id} //
	    $read{$id =~ s/^anthropic-anthropic-//r}) {
		my ($calls, $in, $out);
		($word, $calls, $in, $out) = @$read;
		%want = (text => deltas($case, 1), usage => { %{$got->{usage} // {}},
		    input => $in, output => $out });
		$want{calls} = [map { /^(\w+)(.*)/ ? { id => undef, name => $1,
		    arguments => $2 } : () } $calls];
	} else {
		my $e = { %{$case->{expect}}, %{$pending{$id} // {}} };
		$word = $e->{finish_reason} // '';
		%want = (text => $e->{text} // '',
		    reasoning => $e->{reasoning} // '',
		    usage => usage($case, $e->{usage}));
		$want{calls} = $assembled{$id} // $e->{tool_calls} // [];
		$want{calls} = [map { { %$_ } } @{$want{calls}}];
	}
	$want{finish} = finish($case, $word, $want{calls});
	return \%want;
}

sub canonical {
	my ($calls) = @_;
	for (@$calls) {
		my $a = eval { $json->decode($_->{arguments}) } // next;
		$_->{arguments} = $json->encode($a);
	}
	return $calls;
}

sub file { return -e $_[0] ? slurp($_[0]) : '' }

# The text, and behind it the calls as lines of JSON.
sub check_text {
	my ($case, $out, $want) = @_;
	my (@calls, $text);
	unshift @calls, $json->decode($2)
	    while @calls < @{$want->{calls}} &&
	    $out =~ s/(\A|\n)(\{"id":[^\n]*)\n\z/$1/;
	utf8::encode($text = $want->{text});
	$text .= "\n" if @calls && $text =~ /[^\n]\z/;
	is $out, $text, "$case->{id}: the text";
	is_deeply [map { $_->{name} } @calls],
	    [map { $_->{name} } @{$want->{calls}}], "$case->{id}: the calls";
}

sub check_json {
	my ($case, $cut, $got, $want, $asked) = @_;
	my $name = $case->{id} . ($cut ? ": cut at $cut" : '');
	for my $i (grep { !defined $want->{calls}[$_]{id} } 0 .. $#{$want->{calls}}) {
		$got->{calls}[$i]{id} = undef if $got->{calls}[$i];
	}
	canonical($_) for $got->{calls}, $want->{calls};
	my %told = map { $_ => $got->{$_} } grep { exists $want->{$_} }
	    qw(text reasoning calls usage);
	$told{finish} = $got->{done}{finish};
	# What came before the cut was an answer, but for its figures.
	# The usage of the attempt that was cut is added.
	if ($cut) {
		my ($sum, $one) = map { delete $_->{usage} } \%told, $want;
		cmp_ok($sum->{$_} // 0, '>=', $one->{$_} // 0, "$name: $_")
		    for $asked > 1 ? keys %$one : ();
	}
	is $json->encode(\%told), $json->encode($want), $name;
}

for my $r (@runs) {
	my ($n, $cut, $form) = @$r;
	my $case = $cases[$n];
	my $file = "$dir/out-$n-$cut$form";
	my ($out, $rc) = (file($file), file("$file.rc"));
	my $asked = file("$dir/asked-$n-$cut$form") || 0;
	my $got = $form eq '--json' ? heard($out) : {};
	if (my $raise = $raises{$case->{id}}) {
		my ($class, undef, $status) = @$raise;
		is $rc, $status, "$case->{id}: status $status";
		is $got->{error}{class}, $class, "$case->{id}: $class";
		ok $status == 75 ? $asked > 1 : $asked == 1,
		    "$case->{id}: $asked requests";
		next;
	}
	my $want = expected($case, $got);
	is $rc, $want->{finish} =~ /^(?:stop|tool_calls)$/ ? 0 : 1,
	    "$case->{id}: status" or diag file("$file.err");
	if ($form eq '--json') {
		check_json($case, $cut, $got, $want, $asked);
		ok $asked == 1 || $cut && $asked == 2,
		    "$case->{id}: $asked requests";
	} else {
		check_text($case, $out, $want);
	}
}
done_testing;
