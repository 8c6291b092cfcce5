# interrupt.pl RESULT SIGNAL FILE PATTERN COMMAND...: runs the command, sends
# it the signal as soon as FILE matches PATTERN (FILE -: that many ms after it
# has installed its handlers), and writes to RESULT how many ms later it ended,
# its exit status as in a shell, and the signal that it died of or 0.
use strict;
use warnings;
use Time::HiRes qw(sleep time);
require './tests/cli/heeds.pl';

my ($result, $signal, $file, $pattern, @command) = @ARGV;
my $pid = fork() // die "fork: $!";
if ($pid == 0) {
	# A shell starts background processes with SIGINT ignored, nohup others.
	$SIG{$_} = 'DEFAULT' for qw(INT HUP TERM);
	exec @command or exit 127;
}
my $until = time + 10;
if ($file eq '-') {
	sleep 0.005 until heeds($pid, $signal) || time > $until;
	sleep $pattern / 1000;
}
while ($file ne '-' && time < $until) {
	if (open my $in, '<', $file) {
		local $/;
		last if (<$in> // '') =~ /$pattern/m;
	}
	sleep 0.005;
}
my $start = time;
kill $signal, $pid;
local $SIG{ALRM} = sub { kill 'KILL', $pid };
alarm 10;
waitpid $pid, 0;
my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
open my $out, '>', $result or die "$result: $!";
printf $out "%d %d %d\n", (time - $start) * 1000, $status, $? & 127;
