# Every JSON case of the corpus: accepted or refused, and its leaves.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Drive;
use JSON::PP;
use MIME::Base64;
use Test::More;

my $canonical = JSON::PP->new->canonical->allow_nonref;

# Leaves in one spelling: true and 1 must not pass for each other.
sub spell { return join "\n", map { $canonical->encode($_) } @_ }

# Numbers out of a double's range are JSON all the same (RFC 8259 section 6).
my %ours = ('simdjson-checker/fail73.json' => 'any');

for my $case (cases('json/cases.jsonl')) {
	my ($status, $out) = drive(decode_base64($case->{input_b64}), 'json');
	my $expect = $ours{$case->{id}} // $case->{expect};
	if ($expect eq 'any') {
		like($status, qr/^[01]$/, "$case->{id}: no crash");
		next if $status ne '0';
	} else {
		is($status, $expect eq 'accept' ? 0 : 1, $case->{id});
	}
	is($out, '', "$case->{id}: nothing of it shown") if $status ne '0';
	is(spell(lines($out)), spell(@{ $case->{leaves} }),
	    "$case->{id}: leaves") if $status eq '0' && $case->{leaves};
}

my %leaves;
for my $path (glob corpus('json/big') . '/*.json') {
	my ($name) = $path =~ m{([^/]*)\.json$};
	my ($status, $out) = drive(Drive::slurp($path), 'json');
	is($status, 0, $name);
	$leaves{$name} = $out;
	$leaves{$name} =~ s/.*"number".*\n//mg if $name =~ /^twitter/;
}
is(($leaves{canada} =~ tr/\n//), 111130, 'canada: number of leaves');
# The same document spelt otherwise, but for numbers that somebody rounded.
ok($leaves{twitter} eq $leaves{twitterescaped}, 'twitter: escapes undone');
my $events = decode_json(Drive::slurp(corpus('json/big/github_events.json')));
is_deeply(rebuild($leaves{github_events}), $events, 'github_events: rebuilt');

# The document that leaves were taken from.
sub rebuild {
	my $root;
	for my $leaf (lines($_[0])) {
		my ($path, $kind, $value) = @$leaf;
		my $at = \$root;
		for my $step (@$path) {
			$at = $step =~ /^\d+$/ ? \$$at->[$step] : \$$at->{$step};
		}
		$$at = $kind eq 'string' ? decode_utf8(decode_base64($value->{s}))
		    : $kind eq 'number' ? 0 + $value
		    : $kind eq 'object' ? {} : $kind eq 'array' ? []
		    : { true => JSON::PP::true, false => JSON::PP::false,
			null => undef }->{$kind};
	}
	return $root;
}

sub decode_utf8 { my ($s) = @_; utf8::decode($s); return $s }

done_testing;
