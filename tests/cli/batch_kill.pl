# batch_kill.pl DIR LINES KILLS BIDE...: runs a batch of LINES lines and KILLS
# times kills its parent, a worker or all processes at random moments, then lets
# it finish.  Prints TAP: whether each line has one complete result, and no
# request was repeated after its result had been written.
use strict;
use warnings;
use Fcntl qw(:flock SEEK_SET);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(WNOHANG _exit);
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep time);

my ($dir, $lines, $kills, @bide) = @ARGV;
my ($in, $out, $log) = map { "$dir/$_" } qw(kill.in kill.out kill.log);
$| = 1;
srand($ENV{SEED} // time);

# A server that logs each request and answers it after some time.
my $listen = IO::Socket::INET->new(Listen => 128, LocalAddr => '127.0.0.1',
    ReuseAddr => 1) or die "listen: $!";
my $port = $listen->sockport;
my $server = fork() // die "fork: $!";
if ($server == 0) {
	$SIG{CHLD} = 'IGNORE';
	while (1) {
		my $c = $listen->accept or next;
		serve($c) if fork() == 0;
	}
}

sub serve {
	my ($c) = @_;
	srand($$ ^ time);
	$c->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
	open my $to, '>>', $log or die;
	while (1) {
		my ($n, $text) = (0, '');
		while (defined(my $l = <$c>)) {
			$n = $1 if $l =~ /^content-length: (\d+)/i;
			last if $l eq "\r\n";
		}
		_exit(0) if $n == 0 || read($c, $text, $n) != $n;
		my $q = decode_json($text)->{input};
		syswrite $to, "$q\n";
		sleep rand 0.02;
		my $pad = 'x' x int rand(rand() < 0.05 ? 300000 : 200);
		my $body = encode_json({ echo => $q, pad => $pad });
		print $c "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
		    'Content-Length: ', length $body, "\r\n\r\n", $body;
		$c->flush;
	}
}

open my $f, '>', $in or die "$in: $!";
print $f encode_json({ custom_id => "id-$_", method => 'POST',
    url => '/v1/embeddings', body => { input => "q$_" } }), "\n"
    for 1 .. $lines;
close $f;

sub results {
	my %n;
	open my $r, '<', $out or return \%n;
	while (<$r>) {
		$n{$1}++ if /"custom_id":"([^"]*)".*\n\z/;
	}
	return \%n;
}

sub children {
	my ($parent) = @_;
	my @all;
	for my $s (glob '/proc/[0-9]*/stat') {
		open my $h, '<', $s or next;
		my $l = <$h> // next;
		push @all, $1 if $l =~ /^(\d+) \(.*\) \S (\d+)/ && $2 == $parent;
	}
	return @all;
}

sub size { return -s $log // 0 }

# The requests after that offset of the log.
sub asked {
	my ($from) = @_;
	open my $l, '<', $log or return ();
	seek $l, $from, SEEK_SET;
	return map { chomp; $_ } <$l>;
}

my ($runs, $killed, $again, $status, %by) = (0, 0, 0, -1);
my $deadline = time + ($ENV{LIMIT} // 600);
while (time < $deadline) {
	my $had = results();
	my $from = size();
	my $pid = fork() // die "fork: $!";
	if ($pid == 0) {
		open STDERR, '>>', "$dir/kill.err";
		exec @bide, 'batch', '-q', '-j', 8, '-u',
		    "http://127.0.0.1:$port/v1", '-o', $out, $in or _exit(127);
	}
	$runs++;
	my $done = 0;
	while (!$done && $killed < $kills) {
		sleep 0.005 + rand 0.06;
		$done = waitpid($pid, WNOHANG) == $pid;
		last if $done;
		my $whom = ('parent', 'worker', 'all')[rand 3];
		my @workers = children($pid);
		my @victims = $whom eq 'parent' ? $pid :
		    $whom eq 'all' ? ($pid, @workers) :
		    @workers ? $workers[rand @workers] : ();
		kill 'KILL', $_ for @victims;
		$killed++;
		$by{$whom}++;
		last if $whom ne 'worker';
	}
	waitpid $pid, 0 if !$done;
	$status = $?;
	$again += grep { $had->{ s/^q/id-/r } } asked($from);
	last if $status == 0;
}

kill 'TERM', $server;
my $n = results();
my ($good, $other) = (0, 0);
open my $r, '<', $out or die "$out: $!";
while (<$r>) {
	my $j = eval { decode_json($_) };
	my $body = $j ? $j->{response}{body} : undef;
	if ($body && 'id-' . substr($body->{echo}, 1) eq $j->{custom_id}) {
		$good++;
	} else {
		$other++;
	}
}
printf "# %d runs, %d kills (%s), %d requests for %d lines\n", $runs, $killed,
    join(', ', map { "$by{$_} $_" } sort keys %by),
    scalar(() = asked(0)), $lines;
my @tests = (
	[$status == 0, "the last run succeeded ($status)"],
	[keys %$n == $lines, 'every line has a result'],
	[!grep({ $_ != 1 } values %$n), 'each of them one'],
	[$good == $lines && $other == 0, "all are whole ($good, $other not)"],
	[$again == 0, "nothing was asked that had a result ($again)"],
);
my $failed = 0;
for my $i (0 .. $#tests) {
	$failed ||= !$tests[$i][0];
	printf "%sok %d - %s\n", $tests[$i][0] ? '' : 'not ', $i + 1,
	    $tests[$i][1];
}
print "1..5\n";
exit $failed;
