#!/usr/bin/perl
# Recorded streams through drive decode, whole and cut, against the providers'
# own SDKs.  BIDE_SPLITS: other sizes to cut at ("1 2 3").
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Llm;
use Test::More;

my $drive = ($ENV{BIDE_BUILD} // 'build/check/tests') . '/drive';
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
	    qw(text reasoning tool_calls finish counted) };
}

sub check_read {
	my ($case, $got, $want) = @_;
	same_calls($got->{tool_calls}, []);
	my $calls = join ' ', map { "$_->{name}$_->{arguments}" }
	    @{$got->{tool_calls}};
	my ($word, @rest) = @$want;
	is_deeply [@$got{qw(text finish)}, $calls,
	    @{$got->{counted}}{qw(input output)}, $got->{error}],
	    [deltas($case), finish($case, $word, $got->{tool_calls}),
	    @rest, undef], $case->{id};
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
	my %expect = (%{$case->{expect}}, %{$pending{$id} // {}});
	my $want = told({ %expect,
	    counted => counted($case->{api}, $expect{usage}) });
	$want->{$_} //= '' for qw(text reasoning);
	$want->{tool_calls} = $assembled{$id} // $want->{tool_calls} // [];
	$want->{finish} = finish($case, $expect{finish_reason} // '',
	    $want->{tool_calls});
	same_calls($got->{tool_calls}, $want->{tool_calls})
	    if $case->{api} !~ /^openai/;
	is $json->encode({ %{told($got)}, error => $got->{error} }),
	    $json->encode({ %$want, error => undef }), $id;
}

# What has to be sent back unchanged, read from the events directly: encrypted
# reasoning, signed thinking, Gemini's signatures.
sub items {
	my ($case) = @_;
	my (@items, %block);
	for my $data (slurp($case->{path}) =~ /^data: ?(\{.*)$/mg) {
		my $e = eval { $json->decode($data) } or next;
		my ($type, $item) = ($e->{type} // '', $e->{item});
		my $i = $e->{index} // 0;
		my $b = $e->{content_block};
		$block{$i} = $b if $type eq 'content_block_start';
		push @items, $item if $type eq 'response.output_item.done' &&
		    $item->{type} eq 'reasoning' && $item->{encrypted_content};
		my $delta = $type eq 'content_block_delta' ? $e->{delta} : {};
		$block{$i}{$_} .= $delta->{$_} // '' for grep { exists
		    $delta->{$_} } qw(thinking signature);
		push @items, $block{$i} if $type eq 'content_block_stop' &&
		    ($block{$i}{signature} || $block{$i}{type} =~ /^redacted/);
		for my $part ($case->{api} ne 'gemini' ? () :
		    @{$e->{candidates}[0]{content}{parts} // []}) {
			my $s = $part->{thoughtSignature} // next;
			push @items, $part->{functionCall} ? $s :
			    { text => '', thoughtSignature => $s };
		}
	}
	return \@items;
}

my $kept = 0;
for my $case (@cases) {
	my $whole = decode($case);
	check($case, $whole);
	my $items = $json->decode($whole)->{items};
	$kept += @$items;
	is $json->encode($items), $json->encode(items($case)),
	    "$case->{id}: items" if !$raises{$case->{id}};
	my @differ = grep { decode($case, "--split $_") ne $whole } @splits;
	is "@differ", '', "$case->{id}: cut at @splits bytes";
}
cmp_ok $kept, '>', 40, 'what goes back is in the recordings';
done_testing;
