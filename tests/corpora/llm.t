#!/usr/bin/perl
# Recorded streams through drive decode, whole and cut, against the providers'
# own SDKs.  BIDE_SPLITS: other sizes to cut at ("1 2 3").
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Llm;
use Test::More;

my $drive = ($ENV{BIDE_BUILD} // 'build/check') . '/drive';
my @splits = split ' ', $ENV{BIDE_SPLITS} // '1 7 4096';
my @cases = recordings();

plan skip_all => 'no recordings' if !@cases;

sub decode {
	my ($case, @options) = @_;
	my $line = qx($drive decode $dialect{$case->{api}} @options <'$case->{path}');
	return $? == 0 ? $line : "status $?";
}

sub told {
	my ($got) = @_;
	return { map { $_ => $got->{$_} }
	    qw(text reasoning tool_calls finish_reason usage) };
}

sub check_read {
	my ($case, $got, $want) = @_;
	same_calls($got->{tool_calls}, []);
	my $calls = join ' ', map { "$_->{name}$_->{arguments}" }
	    @{$got->{tool_calls}};
	is_deeply [@$got{qw(text finish_reason)}, $calls,
	    @{$got->{counted}}{qw(input output)}, $got->{error}],
	    [deltas($case), @$want, undef], $case->{id};
}

sub check {
	my ($case, $line) = @_;
	my $got = eval { $json->decode($line) } or return fail "$case->{id}: $line";
	my $id = $case->{id};
	if (my $raise = $raises{$id}) {
		is_deeply [@{$got->{error} // {}}{qw(class code)}],
		    [@$raise[0, 1]], $id;
		return;
	}
	if (my $read = $read{$id =~ s/^anthropic-anthropic-//r}) {
		check_read($case, $got, $read);
		return;
	}
	my $want = told({ %{$case->{expect}}, %{$pending{$id} // {}} });
	$want->{$_} //= '' for qw(text reasoning);
	$want->{tool_calls} = $assembled{$id} // $want->{tool_calls} // [];
	same_calls($got->{tool_calls}, $want->{tool_calls})
	    if $case->{api} !~ /^openai/;
	($got->{usage}, $want->{usage}) =
	    ($got->{counted}, counted($want->{usage}))
	    if $case->{api} eq 'anthropic';
	is $json->encode({ %{told($got)}, error => $got->{error} }),
	    $json->encode({ %$want, error => undef }), $id;
}

for my $case (@cases) {
	my $whole = decode($case);
	check($case, $whole);
	my @differ = grep { decode($case, "--split $_") ne $whole } @splits;
	is "@differ", '', "$case->{id}: cut at @splits bytes";
}
done_testing;
