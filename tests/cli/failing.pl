# failing.pl DIR BIDE BASE [TORTURE]: for failing.t.  Runs each command over and
# over, with the first call failing, the second and so on, until none is left.
use strict;
use warnings;
use POSIX qw(_exit WNOHANG);
use Time::HiRes qw(time sleep);

my ($dir, $bide, $base, $torture) = @ARGV;
my $home = "$dir/home";
my $test = 0;
$| = 1;

sub slurp {
	open my $f, '<', shift or return '';
	local $/;
	return <$f> // '';
}

sub spew {
	my ($path, $text) = @_;
	open my $f, '>', $path or die "$path: $!";
	print $f $text;
	close $f or die "$path: $!";
}

# Runs bide with the nth call failing, 0: none.  Its status, what failed.
sub run {
	my ($n, @args) = @_;
	unlink "$dir/failed";
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		@ENV{qw(FAILING FAILED)} = ($n, "$dir/failed") if $n;
		open STDIN, '<', '/dev/null' or _exit(126);
		open STDOUT, '>', "$dir/out" or _exit(126);
		open STDERR, '>', "$dir/err" or _exit(126);
		exec $bide, @args or _exit(127);
	}
	my $end = time + 30;
	until (waitpid($pid, WNOHANG) == $pid) {
		if (time > $end) {
			kill KILL => $pid;
			waitpid $pid, 0;
			return (-1, slurp("$dir/failed"));
		}
		sleep 0.001;
	}
	my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
	return ($status, join '+', split /\n/, slurp("$dir/failed"));
}

sub fresh {
	system 'rm', '-rf', $home, "$dir/OUT", glob "$dir/OUT*";
	system 'mkdir', '-p', "$home/.config/bide";
	spew("$home/.config/bide/config", "retries 2\n[alias]\nbig = gpt-5\n");
}

my $answer = "Hello, world\n";
my @lines = map { qq({"custom_id":"$_","method":"POST",) .
    qq("url":"/v1/responses","body":{"model":"m","input":"hello"}}\n) } 1 .. 3;
spew("$dir/IN", join '', @lines);
spew("$dir/text", "one line\n");

# The lines of OUT, one for each request?
sub whole_out {
	my %id = map { /"custom_id":"(\d)"/ ? ($1, 1) : () }
	    split /\n/, my $text = slurp("$dir/OUT");
	return keys %id == 3 && $text =~ tr/\n// == 3;
}

# What is run; before it; what must hold if it ended with 0; what must hold
# when it has been run again with nothing failing.
my @commands = (
	{ args => ['hello'],
	  good => sub { slurp("$dir/out") eq $answer } },
	{ args => ['-s', 'x', '-f', "$dir/text", 'hello'],
	  resume => ['resume', 'x'],
	  good => sub { slurp("$dir/out") eq $answer },
	  again => sub {
		my ($status) = run(0, 'log', 'x');
		return $status == 0 && slurp("$dir/out") =~ /Hello, world/;
	  } },
	{ args => ['-o', "$dir/OUT", 'hello'],
	  good => sub { slurp("$dir/OUT") eq $answer },
	  always => sub { !-e "$dir/OUT" || slurp("$dir/OUT") eq $answer } },
	{ args => ['--json', '-m', 'big', 'hello'],
	  good => sub { slurp("$dir/out") =~ /"Hello, world/ } },
	{ args => ['batch', "$dir/IN", '-o', "$dir/OUT", '-j', '2'],
	  good => \&whole_out, again => \&whole_out },
	{ args => ['batch', "$dir/IN", '-o', "$dir/OUT", '--ordered',
	      "$dir/OUT.sorted", '--errors', "$dir/OUT.bad", '-j', '1'],
	  good => \&whole_out, again => \&whole_out },
	{ args => ['sessions'], before => sub { run(0, '-s', 'x', 'hello') },
	  good => sub { slurp("$dir/out") =~ /^x / || $_[0] eq 'lstat' } },
	{ args => ['log', 'x'], before => sub { run(0, '-s', 'x', 'hello') },
	  good => sub { slurp("$dir/out") =~ /Hello, world/ } },
	{ args => ['limits'], before => sub { run(0, 'hello') },
	  good => sub { 1 } },
	{ args => ['completion', 'bash'], good => sub { -s "$dir/out" } },
	{ args => ['help'], good => sub { -s "$dir/out" } },
);

my $first = 0;
for my $c (@commands) {
	my $step = $torture ? 1 : 11;
	my ($bad, $n, $runs) = (0, $torture ? 1 : 1 + $first++ % $step, 0);
	for (;; $n += $step, $runs++) {
		fresh();
		$c->{before}->() if $c->{before};
		my ($status, $what) = run($n, @{$c->{args}});
		last if $what eq '';
		my $err = slurp("$dir/err");
		my @why;
		push @why, 'hangs' if $status < 0;
		push @why, "status $status" if $status == 70 || $status > 78 ||
		    $status > 1 && $status < 64;
		push @why, 'says nothing' if $status > 0 && $err !~ /^bide: /m &&
		    $what ne 'write';	# of the message itself
		push @why, 'not what it says' if $status == 0 &&
		    !$c->{good}->($what);
		push @why, 'a part' if $c->{always} && !$c->{always}->();
		if ($status != 0 && $c->{again}) {
			# a worker may still have OUT
			my ($then, $k) = (75, 0);
			($then) = run(0, @{$c->{args}})
			    while $then == 75 && $k++ < ($c->{resume} ? 1 : 20) &&
			    sleep 0.1;
			($then) = run(0, @{$c->{resume}})
			    if $then == 75 && $c->{resume};
			push @why, "again: status $then" if $then;
			push @why, 'again: not whole' if !$then &&
			    !$c->{again}->();
		}
		next if !@why;
		$bad++;
		print "# $n $what: ", join(', ', @why), "\n";
		print map { "# $_\n" } split /\n/, $err;
	}
	$test++;
	print $bad ? 'not ' : '', "ok $test - @{$c->{args}}: $runs calls\n";
}
print "1..$test\n";
