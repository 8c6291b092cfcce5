# A client of the four dialects that believes nothing: asks by the lines of its
# stdin, all of them at once, and says what it got.
#
#	judge.pl LIMIT EXPECTED < JOBS
#
# A job: PORT CASE DIALECT stream|whole, and further header fields as
# name=value.  For each it prints CASE VERDICT STATUS MS FIRST ATTEMPTS TEXT,
# with ms to the end and to the first byte, and what x-bide-attempts says.
# EXPECTED is the whole text, LIMIT seconds.
#
#	whole	the text, once, with a proper end in framing and dialect
#	broken	a part of it, then an error of the dialect and no end in framing
#	torn	as broken, but without the error
#	failed	an error of the dialect before any text
#	refused	a status from 400 on, whole
#	gzip	the same bytes, compressed
#	cut	an end in framing, but not of the dialect: a silent cut
#	false	an end of the dialect, but not all of the text
#	twice	more than the text
#	hang	no end
#	none	closed without an answer
#	bad	anything else; TEXT says what
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes 'time';

my ($limit, $expected) = @ARGV;
my %dialect = (
	responses => {
		path => '/v1/responses',
		body => { model => 'gpt-4o', input => 'hi' },
		text => sub { $_[0]{type} eq 'response.output_text.delta' &&
		    $_[0]{delta} },
		end => sub { $_[0]{type} eq 'response.completed' },
		error => sub { $_[0]{type} =~ /^(error|response.failed)$/ },
		whole => sub { $_[0]{output}[0]{content}[0]{text} },
		check => \&check_responses,
	},
	chat => {
		path => '/v1/chat/completions',
		body => { model => 'gpt-4o',
		    messages => [{ role => 'user', content => 'hi' }] },
		text => sub { $_[0]{choices}[0]{delta}{content} },
		end => sub { 0 },	# it is no JSON
		error => sub { $_[0]{error}{message} },
		whole => sub { $_[0]{choices}[0]{message}{content} },
		check => sub { same('id', @_) },
	},
	messages => {
		path => '/v1/messages',
		body => { model => 'claude-sonnet-4-5', max_tokens => 9,
		    messages => [{ role => 'user', content => 'hi' }] },
		text => sub { $_[0]{type} eq 'content_block_delta' &&
		    $_[0]{delta}{text} },
		end => sub { $_[0]{type} eq 'message_stop' },
		error => sub { $_[0]{type} eq 'error' && $_[0]{error}{type} },
		whole => sub { $_[0]{content}[0]{text} },
		check => \&check_messages,
	},
	gemini => {
		path => '/v1beta/models/gemini-2.5-pro:',
		body => { contents => [{ role => 'user',
		    parts => [{ text => 'hi' }] }] },
		text => sub { $_[0]{candidates}[0]{content}{parts}[0]{text} },
		end => sub { $_[0]{candidates}[0]{finishReason} },
		error => sub { $_[0]{error}{status} },
		whole => sub {
			$_[0]{candidates}[0]{content}{parts}[0]{text} },
		check => sub { '' },
	},
);

sub same {
	my ($name, @events) = @_;
	my %seen = map { ($_->{$name} // '') => 1 }
	    grep { !$_->{error} } @events;
	return keys %seen > 1 ? "different $name" : '';
}

# Numbers without a gap, one created, an end that has the text of the deltas.
sub check_responses {
	my (@events) = @_;
	my ($n, $text, $created) = (0, '', 0);
	for my $e (@events) {
		next if $e->{type} eq 'keepalive' ||
		    ($n == 0 && $e->{type} eq 'error');
		return "number $e->{sequence_number} for $n"
		    if ($e->{sequence_number} // -1) != $n++;
		$created++ if $e->{type} eq 'response.created';
		$text .= $e->{delta}
		    if $e->{type} eq 'response.output_text.delta';
		my $r = $e->{response};
		return 'the end has another text'
		    if $e->{type} eq 'response.completed' &&
		    $r->{output}[0]{content}[0]{text} ne $text;
	}
	return 'does not begin with created'
	    if @events && $events[0]{type} !~ /created|error/;
	return $created > 1 ? 'created twice' : '';
}

sub check_messages {
	my (@events) = @_;
	my @starts = grep { $_->{type} eq 'message_start' } @events;
	return 'starts ' . @starts if @starts > 1;
	my $open = -1;
	for my $e (@events) {
		$open = $e->{index} if $e->{type} eq 'content_block_start';
		return "delta of block $e->{index}"
		    if $e->{type} eq 'content_block_delta' &&
		    $e->{index} != $open;
	}
	return '';
}

sub request {
	my ($job) = @_;
	my $d = $dialect{$job->{dialect}};
	my %body = %{$d->{body}};
	my $path = $d->{path};
	my $stream = $job->{how} eq 'stream';
	if ($job->{dialect} eq 'gemini') {
		$path .= $stream ? 'streamGenerateContent?alt=sse' :
		    'generateContent';
	} else {
		$body{stream} = $stream ? JSON::PP::true : JSON::PP::false;
	}
	my $body = encode_json(\%body);
	my $fields = join '', map { s/=/: /r . "\r\n" } @{$job->{fields}};
	# A key of its own: no case shall wait for the limit of another.
	return "POST $path HTTP/1.1\r\nHost: 127.0.0.1:$job->{port}\r\n" .
	    "Authorization: Bearer sk-$job->{case}\r\n" .
	    "x-case: $job->{case}\r\ncontent-type: application/json\r\n" .
	    "content-length: " . length($body) . "\r\n$fields\r\n$body";
}

# (status, fields, body, whole): whole as far as the framing goes.
sub frame {
	my ($in, $eof) = @_;
	$in =~ s/^HTTP\/1\.1 (\d+)[^\r]*\r\n(.*?)\r\n\r\n//s or return;
	my ($status, $fields, $body, $whole) = ($1, $2, '', 0);
	if ($fields =~ /^transfer-encoding: *chunked/im) {
		while ($in =~ s/^([0-9a-f]+)\r\n//i) {
			my $n = hex $1;
			$whole = 1, last if $n == 0;
			$body .= substr $in, 0, $n, '';
			$in =~ s/^\r\n// or last;
		}
	} elsif ($fields =~ /^content-length: *(\d+)/im) {
		$body = $in;
		$whole = length $in == $1;
	} else {
		$body = $in;
		$whole = $eof;
	}
	return ($status, $fields, $body, $whole);
}

sub verdict {
	my ($job) = @_;
	my $d = $dialect{$job->{dialect}};
	my ($status, $fields, $body, $whole) = frame($job->{in}, $job->{eof});
	return $job->{hung} ? 'hang' : 'none', 0, '' if !defined $status;
	($job->{attempts}) = $fields =~ /^x-bide-attempts: *(\d+)/im;
	return 'hang', $status, $body if $job->{hung};
	if ($fields =~ /^content-encoding: *gzip/im) {
		require IO::Uncompress::Gunzip;
		my $plain = '';
		IO::Uncompress::Gunzip::gunzip(\$body, \$plain);
		return ($plain =~ /\Q$expected\E/ && $whole ? 'gzip' : 'bad'),
		    $status, $plain;
	}
	return ($whole ? 'refused' : 'torn'), $status, $body =~ s/\s+/ /gr
	    if $status >= 400;
	if ($job->{how} eq 'whole') {
		my $text = eval { $d->{whole}(decode_json($body)) } // '';
		return 'whole', $status, $text
		    if $whole && $text eq $expected;
		return ($whole ? 'cut' : 'torn'), $status, $body;
	}
	return events($d, $status, $body, $whole);
}

sub events {
	my ($d, $status, $body, $whole) = @_;
	my ($text, $end, $error, @events) = ('', 0, 0);
	$body =~ s/\r\n/\n/g;
	for my $block (split /\n\n/, $body) {
		# Google's own client takes only what begins with data:, and
		# OpenAI's for Python trips over a blank line alone.
		next if $d == $dialect{gemini} && $block !~ /^data:/;
		my @lines = grep { !/^:/ } split /\n/, $block;
		return 'bad', $status, 'a blank line alone' if !@lines;
		my $data = join "\n", map { /^data: ?(.*)/ ? $1 : () } @lines;
		return 'bad', $status, "events after the end: $block" if $end;
		$end = 1, next if $data eq '[DONE]';
		my $e = eval { decode_json($data) };
		if (!defined $e) {
			return 'bad', $status, "no JSON: $block" if $whole;
			last;
		}
		push @events, $e;
		$error = 1, next if $d->{error}($e);
		$text .= $d->{text}($e) || '';
		$end = 1 if $d->{end}($e);
	}
	my $why = $d->{check}(@events);
	return 'bad', $status, $why if $why ne '';
	return 'twice', $status, $text if index($expected, $text) != 0;
	return 'failed', $status, $text if $error && $text eq '';
	# OpenAI sends [DONE] after an error, too.
	return ($whole ? 'cut' : 'broken'), $status, $text if $error;
	return ($whole ? 'cut' : 'torn'), $status, $text if !$end;
	return ($text eq $expected ? 'whole' : 'false'), $status, $text;
}

sub done {
	my ($job) = @_;
	my ($verdict, $status, $text) = verdict($job);
	printf "%s %s %s %d %d %s %s\n", $job->{case}, $verdict, $status,
	    1000 * (time - $job->{begun}),
	    1000 * (($job->{first} // time) - $job->{begun}),
	    $job->{attempts} // '-', substr $text =~ s/\s+/ /gr, 0, 200;
}

my (%job, $select);
$select = IO::Select->new;
while (<STDIN>) {
	my ($port, $case, $d, $how, @fields) = split;
	my $s = IO::Socket::INET->new("127.0.0.1:$port") or die "$port: $!";
	my $job = { port => $port, case => $case, dialect => $d, how => $how,
	    fields => \@fields, in => '', begun => time };
	$job{$s} = $job;
	$s->syswrite(request($job));
	$select->add($s);
}
my $until = time + $limit;
while ($select->count && time < $until) {
	for my $s ($select->can_read(0.2)) {
		my $job = $job{$s};
		my $n = sysread $s, $job->{in}, 65536, length $job->{in};
		$job->{first} //= time if $n;
		my (undef, undef, undef, $whole) = frame($job->{in}, !$n);
		next if $n && !$whole;
		$job->{eof} = defined $n && $n == 0;
		done($job);
		$select->remove($s);
	}
}
for my $s ($select->handles) {
	$job{$s}{hung} = 1;
	done($job{$s});
}
