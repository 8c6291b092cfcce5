# Foreign HTTP answers against drive http: every case all agree on must come
# out the same, and what is ours to choose is written down here.
use strict;
use warnings;

use IPC::Open2;
use JSON::PP;
use MIME::Base64;
use Test::More;

my $corpora = $ENV{BIDE_CORPORA} // '../shared/corpora';
my $drive = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/drive';
open my $cases, '<', "$corpora/http/cases.jsonl"
    or plan skip_all => "no corpus in $corpora";

# Four of five say otherwise; why we do not follow.
my $listed = 'fields are listed as they were sent, equal ones too';
my $version = 'HTTP/1.0 and 1.1 only: no other version is framed like them';
my %differ = (
	'curl/test767' => $listed,
	'go/errors-31' => $listed,
	'go/errors-37' => $listed,
	'go/errors-22' => $version,
	'llhttp/sample/HTTP-version-0-9' => $version,
	'llhttp/invalid/Bare-CR-followed-by-CR-after-response-line' =>
	    'a bare CR ends a line for some only; llhttp refuses it',
);

# No majority: STATUS LENGTH, or our reason to refuse.
my $cut = 'the connection ended in the middle of the head';
my $name = 'a header name with a blank or the like in it';
my $octet = 'NUL or a bare CR in the head';
my $switch = 'a switch of protocols that nobody asked for';
my $not = 'not an HTTP/1.0 or HTTP/1.1 answer';
my $line = 'broken status line';
my $length = 'broken or contradictory Content-Length';
my $coding = 'a Transfer-Encoding other than chunked';
my $many = 'too many header fields';
my %choice = (
	'cpython/test_headers_debuglevel' => $cut,
	'cpython/test_malformed_headers_coped_with' => $name,
	'cpython/test_parse_all_octets' => $cut,
	'cpython/test_too_many_headers' => $cut,
	'curl/test1154' => '200 6',
	'curl/test129' => $not,
	'curl/test2105' => $octet,
	'curl/test334' => '204 0',
	'curl/test747' => $many,
	'curl/test770' => '200 6',
	'go/errors-01' => $cut,
	'go/errors-11' => $line,
	'go/errors-12' => $line,
	'go/errors-21' => $not,
	'go/errors-30' => $length,
	'go/errors-32' => $length,
	'go/errors-34' => $length,
	'httparse/012' => $octet,
	'httparse/026' => $name,
	'httparse/030' => $octet,
	'httparse/031' => $octet,
	'httparse/032' => $octet,
	'hyper-client/011' => $name,
	'hyper-client/012' => $line,
	'hyper-client/021' => $switch,
	'hyper-role/007' => $name,
	'hyper-role/016' => $coding,
	'hyper-role/021' => $switch,
	'llhttp/connection/HTTP-101-response-with-Upgrade-and-Content-Length-header' =>
	    $switch,
	'llhttp/invalid/Bare-CR-after-response-line' => $octet,
	'llhttp/invalid/Headers-separated-by-CR' => $octet,
	'llhttp/invalid/Invalid-HTTP-version' => $not,
	'llhttp/invalid/Invalid-space-after-start-line' => $cut,
	'llhttp/sample/Spaces-in-header-name' => $name,
	'llhttp/transfer-encoding/Invalid-OBS-fold-after-chunked-value' =>
	    $coding,
	'llhttp/transfer-encoding/chunkedchunked-transfer-encoding-does-not-enable-chunked-en' =>
	    $coding,
	'picohttpparser/014' => $cut,
	'picohttpparser/015' => $cut,
	'undici/001' => $cut,
	'undici/008' => $cut,
	'undici/009' => $cut,
	'undici/012' => $cut,
	'undici/013' => $switch,
);

sub drive {
	my ($case, @options) = @_;
	my $pid = open2(my $out, my $in, $drive, 'http', '--method',
	    $case->{method}, @options);

	binmode $in;
	print $in decode_base64($case->{input_b64});
	close $in;
	my $line = <$out>;
	close $out;
	waitpid $pid, 0;
	return $line // '{}';
}

# What counts of an answer, as text.
sub outcome {
	my ($a) = @_;

	return 'error' if $a->{error} // 1;
	return JSON::PP->new->canonical->encode({ map { $_ => $a->{$_} }
	    qw(status headers body_b64) });
}

sub chosen {
	my ($a) = @_;

	return $a->{error} ? $a->{why} : $a->{status} . ' ' .
	    length decode_base64($a->{body_b64});
}

$SIG{PIPE} = 'IGNORE';
while (my $row = <$cases>) {
	my $case = decode_json($row);
	my $id = $case->{id};
	my $line = drive($case);
	my $got = decode_json($line);

	is(drive($case, '--split', 1), $line, "$id: byte by byte");
	if (!defined $case->{expect}) {
		is(chosen($got), $choice{$id} // chosen($got),
		    "$id: " . ($choice{$id} ? 'our choice' : 'undecided'));
	} elsif (exists $differ{$id} && $case->{agreement} eq 'majority') {
		isnt(outcome($got), outcome($case->{expect}),
		    "$id: $differ{$id}");
	} else {
		is(outcome($got), outcome($case->{expect}),
		    "$id: $case->{agreement}");
	}
}
done_testing();
