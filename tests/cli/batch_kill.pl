# batch_kill.pl DIR LINES KILLS BIDE...: runs a batch of LINES lines and KILLS
# times kills its parent, a worker or all processes at random moments, then lets
# it finish.  Every seventh line fails permanently.  The first runs write all
# results to one file, the others keep failures apart (--errors) and sort the
# rest (--ordered).  Prints TAP: whether each line has one complete result in
# the right file, and no request was repeated after its result had been written.
use strict;
use warnings;
use Fcntl qw(:flock SEEK_SET);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(WNOHANG _exit);
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep time);

my ($dir, $lines, $kills, @bide) = @ARGV;
my ($in, $out, $bad, $sorted, $log) = map { "$dir/kill.$_" }
    qw(in out bad sorted log);
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

sub fails { return substr($_[0], 1) % 7 == 0 }

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
		my $most = rand() < 0.05 && !fails($q) ? 300000 : 200;
		my $pad = 'x' x int rand $most;
		my $body = encode_json({ echo => $q, pad => $pad });
		my $code = fails($q) ? 400 : 200;
		print $c "HTTP/1.1 $code X\r\nContent-Type: application/json\r\n",
		    'Content-Length: ', length $body, "\r\n\r\n", $body;
		$c->flush;
	}
}

open my $f, '>', $in or die "$in: $!";
print $f encode_json({ custom_id => "id-$_", method => 'POST',
    url => '/v1/embeddings', body => { input => "q$_" } }), "\n"
    for 1 .. $lines;
close $f;

# How often each ID has a complete result.
sub results {
	my %n;
	for my $file ($out, $bad) {
		open my $r, '<', $file or next;
		while (<$r>) {
			$n{$1}++ if /"custom_id":"([^"]*)".*\n\z/;
		}
	}
	return \%n;
}

# The IDs of a file whose lines are all complete, and how many are not those of
# their answer, or have it in the wrong file.
sub ids_of {
	my ($file, $failures) = @_;
	my ($wrong, @ids) = (0);
	open my $r, '<', $file or return (0);
	while (<$r>) {
		my $j = eval { decode_json($_) } // {};
		my $q = $j->{response}{body}{echo} // '';
		push @ids, $j->{custom_id} // '';
		$wrong++ if $q eq '' || $ids[-1] ne 'id-' . substr($q, 1) ||
		    (fails($q) xor $failures);
	}
	return ($wrong, @ids);
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

sub start {
	my @files = @_;
	my $pid = fork() // die "fork: $!";
	if ($pid == 0) {
		open STDERR, '>>', "$dir/kill.err";
		exec @bide, 'batch', '-q', '-j', 8, '-u',
		    "http://127.0.0.1:$port/v1", '-o', $out, @files, $in or
		    _exit(127);
	}
	$runs++;
	return $pid;
}

while (time < $deadline) {
	my $had = results();
	my $from = size();
	my $pid = start($killed < $kills / 2 ? () :
	    ('--errors', $bad, '--ordered', $sorted));
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
	last if $status == 1 << 8 && -e $bad;
}

# Then while it has nothing to do but read and sort its results: half of the
# time that this takes is likely to be in the middle of it.
my ($took, $torn) = (0, 0);
for my $n (0 .. $kills / 4) {
	my $begin = time;
	my $pid = start('--errors', $bad, '--ordered', $sorted);
	if ($n > 0) {
		unlink $sorted if $n % 2;
		sleep rand $took;
		$by{idle} += kill 'KILL', $pid;
	}
	waitpid $pid, 0;
	$took ||= time - $begin;
	my ($wrong, @ids) = ids_of($sorted, 0);
	$torn++ if -e $sorted && ($wrong || @ids != $lines - int $lines / 7);
}
my $last = start('--errors', $bad, '--ordered', $sorted);
waitpid $last, 0;
$status = $? if $? != 1 << 8;

kill 'TERM', $server;
my $n = results();
my ($wrong, @good) = ids_of($out, 0);
my ($wrong_too, @bad) = ids_of($bad, 1);
my ($unsorted, @sorted) = ids_of($sorted, 0);
printf "# %d runs, %d kills (%s), %d requests for %d lines\n", $runs, $killed,
    join(', ', map { "$by{$_} $_" } sort keys %by),
    scalar(() = asked(0)), $lines;
my @tests = (
	[$status == 1 << 8, "the last run ended ($status)"],
	[keys %$n == $lines && @good + @bad == $lines,
	    'every line has a result, in one of the files'],
	[!grep({ $_ != 1 } values %$n), 'each of them one'],
	[!$wrong && !$wrong_too,
	    "all are whole and in their file ($wrong, $wrong_too not)"],
	[$again == 0, "nothing was asked that had a result ($again)"],
	["@sorted" eq join(' ', map { "id-$_" } grep { $_ % 7 } 1 .. $lines),
	    'the sorted file has the order of the input'],
	[!$torn, "it was never there in part ($torn times)"],
);
my $failed = 0;
for my $i (0 .. $#tests) {
	$failed ||= !$tests[$i][0];
	printf "%sok %d - %s\n", $tests[$i][0] ? '' : 'not ', $i + 1,
	    $tests[$i][1];
}
printf "1..%d\n", scalar @tests;
exit $failed;
