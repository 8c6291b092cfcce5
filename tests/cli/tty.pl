# tty.pl COMMAND...: runs it with its output on a terminal (Linux), of $COLS
# columns, and prints that output.
use strict;
use warnings;
use Fcntl;

sysopen my $master, '/dev/ptmx', O_RDWR | O_NOCTTY or exit 99;
my $n = pack "i", 0;
ioctl $master, 0x40045431, $n or exit 99;		# TIOCSPTLCK
ioctl $master, 0x80045430, $n or exit 99;		# TIOCGPTN
# TIOCSWINSZ
ioctl $master, 0x5414, pack "S4", 24, $ENV{COLS} // 80, 0, 0 or exit 99;
my $pid = fork // die;
if ($pid == 0) {
	sysopen my $tty, '/dev/pts/' . unpack('i', $n), O_RDWR | O_NOCTTY or
	    exit 99;
	open STDOUT, '>&', $tty;
	close $master;
	exec @ARGV or exit 127;
}
local $/ = \4096;
print while <$master>;	# EIO when the other end is closed
waitpid $pid, 0;
exit $? >> 8;
