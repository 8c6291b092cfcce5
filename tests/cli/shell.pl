# shell.pl SHELL SCRIPT OUT LINE: types LINE, with a tab for each @, into an
# interactive shell (Linux) that has read SCRIPT, and prints the words that it
# becomes.
use strict;
use warnings;
use Fcntl;
use POSIX ();

my ($shell, $script, $out, $line) = @ARGV;
my $rc = "$out.d/.zshrc";
my $posix = "PS1='READY> '\nP() { printf '<%s>' \"\$@\" > $out; }\n";
my %start = (
	bash => "$posix. $script\n",
	zsh => "${posix}autoload -U compinit\ncompinit -u -D\n. $script\n",
	fish => "function fish_prompt; echo -n 'READY> '; end\n" .
	    "function P; printf '<%s>' \$argv > $out; end\nsource $script\n",
);
my %run = (
	bash => ['bash', '--noprofile', '--rcfile', $rc, '-i'],
	zsh => ['zsh', '-d', '-i'],
	fish => ['fish', '--no-config', '-C', "source $rc"],
);
$ENV{ZDOTDIR} = "$out.d";
mkdir $ENV{ZDOTDIR};
open my $f, '>', $rc or die;
print $f $start{$shell};
close $f;
unlink $out;
alarm 60;

sysopen my $master, '/dev/ptmx', O_RDWR | O_NOCTTY or exit 99;
my $n = pack "i", 0;
ioctl $master, 0x40045431, $n or exit 99;		# TIOCSPTLCK
ioctl $master, 0x80045430, $n or exit 99;		# TIOCGPTN
my $size = pack "S4", 24, 200, 0, 0;
ioctl $master, 0x5414, $size or exit 99;		# TIOCSWINSZ
my $pid = fork // die;
if ($pid == 0) {
	POSIX::setsid();
	sysopen my $tty, '/dev/pts/' . unpack('i', $n), O_RDWR or exit 99;
	open STDIN, '<&', $tty;
	open STDOUT, '>&', $tty;
	open STDERR, '>&', $tty;
	close $master;
	exec @{$run{$shell}} or exit 127;
}
my $seen = '';
until ($seen =~ /READY> /) {
	sysread $master, $seen, 4096, length $seen or last;
}
$line =~ tr/@/\t/;
# at the start of the line, P prints what follows
syswrite $master, "$line\x01P \r";
until (-s $out) {
	my $r = '';
	vec($r, fileno $master, 1) = 1;
	if (select $r, undef, undef, 0.05) {
		sysread $master, $seen, 4096, length $seen or last;
	}
}
kill 'KILL', $pid;
waitpid $pid, 0;
open $f, '<', $out or die "$shell: $seen\n";
print <$f>;
