# dns.pl ASKED: a name server on 127.0.0.1:53, in a network namespace of its
# own.  Prints its port when it is ready, and appends each name asked for to the
# file ASKED.
use strict;
use warnings;
use IO::Handle;
use IO::Socket::INET;

my $refer = "\xc0\x0c";			# the name in the question
my $address = $refer . pack 'nnNn a4', 1, 1, 60, 4, "\x7f\0\0\1";

# Flags and rcode, the number of answers, and the answers.
my %special = (
	'torn.test' => sub { 0x8180, 1, "\x3faaaa" },
	'lies.test' => sub { 0x8180, 1,
	    $refer . pack 'nnNn a4', 1, 1, 60, 4000, "\x7f\0\0\1" },
	'loop.test' => sub { 0x8180, 1, "\xc0\x1b" },
	'tc.test' => sub { 0x8380, 0, '' },
	'nx6.test' => sub { $_[0] == 1 ? (0x8180, 1, $address) :
	    (0x8183, 0, '') },
);
my $known = qr/^(plain\.test|box|api\.b\.example)$/;

socket my $any, AF_INET, SOCK_DGRAM, 0 or die;
my $up = pack 'a16 s x22', 'lo', 0x41;		# IFF_UP, IFF_RUNNING
ioctl $any, 0x8914, $up or die "lo: $!";	# SIOCSIFFLAGS
my $s = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1',
    LocalPort => 53) or die "bind: $!";
open my $asked, '>>', $ARGV[0] or die;
$asked->autoflush(1);
STDOUT->autoflush(1);
print "53\n";
while (defined(my $from = recv $s, my $m, 4096, 0)) {
	my ($at, @labels) = (12);
	while (my $n = ord substr $m, $at, 1) {
		push @labels, substr $m, $at + 1, $n;
		$at += $n + 1;
	}
	if ($at + 5 > length $m) {
		print $asked "MALFORMED\n";
		next;
	}
	my $name = join '.', @labels;
	my $type = unpack 'n', substr $m, $at + 1, 2;
	print $asked "$name\n";
	my $answer = $special{$name} // ($name =~ $known ?
	    sub { $type == 1 ? (0x8180, 1, $address) : (0x8180, 0, '') } :
	    sub { 0x8183, 0, '' });
	next if $name eq 'hold.test';
	my ($flags, $n, $records) = $answer->($type);
	send $s, substr($m, 0, 2) . pack('n5', $flags, 1, $n, 0, 0) .
	    substr($m, 12, $at - 7) . $records, 0, $from;
}
