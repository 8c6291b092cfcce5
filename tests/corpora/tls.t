#!/usr/bin/perl
# TLS with public test suites: badssl.jsonl live against openssl s_server,
# limbo.jsonl through the X.509 class.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Time::Local qw(timegm);

my $dir = ($ENV{BIDE_CORPORA} // '../shared/corpora') . '/tls';
my $drive = abs_path(($ENV{BIDE_BUILD} // 'build/check/tests') . '/drive_tls');

plan skip_all => "no corpora at $dir" unless -d $dir;
$dir = abs_path($dir);
die "drive_tls is not built\n" unless -x $drive;

# Chains that bide accepts although limbo expects a refusal, and why.  None of
# them lets anyone claim a name without a trusted CA.
my %accepts = (
	'rfc5280::aki::cross-signed-root-missing-aki' => 'key identifiers only help to find issuers; issuers are found by name, proved by signature',
	'rfc5280::aki::intermediate-missing-aki' => 'key identifiers: as above',
	'rfc5280::aki::leaf-missing-aki' => 'key identifiers: as above; own CAs leave them out',
	'rfc5280::ski::intermediate-missing-ski' => 'key identifiers: as above',
	'rfc5280::ski::root-missing-ski' => 'key identifiers: as above',
	'webpki::aki::root-with-aki-all-fields' => 'key identifiers: as above',
	'webpki::aki::root-with-aki-authoritycertissuer' => 'key identifiers: as above',
	'webpki::aki::root-with-aki-ski-mismatch' => 'key identifiers: as above',
	'rfc5280::ca-empty-subject' => 'an empty name is compared like any other',
	'rfc5280::nc::invalid-dnsname-leading-period' => 'common in own CAs; read as OpenSSL does: subdomains only',
	'rfc5280::pc::ica-noncritical-pc' => 'policies are not evaluated',
	'rfc5280::san::noncritical-with-empty-subject' => 'the flag changes nothing: subjectAltName is always read',
	'webpki::san::san-critical-with-nonempty-subject' => 'the flag: as above',
	'rfc5280::san::underscore-dns' => 'underscores in host names exist; the name must match all the same',
	'webpki::cn::case-mismatch' => 'the common name is never used',
	'webpki::cn::not-in-san' => 'the common name is never used',
	'webpki::cn::punycode-not-in-san' => 'the common name is never used',
	'webpki::cn::utf8-vs-punycode-mismatch' => 'the common name is never used',
	'webpki::cn::ipv6-uncompressed-mismatch' => 'the common name is never used',
	'webpki::ee-basicconstraints-ca' => 'openssl req -x509 makes such; agrees with rfc5280::ca-as-leaf',
	'webpki::eku::ee-anyeku' => 'serverAuth is there too',
	'webpki::eku::ee-without-eku' => 'RFC 5280: without it any use is allowed; own CAs leave it out',
	'webpki::eku::root-has-eku' => 'it allows servers',
	'webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf' => 'odd, but not short',
	'webpki::malformed-aia' => 'authority information is not used',
	'webpki::san::public-suffix-multi-label-wildcard-san' => 'bide has no list of public suffixes',
	'webpki::san::public-suffix-private-namespace-wildcard-san' => 'no list of public suffixes',
	'pathlen::max-chain-depth-1-exhausted' => 'a limit that the case brings along; bide has its own',
);

# Chains that bide refuses although limbo accepts them: no intermediate may have
# critical name constraints (a root may; see CAVEATS in the man page).
my %refuses = map { $_ => 1 } (
	'rfc5280::nc::nc-forbids-alternate-chain-ica',
	'rfc5280::nc::nc-forbids-othername-noop',
);

my $resp = "HTTP/1.0 200 OK\r\nContent-Length: 64\r\nConnection: close\r\n\r\n"
    . 'x' x 64;
my $whole = 'ok ' . length($resp) . ' bytes';
my $tmp = tempdir(CLEANUP => 1);
my @servers;

END {
	my $status = $?;
	kill 'KILL', @servers if @servers;
	waitpid $_, 0 for @servers;
	$? = $status;
}

sub lines {
	my ($name) = @_;
	open my $fh, '<', "$dir/$name" or die "$name: $!\n";
	return map { decode_json($_) } <$fh>;
}

sub put {
	my ($path, @text) = @_;
	open my $fh, '>', $path or die "$path: $!\n";
	print $fh @text;
	close $fh or die "$path: $!\n";
}

# Status and output of a run of the driver.
sub drive {
	my @argv = @_;
	open my $fh, '-|', $drive, @argv or die "$drive: $!\n";
	my $out = join '', <$fh>;
	close $fh;
	chomp $out;
	return ($? , $out);
}

sub millis {
	my ($t) = @_;
	return int(time * 1000) unless defined $t;
	my ($date, $fraction) = $t =~
	    /^([-\d]+T[:\d]+)(\.\d+)?(?:Z|\+00:00)$/ or die "time $t\n";
	my ($y, $mo, $d, $h, $mi, $s) = $date =~ /\d+/g;
	return timegm($s, $mi, $h, $d, $mo - 1, $y) * 1000 +
	    int(($fraction // 0) * 1000);
}

sub limbo {
	my ($c) = @_;
	my ($id) = $c->{id} =~ m{^limbo/(.*)};
	return if $c->{class} =~ /client-auth|:crl/;
	# bide always has a name to check; a case without one proves nothing
	return unless $c->{expected_peer_name};
	put("$tmp/ca.pem", @{$c->{trusted_certs}});
	put("$tmp/chain.pem", $c->{peer_certificate},
	    @{$c->{untrusted_intermediates}});
	my ($status, $out) = drive('chain', "$tmp/ca.pem",
	    $c->{expected_peer_name}{value}, millis($c->{validation_time}),
	    "$tmp/chain.pem");
	my $want = $c->{expected_result} eq 'SUCCESS' ? 0 : 256;
	$want = 0 if exists $accepts{$id};
	$want = 256 if exists $refuses{$id};
	is($status, $want, "limbo $id") or diag($out);
	like($out, qr/^fail fatal certificate: ./, "limbo $id: the fault")
	    if $want;
}

# Below those that the system hands out: between this look and the server's
# bind another test could be given the same one.
my %taken;
sub free_port {
	for (1 .. 1000) {
		my $port = 10000 + int rand 22000;
		next if $taken{$port}++;
		return $port if IO::Socket::INET->new(Listen => 1,
		    LocalAddr => '127.0.0.1', LocalPort => $port);
	}
	die "no port\n";
}

sub start {
	my ($c) = @_;
	$c->{port} = free_port();
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		chdir "$tmp/certs" or die;
		$ENV{PORT} = $c->{port};
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec 'sh', '-c', "exec $c->{server_cmd}";
	}
	push @servers, $pid;
}

sub listening {
	my ($port) = @_;
	for (1 .. 200) {
		return 1 if IO::Socket::INET->new("127.0.0.1:$port");
		sleep 0.05;
	}
	return 0;
}

sub badssl {
	my ($c) = @_;
	my $id = $c->{id};
	ok(listening($c->{port}), "$id: the server is up") or return;
	my ($status, $out) = drive('connect', "127.0.0.1:$c->{port}",
	    $c->{host}, "$dir/certs/roots.pem");
	if ($c->{expect} eq 'ok') {
		is($out, $whole, "$id is accepted");
	} elsif ($c->{expect} eq 'fail') {
		is($status, 256, "$id is refused") or diag($out);
		like($out, qr/^fail fatal (?:tls|certificate): ./,
		    "$id: the fault");
	} else {
		like($out, qr/^(?:$whole|fail fatal .)/, "$id: $out");
	}
	like($out, qr/client certificate/, "$id: the reason")
	    if $id =~ /client-cert/;
}

limbo($_) for lines('limbo.jsonl');

SKIP: {
	skip 'no openssl', 1 if system('openssl version >/dev/null 2>&1');
	mkdir "$tmp/certs";
	symlink $_, "$tmp/certs/" . s{.*/}{}r for glob "$dir/certs/*";
	put("$tmp/certs/resp", $resp);
	my @cases = lines('badssl.jsonl');
	start($_) for @cases;
	badssl($_) for @cases;
}

done_testing();
