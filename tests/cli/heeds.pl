# heeds PID, NAME: whether the process has installed a handler for that signal.
# The tests send none earlier.
use strict;
use warnings;
use POSIX ();

sub heeds {
	my ($pid, $name) = @_;
	my $bit = POSIX->can("SIG$name")->() - 1;
	open my $in, '<', "/proc/$pid/status" or return 0;
	local $/;
	my ($caught) = <$in> =~ /^SigCgt:\s*[0-9a-f]*([0-9a-f]{8})$/m;
	return hex($caught // 0) >> $bit & 1;
}

1;
