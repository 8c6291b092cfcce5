# kill -9 at random instants, then bide resume until the turn is done (sometimes
# killed too): 200 sessions, or $BIDE_KILLS, or 2,000 with $BIDE_TORTURE.  Each
# has its own server that refuses, cuts streams and delays.  Every eighth one
# stores runs (keeper.pl) and must see a single POST, unless bide was killed
# before it knew the run's ID.
use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use POSIX qw(WNOHANG _exit);
use Time::HiRes qw(sleep time);
require './tests/cli/heeds.pl';

my $bide = $ENV{BIDE} // './bide';
my $faultd = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/faultd';
my $all = $ENV{BIDE_KILLS} // ($ENV{BIDE_TORTURE} ? 2000 : 200);
my $workers = 24;
my $seed = $ENV{BIDE_SEED} // int rand 1 << 30;
my $dir = tempdir(CLEANUP => 1);
my $text = join '', map { "word $_, " } 1 .. 12;
my $words = "Over the hills \xf0\x9f\x98\x80 and far away";
my $kept = $words . '
{"id":"call_1","name":"look","arguments":"{\"at\":\"it\"}"}
';
my $rest = join '', map { "word $_, " } 7 .. 12;

# The errors before the final answer, with delays of a few ms.
my @faults = (
	'error 429 rate_limit_exceeded "try later" retry-after-ms=30',
	'status 503 retry-after-ms=20',
	"stream-cut responses '$text'",
	"head; start responses; text 'word 1, word'; sleep 10; rst",
	"drip 200 4; stream-cut responses '$text'",
	'accept; sleep 5; rst',
	"stream-error responses 'word 1' server_error 'oh'",
);
my @goods = (
	"drip 400 5; stream responses '$text'",
	"stream responses '$text'",
	'head; start responses; ' . join('; sleep 8; ', map {
		"text 'word $_, '" } 1 .. 6) .
	    "; text '$rest'; sleep 10; done; sleep 5; end",
);

sub pick { $_[rand @_] }

# A server that stores runs; it logs to a file.
sub serve_keeper {
	my ($at) = @_;
	my $cuts = join ',', map { 1 + int rand 8 } 1 .. 4;
	my $pid = fork // die;
	if ($pid == 0) {
		open STDOUT, '>', "$at/keeper";
		exec $^X, 'tests/cli/keeper.pl', $cuts;
	}
	my $port = '';
	until ($port =~ /\n/) {
		sleep 0.01;
		$port = slurp("$at/keeper");
	}
	return (undef, $pid, 0 + (split /\n/, $port)[0]);
}

# Starts a server; returns its port and process.
sub serve {
	my ($at) = @_;
	my @script = map { pick(@faults) } 1 .. 1 + rand 3;
	open my $out, '>', "$at/script" or die;
	print $out map { "$_\n" } @script, pick(@goods);
	close $out;
	mkdir "$at/req";
	my $pid = open my $in, '-|', $faultd, '-t', 60, '-d', "$at/req",
	    "$at/script" or die "faultd: $!";
	my $port = <$in>;
	return ($in, $pid, 0 + $port);
}

# Runs bide and kills it after so many seconds (undef: does not; 0: does not,
# but ends its waits).  Returns its status, as in a shell, and its output.
sub run {
	my ($at, $kill, @args) = @_;
	my $pid = fork // die;
	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$at/out";
		open STDERR, '>', "$at/err";
		exec $bide, @args or exit 127;
	}
	# Without a wait stated by the server, the backoff would take too long.
	my $patient = !defined $kill || $kill;
	while (!$patient && waitpid($pid, WNOHANG) == 0) {
		sleep 0.05;
		kill 'USR1', $pid if heeds($pid, 'USR1');
	}
	if ($patient) {
		sleep $kill if defined $kill;
		kill 'KILL', $pid if defined $kill;
		waitpid $pid, 0;
	}
	return ($? & 127 ? 128 + ($? & 127) : $? >> 8, slurp("$at/out"));
}

sub slurp {
	open my $in, '<', $_[0] or return '';
	local $/;
	return <$in> // '';
}

# When to kill: half of the time at the start, while the journal is created.
# slow: how many times slower the machine is.
sub instant {
	my ($slow) = @_;
	return $slow * (rand() < 0.4 ? rand 0.012 : rand 0.2);
}

sub ask {
	my ($at, $i, $kill) = @_;
	my @kept = $i % 8 ? () : '--background';
	my $shown = pick([], ['-N', '--on-break', 'restart'], ['--json']);
	return run($at, $kill, '-q', @kept, @$shown, '-s', 'job',
	    "the prompt of $i");
}

# Runs one session and returns what is wrong in the end, or nothing.
sub trial {
	my ($i, $stat) = @_;
	my $at = "$dir/$i";
	mkdir $at;
	srand $seed + $i;
	my ($in, $server, $port) = $i % 8 ? serve($at) : serve_keeper($at);
	$ENV{HOME} = $at;
	$ENV{OPENAI_BASE_URL} = "http://127.0.0.1:$port/v1";
	my $slow = 1;
	my ($rc, $out) = ask($at, $i, instant($slow));
	my $asked = 1;
	for (my $round = 0; $rc != 0; $round++) {
		return "no end: $rc ".slurp("$at/err") if $round > 30;
		$stat->{killed}++ if $rc == 137;
		($rc, $out) = run($at, $round < 4 && rand() < 0.7 ?
		    instant($slow) : 0, 'resume', 'job');
		return "resume: $rc, server " . (waitpid($server, WNOHANG) ?
		    $? : 'there') . ' ' . slurp("$at/err")
		    if $rc != 0 && $rc != 137 && $rc != 78;
		if ($rc == 78) {
			return "an unknown turn: ".slurp("$at/err")
			    if slurp("$at/err") !~ /no such session|nothing has been asked/;
			$stat->{early}++;
			# otherwise it would never be late
			$slow *= 1.25;
			($rc, $out) = ask($at, $i, instant($slow));
			$asked++;
		}
	}
	my $text = $i % 8 ? $text : $kept;
	my $journal = "$at/.local/state/bide/sessions/job.jsonl";
	my $before = slurp($journal);
	my @reqs = glob "$at/req/req-*.body";
	($rc, $out) = run($at, undef, 'resume', 'job');
	return "not printed again: $rc '$out'" if $rc != 0 || $out ne $text;
	return "resume wrote" if slurp($journal) ne $before;
	return "resume asked" if glob("$at/req/req-*.body") // 0 and
	    @reqs != (my @now = glob "$at/req/req-*.body");
	my (undef, $log) = run($at, undef, 'log', 'job');
	return "log: ".slurp("$at/err") if slurp("$at/err") ne '';
	my $log_text = $i % 8 ? $text : "$words\n[call call_1 look]\n" .
	    '{"at":"it"}';
	return "transcript: $log" if $log !~ /\A==\ user,\ \S+\n
	    the\ prompt\ of\ $i\n\n==\ openai:gpt-4o,\ \w+,[^\n]*\n
	    \Q$log_text\E\n\n\z/x;
	my @records = map { decode_json($_) } split /\n/, $before;
	my %n;
	$n{$_->{type}}++ for @records;
	return "turns $n{turn}, answers $n{answer}"
	    if $n{turn} != 1 || $n{answer} != 1 || $n{session} != 1;
	# The request of a killed run may be incomplete.
	my %bodies;
	$bodies{$_}++ for grep { /\}\z/ } map { slurp($_) } @reqs;
	return "bodies: " . join "\n", keys %bodies
	    if $i % 8 && keys %bodies != 1;
	if ($i % 8 == 0) {
		my $posts = () = slurp("$at/keeper") =~ / POST /g;
		my %runs = map { $_->{id} => 1 } grep {
			$_->{type} eq 'response' } @records;
		my ($run) = keys %runs;
		return "runs: " . join ' ', keys %runs if keys %runs != 1;
		return "posts: $posts, but $run" if $run ne "run_$posts";
		return "items: $before" if $records[-1]{items} != 2;
	}
	$stat->{attempts} += $n{attempt};
	kill 'TERM', $server;
	close $in if $in;
	waitpid $server, 0 if !$in;
	system 'rm', '-rf', $at;
	return undef;
}

%ENV = (PATH => $ENV{PATH}, OPENAI_API_KEY => 'k', BIDE_MODEL => 'gpt-4o',
    LC_ALL => 'C', TZ => 'UTC',
    BIDE_NO_SHARE => 1,		# else what the killed have leased is waited for
    map { $_ => $ENV{$_} } grep { /SAN_OPTIONS/ } keys %ENV);
my $start = time;
my @pipes = map {
	my $w = $_;
	my $pid = open my $in, '-|' // die;
	if ($pid == 0) {
		my %stat = (killed => 0, early => 0, attempts => 0);
		for (my $i = $w; $i < $all; $i += $workers) {
			my $why = eval { trial($i, \%stat) };
			$why = $@ if $@ ne '';
			next if !defined $why;
			$why =~ s/\n/ | /g;
			$why = substr $why, 0, 4000;
			print "bad $i: $why\n";
		}
		print join(' ', map { "$_ $stat{$_}" } sort keys %stat), "\n";
		close STDOUT;
		_exit(0);
	}
	$in;
} 0 .. $workers - 1;
my (%sum, @bad);
for my $in (@pipes) {
	while (<$in>) {
		push @bad, $_ if /^bad/;
		next if /^bad/;
		my %stat = split;
		$sum{$_} += $stat{$_} for keys %stat;
	}
}
print "# $_" for @bad;
printf "# %d sessions in %.1f s, seed %d: %s\n", $all, time - $start, $seed,
    join ', ', map { "$_ $sum{$_}" } sort keys %sum;
print @bad ? 'not ok' : 'ok', " 1 - killed and resumed: each question once, ",
    "each answer whole and once\n";
print $sum{killed} >= $all / 2 ? 'ok' : 'not ok',
    " 2 - most of them were killed\n1..2\n";
exit(@bad > 0 ? 1 : 0);
