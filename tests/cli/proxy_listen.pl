# proxy_listen.pl DIR BASE BIDE...: the proxy's sockets, requests and workers.
# BASE is an upstream whose chat streams take three seconds.  Prints TAP.
use strict;
use warnings;
use Errno qw(ECONNREFUSED);
use Fcntl qw(F_SETFD);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX qw(WNOHANG _exit dup2);
use Socket qw(SOL_SOCKET SO_RCVBUF SO_SNDBUF);
use Test::More;
use Time::HiRes qw(sleep time);

my ($dir, $base, @bide) = @ARGV;
my $slack = ($ENV{SLACK} // 30) / 1000;
my $tag = 0;
my %started;
$SIG{PIPE} = 'IGNORE';
$| = 1;

END {
	local $?;
	kill KILL => keys %started;
}

# -- the proxy -----------------------------------------------------------------

# Starts one with these options; its process, log, port and the time that took.
# before: called in the child.
sub proxy {
	my ($options, $before) = @_;
	my $log = "$dir/proxy" . ++$tag;
	my $start = time;
	my $pid = fork() // die "fork: $!";
	if ($pid == 0) {
		open STDERR, '>', $log or die;
		open STDIN, '<', '/dev/null' or die;
		$before->() if $before;
		exec @bide, 'proxy', '-u', $base, @$options or _exit(127);
	}
	$started{$pid} = 1;
	my $p = { pid => $pid, log => $log };
	until (lines($p, 'event=listening')) {
		last if time > $start + 5;
		if (waitpid($pid, WNOHANG) == $pid) {
			$p->{status} = $?;
			last;
		}
		sleep 0.001;
	}
	$p->{took} = time - $start;
	($p->{port}) = lines($p, 'event=listening')
	    ? (lines($p, 'event=listening'))[0] =~ /:(\d+)$/ : ();
	return $p;
}

# The lines of its log that have a text.
sub lines {
	my ($p, $text) = @_;
	open my $f, '<', $p->{log} or return;
	return grep { chomp; index($_, $text) >= 0 } <$f>;
}

# Sends a signal, or none if it is 0, and waits for the end; its status.
sub stop {
	my ($p, $signal, $most) = @_;
	return $p->{status} if defined $p->{status};
	my $end = time + ($most // 10);
	kill $signal => $p->{pid} if $signal;
	while (time < $end) {
		if (waitpid($p->{pid}, WNOHANG) == $p->{pid}) {
			delete $started{$p->{pid}};
			return $?;
		}
		sleep 0.005;
	}
	return 'still there';
}

sub workers {
	my ($p) = @_;
	return split ' ', `pgrep -P $p->{pid}`;
}

sub gauge {
	my ($p, $name) = @_;
	my $text = get($p, '/bide/metrics');
	return $text =~ /^\Q$name\E (\d+)$/m ? $1 : -1;
}

# -- clients -------------------------------------------------------------------

sub dial {
	my ($p) = @_;
	my $c = $p->{path}
	    ? IO::Socket::UNIX->new(Peer => $p->{path})
	    : IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $p->{port});
	return $c;
}

# All that comes until the end of the connection, or for so many seconds.
sub drink {
	my ($c, $most) = @_;
	my ($all, $end) = ('', time + ($most // 5));
	my $s = IO::Select->new($c);
	while ($s->can_read($end - time > 0 ? $end - time : 0)) {
		my $n = sysread $c, $all, 65536, length $all;
		return wantarray ? ($all, defined $n ? 'eof' : 'reset') : $all
		    if !$n;
	}
	return wantarray ? ($all, 'open') : $all;
}

# Sends bytes and returns all that comes.
sub talk {
	my ($p, $bytes, $most) = @_;
	my $c = dial($p) or return '';
	syswrite $c, $bytes;
	return drink($c, $most);
}

# One answer on an open connection, framed by its length.
sub one {
	my ($c) = @_;
	my $all = '';
	my $end = time + 5;
	my $s = IO::Select->new($c);
	while (time < $end) {
		return $all if $all =~ /^content-length: (\d+)\r\n.*?\r\n\r\n(.*)/ims
		    && length $2 >= $1;
		next if !$s->can_read(0.1);
		sysread($c, $all, 65536, length $all) or return $all;
	}
	return $all;
}

sub host {
	my ($p) = @_;
	return 'Host: ' . ($p->{port} ? "127.0.0.1:$p->{port}" : 'localhost')
	    . "\r\n";
}

sub get {
	my ($p, $path, $fields) = @_;
	return talk($p, "GET $path HTTP/1.1\r\n" . host($p) .
	    ($fields // '') . "Connection: close\r\n\r\n");
}

my $ask = '{"model":"m","stream":true,"messages":[]}';

sub stream {
	my ($p) = @_;
	my $c = dial($p) or return;
	syswrite $c, "POST /v1/chat/completions?key=secret HTTP/1.1\r\n" .
	    host($p) . "Authorization: Bearer sk-secret\r\n" .
	    "Content-Type: application/json\r\nContent-Length: " .
	    length($ask) . "\r\n\r\n$ask";
	return $c;
}

sub streams_whole {
	my (@c) = @_;
	my $n = 0;
	for my $c (@c) {
		my $all = '';
		my $s = IO::Select->new($c);
		while ($all !~ /\r\n0\r\n\r\n$/ && $s->can_read(10)) {
			sysread($c, $all, 65536, length $all) or last;
		}
		$n++ if $all =~ /one.*two.*\[DONE\].*\r\n0\r\n\r\n$/s;
	}
	return $n;
}

# -- requests ------------------------------------------------------------------

my $p = proxy(['-l', '127.0.0.1:0', '--max-body', '100000', '--allow-host',
    'bide.example', '--allow-origin', 'https://app.example']);
ok $p->{port}, 'it listens' or BAIL_OUT `cat $p->{log}`;
cmp_ok $p->{took}, '<', 0.02 + $slack, sprintf 'after %.1f ms',
    $p->{took} * 1000;
like get($p, '/bide/healthz'), qr{^HTTP/1.1 200 OK\r\n.*\r\n\r\nok\n$}s,
    'healthz';
like get($p, '/bide/other'), qr{^HTTP/1.1 404 }, 'another path of its own';
like talk($p, "POST /bide/metrics HTTP/1.1\r\n" . host($p) .
    "Content-Length: 0\r\nConnection: close\r\n\r\n"),
    qr{^HTTP/1.1 405 .*^Allow: GET, HEAD\r$}ms, 'POST metrics';

# These take their time, and are looked at in the end.
my $slow = proxy(['-l', '127.0.0.1:0']);
my $slow_start = time;
my $slow_head = dial($slow);
syswrite $slow_head, "GET / HTTP/1.1\r\n";
my $silent = dial($slow);

my $h = host($p);
my $post = "POST /v1/x HTTP/1.1\r\n$h";
my $chunked = "${post}Transfer-Encoding: chunked\r\n\r\n";
my @bad = (
	[ 400, 'bare LF', "GET / HTTP/1.1\nHost: a\n\n" ],
	[ 400, 'bare CR', "GET / HTTP/1.1\r\n${h}A: b\rc\r\n\r\n" ],
	[ 400, 'obs-fold', "GET / HTTP/1.1\r\n${h}A: b\r\n c\r\n\r\n" ],
	[ 400, 'NUL', "GET / HTTP/1.1\r\n${h}A: \0\r\n\r\n" ],
	[ 400, 'blank before colon', "GET / HTTP/1.1\r\n${h}A : b\r\n\r\n" ],
	[ 400, 'no Host', "GET / HTTP/1.1\r\n\r\n" ],
	[ 400, 'two Hosts', "GET / HTTP/1.1\r\n$h$h\r\n" ],
	[ 400, 'length and chunks', "${post}Content-Length: 3\r\n" .
	    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" ],
	[ 400, 'two lengths', "${post}Content-Length: 2\r\n" .
	    "Content-Length: 2\r\n\r\n{}" ],
	[ 400, 'list of lengths', "${post}Content-Length: 2, 2\r\n\r\n{}" ],
	[ 400, 'bad chunk size', "${chunked}5 \r\nhello\r\n0\r\n\r\n" ],
	[ 400, 'no CRLF after a chunk', "${chunked}5\r\nhello0\r\n\r\n" ],
	[ 400, 'control in a trailer', "${chunked}0\r\nA: \x01\r\n\r\n" ],
	[ 400, 'HTTP/0.9', "GET /\r\n" ],
	[ 400, 'TLS', "\x16\x03\x01\x02\x00\x01\x00" ],
	[ 501, 'gzip coding', "${post}Transfer-Encoding: gzip\r\n\r\n" ],
	[ 505, 'HTTP/2', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" ],
	[ 414, 'a long target', 'GET /' . 'x' x 70000 ],
	[ 431, 'a large head', "GET / HTTP/1.1\r\n${h}A: " . 'x' x 70000 ],
	[ 417, 'another Expect', "${post}Expect: x\r\n\r\n" ],
	[ 405, 'CONNECT', "CONNECT a:443 HTTP/1.1\r\n${h}\r\n" ],
	[ 421, 'DNS rebinding', "GET /v1/models HTTP/1.1\r\n" .
	    "Host: evil.example:$p->{port}\r\n\r\n" ],
	[ 421, 'another port', "GET /v1/models HTTP/1.1\r\n" .
	    "Host: 127.0.0.1\r\n\r\n" ],
	[ 403, 'a foreign page', "${post}Origin: https://evil.example\r\n" .
	    "Content-Length: 0\r\n\r\n" ],
);
for (@bad) {
	my ($status, $name, $bytes) = @$_;
	my $c = dial($p);
	syswrite $c, $bytes;
	my ($all, $end) = drink($c, 4);
	like $all, qr{^HTTP/1.1 $status [^\r]+\r\n}, "$name: $status";
	like $all, qr{^connection: close\r$}mi, "$name: says it closes"
	    if $status != 405;
	is $end, 'eof', "$name: closes" if $status != 405;
}
like get($p, '/bide/healthz', ''), qr{^HTTP/1.1 200}, 'it is well';
like talk($p, "GET http://127.0.0.1:$p->{port}/bide/healthz HTTP/1.1\r\n" .
    "${h}Connection: close\r\n\r\n"), qr{^HTTP/1.1 200}, 'absolute-form';
like talk($p, "GET /bide/healthz HTTP/1.1\r\nHost: bide.example\r\n" .
    "Connection: close\r\n\r\n"), qr{^HTTP/1.1 200}, '--allow-host';
my $preflight = talk($p, "OPTIONS /v1/x HTTP/1.1\r\n$h" .
    "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n" .
    "Access-Control-Request-Headers: x-api-key\r\nConnection: close\r\n\r\n");
like $preflight, qr{^HTTP/1.1 204 }, 'preflight';
like $preflight, qr{^Access-Control-Allow-Headers: x-api-key\r$}m,
    'preflight: what may be sent';
like get($p, '/bide/healthz', "Origin: https://app.example\r\n"),
    qr{^Access-Control-Allow-Origin: https://app.example\r$}m,
    'an allowed page';
like talk($p, "GET /bide/healthz HTTP/1.0\r\n\r\n"), qr{^HTTP/1.1 200 .*ok\n$}s,
    'HTTP/1.0: closes';
unlike talk($p, "HEAD /bide/healthz HTTP/1.1\r\n${h}Connection: close\r\n\r\n"),
    qr/ok\n/, 'HEAD: no content';

my $c = dial($p);
my $n = 0;
for (1 .. 3) {
	syswrite $c, "GET /bide/healthz HTTP/1.1\r\n$h\r\n";
	$n++ if one($c) =~ /ok\n$/;
}
is $n, 3, 'one connection, three requests';
syswrite $c, "GET /bide/healthz HTTP/1.1\r\n$h\r\n" x 3;
my ($all, $end) = drink($c);
is scalar(() = $all =~ /ok\n/g), 1, 'pipelining: the first is answered';
like $all, qr/^Connection: close\r$/m, 'pipelining: says it closes';
is $end, 'eof', 'pipelining: closes';

$c = dial($p);
syswrite $c, "POST /bide/x HTTP/1.1\r\n${h}Expect: 100-continue\r\n" .
    "Content-Length: 2\r\n\r\n";
like drink($c, 0.5), qr{^HTTP/1.1 100 Continue\r\n\r\n$}, 'Expect: continue';
syswrite $c, '{}';
like one($c), qr{^HTTP/1.1 405}, 'Expect: the answer';

# A body that is too large, on a connection with small buffers: the answer is
# seen though the client goes on sending.
for (['a length', "Content-Length: 3000000\r\n\r\n", ''],
    ['chunks', "Transfer-Encoding: chunked\r\n\r\n2DC6C0\r\n", '']) {
	my ($name, $fields) = @$_;
	my $c = dial($p);
	syswrite $c, "POST /v1/chat/completions HTTP/1.1\r\n$h$fields";
	my $left = 3000000;
	while ($left > 0) {
		my $k = syswrite $c, 'x' x 100000;
		last if !$k;
		$left -= $k;
	}
	is $left, 0, "too large by $name: may be sent";
	my ($all, $end) = drink($c);
	like $all, qr/^HTTP\/1.1 413 .*bide proxy.*--max-body/s,
	    "too large by $name: 413 names bide";
	is $end, 'eof', "too large by $name: closes in order";
}
like talk($p, "POST /v1/chat/completions HTTP/1.1\r\n${h}Expect: " .
    "100-continue\r\nContent-Length: 100001\r\n\r\n"),
    qr{^HTTP/1.1 413 }, 'Expect: 413 instead';

# -- workers -------------------------------------------------------------------

# A worker that is killed loses its own stream only.
my @c = map { stream($p) } 1 .. 5;
sleep 0.5;
my %idle = map { $_ => 1 } workers($p);
is gauge($p, 'bide_in_flight'), 6, 'five streams and the metrics in flight';
my $victim = dial($p);
syswrite $victim, "GET /bide/healthz HTTP/1.1\r\n$h\r\n";
one($victim);
my ($port) = $victim->sockport;
my ($owner) = `ss -Htnp sport = :$p->{port} and dport = :$port` =~ /pid=(\d+)/;
SKIP: {
	skip 'no ss', 3 if !$owner;
	kill KILL => $owner;
	is((drink($victim, 2))[1], 'eof', 'kill -9: its client sees the end');
	sleep 0.1;
	is scalar(lines($p, 'event=worker_died signal=9')), 1,
	    'kill -9: is told';
	cmp_ok scalar(workers($p)), '>=', 9, 'kill -9: is replaced';
}
kill HUP => $p->{pid}, workers($p);
is streams_whole(@c), 5, 'kill -9, SIGHUP: the others go on';

like((lines($p, 'path=/v1/chat/completions '))[-1],
    qr{^time=\S+Z client=127.0.0.1 method=POST path=/v1/chat/completions provider=\S+ status=200 ms=3\d\d\d .*attempts=1 },
    'access line');
is scalar(lines($p, 'secret')), 0, 'no key in a line, nor a query';

# SIGTERM to all of them, as systemd does by default: what is under way ends.
@c = map { stream($p) } 1 .. 50;
my $kept = dial($p);
syswrite $kept, "GET /bide/healthz HTTP/1.1\r\n$h\r\n";
one($kept);
sleep 1;
syswrite $c[0], '';
kill TERM => $p->{pid}, workers($p);
sleep 0.2;
ok !dial($p), 'SIGTERM: nobody can connect any more';
is((drink($kept, 1))[1], 'eof', 'SIGTERM: silent connections are closed');
is streams_whole(@c), 50, 'SIGTERM: 50 streams end whole';
is stop($p, 0), 0, 'SIGTERM: exit 0';

# A second signal ends it at once.
$p = proxy(['-l', '127.0.0.1:0']);
@c = map { stream($p) } 1 .. 3;
sleep 0.5;
kill TERM => $p->{pid};
sleep 0.1;
my $start = time;
stop($p, 'TERM');
cmp_ok time - $start, '<', 1 + $slack, 'a second SIGTERM ends it';
is streams_whole(@c), 0, 'and its streams, not whole';

# So does the end of --drain.
$p = proxy(['-l', '127.0.0.1:0', '--drain', '500ms']);
@c = stream($p);
sleep 0.3;
$start = time;
stop($p, 'TERM');
cmp_ok time - $start, '>=', 0.5, '--drain';
cmp_ok time - $start, '<', 1.5 + $slack, '--drain: no longer';

# Without the parent the workers end, but not what they do.
$p = proxy(['-l', '127.0.0.1:0']);
@c = stream($p);
sleep 0.3;
my @orphans = workers($p);
stop($p, 'KILL');
is streams_whole(@c), 1, 'parent killed: the stream ends whole';
sleep 0.3;
is scalar(grep { `ps -o stat= -p $_` =~ /^[^Z\s]/ } @orphans), 0,
    'parent killed: no workers left';

# -- many clients --------------------------------------------------------------

$p = proxy(['-l', '127.0.0.1:0', '--max-connections', '3']);
@c = map { my $c = dial($p); syswrite $c, "GET / HTTP/1.1\r\n"; $c } 1 .. 3;
sleep 0.3;
$c = dial($p);
syswrite $c, "GET /bide/healthz HTTP/1.1\r\n" . host($p) . "\r\n";
($all, $end) = drink($c, 3);
like $all, qr{^HTTP/1.1 503 .*^Retry-After: \d+\r$}ms, 'one too many: 503';
is $end, 'eof', 'one too many: closes in order';
close $c[0];
sleep 0.1;
$c[0] = dial($p);
syswrite $c[0], "GET /bide/healthz HTTP/1.1\r\n" . host($p) . "\r\n";
like one($c[0]), qr/^HTTP\/1.1 200/, 'a place becomes free';
like get($p, '/bide/healthz'), qr/^HTTP\/1.1 200/, 'a silent client gives way';
stop($p, 'TERM');

# As many as descriptors allow, half of them silent, half in their heads.
my $many = (`sh -c 'ulimit -n'` =~ /(\d+)/ ? $1 : 256) - 50;
$many = 1000 if $many > 1000;
$p = proxy(['-l', '127.0.0.1:0']);
$start = time;
@c = map {
	my $c = dial($p);
	syswrite $c, "POST / HTTP/1.1\r\nHost: a\r\nX: " if $c && $_ % 2;
	$c;
} 1 .. $many;
sleep 0.01 until time > $start + 10 ||
    (my @w = workers($p)) >= $many;
my $pss = 0;
for my $pid ($p->{pid}, workers($p)) {
	open my $f, '<', "/proc/$pid/smaps_rollup" or next;
	/^Pss:\s+(\d+)/ and $pss += $1 while <$f>;
}
# page tables of its own, for a part of memory that lies apart
my $apart = 0;
if ($bide[0] eq './bide' && open my $f, '<', "/proc/$p->{pid}/maps") {
	/\[heap\]/ and $apart++ while <$f>;
}
$start = time;
like get($p, '/bide/healthz'), qr/^HTTP\/1.1 200/, "$many slow clients";
my $next = time - $start;
cmp_ok $next, '<', 0.5 + $slack * 10,
    sprintf 'the next one is served in %.1f ms', $next * 1000;
# A sanitizer's shadow is no memory of ours.
my $most = $bide[0] eq './bide' ? 64000 : 256000;
cmp_ok $pss, '<', $most, "PSS of all: $pss kB";
is $apart, 0, 'no memory apart from the rest';
@c = ();
stop($p, 'TERM');

# -- other sockets -------------------------------------------------------------

my $path = "$dir/proxy.sock";
$p = proxy(['-l', "unix:$path"]);
$p->{path} = $path;
is sprintf('%o', (stat $path)[2] & 07777), '600', 'Unix socket: mode 600';
like get($p, '/bide/healthz'), qr/^HTTP\/1.1 200/, 'Unix socket: served';
my $second = proxy(['-l', "unix:$path"]);
ok !$second->{port} && !lines($second, 'event=listening'),
    'Unix socket: is in use';
stop($p, 'KILL');
ok -S $path, 'Unix socket: stays behind';
# its workers end after it
$start = time;
sleep 0.01 while dial($p) && time < $start + 10;
$p = proxy(['-l', "unix:$path"]);
$p->{path} = $path;
like get($p, '/bide/healthz'), qr/^HTTP\/1.1 200/, 'Unix socket: is replaced';
stop($p, 'TERM');
ok !-e $path, 'Unix socket: is removed';
open my $file, '>', $path or die;
close $file;
$p = proxy(['-l', "unix:$path"]);
ok -f $path && !lines($p, 'event=listening'), 'a file is not replaced';

for ('8181', 'unix:', 'a b:1', '127.0.0.1:65536', '[::1:80') {
	is stop(proxy(['-l', $_]), 0) >> 8, 64, "-l '$_' is refused";
}
$second = proxy(['-l', '127.0.0.1:0']);
is stop(proxy(['-l', "127.0.0.1:$second->{port}"]), 0) >> 8, 78,
    'a port in use';
stop($second, 'TERM');

my $passed = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1')
    or die "listen: $!";
my $pass = sub {
	my ($pid) = @_;
	dup2(fileno($passed), 3);
	fcntl STDERR, F_SETFD, 0;
	open my $three, '<&=', 3 or die;
	fcntl $three, F_SETFD, 0;
	@ENV{qw(LISTEN_PID LISTEN_FDS)} = ($pid // $$, 1);
};
$p = proxy([], $pass);
is $p->{port}, $passed->sockport, 'LISTEN_FDS: the socket';
like get($p, '/bide/healthz'), qr/^HTTP\/1.1 200/, 'LISTEN_FDS: served';
is stop($p, 'TERM'), 0, 'LISTEN_FDS: ends';
$c = dial($p);
ok $c, 'LISTEN_FDS: the socket still listens';
syswrite $c, "GET /bide/healthz HTTP/1.1\r\n" . host($p) . "\r\n" if $c;
$p = proxy([], $pass);
like one($c), qr/^HTTP\/1.1 200/, 'LISTEN_FDS: the next one serves it';
stop($p, 'TERM');
$p = proxy(['-l', '127.0.0.1:0'], sub { $pass->(1) });
isnt $p->{port}, $passed->sockport, 'LISTEN_PID: not for this process';
stop($p, 'TERM');

# -- what takes its time -------------------------------------------------------

my $left = $slow_start + 9.5 - time;
sleep $left if $left > 0;
syswrite $slow_head, "A: b\r\n" if $left > 0;
like drink($slow_head, 2 + $slack), qr/^HTTP\/1.1 408 /, 'a slow head: 408';
cmp_ok time - $slow_start, '>=', 10, 'not before 10 s';
is drink($silent, 2 + $slack), '', 'a silent connection: no answer';
$left = $slow_start + 14 - time;
sleep $left if $left > 0;
cmp_ok scalar(workers($slow)), '<=', 8, 'workers that are idle end';
is stop($slow, 'TERM'), 0, 'SIGTERM without requests';
done_testing();
