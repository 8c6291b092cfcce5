#!/bin/sh
# Where the answer is written, and errors in writing it.
. tests/cli/lib.sh

serve <<'EOF'
repeat 2; stream responses "to a file\n"
EOF
bide -- -o "$T/file" hello
status "-o" 0
out "-o" ""
is "-o: content" "$(cat "$T/file")" "to a file"
echo old > "$T/file"
chmod 640 "$T/file"
bide -- -o "$T/file" hello
is "-o: replaced" "$(cat "$T/file")" "to a file"
# shellcheck disable=SC2012
is "-o: mode is kept" "$(ls -l "$T/file" | cut -c 1-10)" "-rw-r-----"

serve <<'EOF'
stream-cut responses "half"
EOF
mkdir "$T/dir"
echo old > "$T/dir/file"
bide -- --patience 0 -o "$T/dir/file" hello
status "-o and a fault" 75
is "-o and a fault: old file" "$(cat "$T/dir/file")" old
bide -- --patience 0 -o "$T/dir/new" hello
is "-o and a fault: no other file" "$(ls -A "$T/dir")" file
bide -- -o "$T/none/file" hello
status "-o in no folder" 74
bide -- --dry-run -o "$T/none/file" hello
status "--dry-run -o in no folder" 74
bide -- --dry-run -o "$T/dir/file" hello
status "--dry-run -o" 0
bide -- resume --dry-run -o "$T/none/file"
status "resume --dry-run -o in no folder" 74
requests "-o in no folder" 2
interrupt TERM "$LOG" '"req":3' -o "$T/dir/file" hello
is "-o and a signal: no other file" "$(ls -A "$T/dir")" file

serve <<'EOF'
stream responses "to nobody at all\n"
EOF
if [ -c /dev/full ]; then
	rc=0
	# shellcheck disable=SC2086
	clean $BIDE hello < /dev/null > /dev/full 2> "$T/err" || rc=$?
	status "full disk" 74
	err "full disk" "^bide: .*"
	bide -- -o /dev/full hello
	status "-o /dev/full" 74
	n=$(grep -c '"req":' "$LOG")
	bide -- resume
	out "-o /dev/full, resume" "to nobody at all
"
	requests "-o /dev/full, resume" "$n"
fi

serve <<'EOF'
head; start responses; text "first words"; sleep 100; text "and more"; sleep 100; text "and more"; done; end
EOF
# shellcheck disable=SC2086
{ clean $BIDE --live hello < /dev/null 2> "$T/err"; echo $? > "$T/rc"; } |
    head -c 1 > "$T/out"
rc=$(cat "$T/rc")
status "the reader leaves" 141
is "the reader leaves: quietly" "$(cat "$T/err")" ""

# A closed standard descriptor is not reused for another file.
serve <<'EOF'
stream responses "the answer"
EOF
closed() { # STATUS REDIRECTIONS
	rc=0
	clean "T=$T" perl -e 'alarm 3; exec @ARGV' sh -c \
	    "exec $BIDE hello </dev/null >\$T/out 2>\$T/err $2" || rc=$?
	status "with $2" "$1"
}
closed 0 '<&-'
out "closed stdin" "the answer"
closed 74 '>&-'
closed 74 '<&- >&-'
closed 0 '2>&-'
out "closed stderr" "the answer"
closed 74 '<&- >&- 2>&-'
# The same where there is no /dev/null.
if command -v unshare >/dev/null && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016
	nothing='umount -l /dev 2>/dev/null || mount -t tmpfs none /dev'
	for fds in '<&-' '>&-' '<&- >&-' '<&- >&- 2>&-'; do
		rc=0
		clean unshare -m perl -e 'alarm 3; exec @ARGV' sh -c \
		    "$nothing; exec $BIDE hello $fds" \
		    < /dev/null > "$T/out" 2> "$T/err" || rc=$?
		case $fds in
		*'>&-'*) status "with $fds and no /dev/null" 74 ;;
		*) out "with $fds and no /dev/null" "the answer" ;;
		esac
	done
fi
before=$(grep -c '"req":' "$LOG")
bide -- -o "" hello
ok "-o without a name: refused" one_of "$rc" 64 74
requests "-o without a name" "$before"

serve <<'EOF'
head; start responses; text "half"; fail rate_limit_exceeded "Please try again in 20ms"; end
stream responses "whole \x01 \"quoted\"\n" x-request-id=req_42
EOF
bide -- --json hello
status "--json" 0
json_lines "--json"
event "--json" '^{"type":"start","attempt":1,"provider":"openai","model":"gpt-4o"'
event "--json" '^{"type":"text","text":"half"}'
event "--json" '^{"type":"retry","class":"rate_limit",.*"wait_ms":[0-9]+,.*"attempt":[12],.*"discard":true'
event "--json" '^{"type":"start","attempt":2,'
event "--json" '^{"type":"usage","input":12,"output":34,"cached":5,'
event "--json" '^{"type":"done","finish":"stop",.*"attempts":2,.*"request_id":"req_42"'
is "--json: text after the last start" "$(perl -MJSON::PP -ne '
	$e = decode_json($_);
	$text = "" if $e->{type} eq "start";
	$text .= $e->{text} if $e->{type} eq "text";
	END { print $text }' "$T/out")" "$(printf 'whole \001 "quoted"')"

serve <<'EOF'
error 429 insufficient_quota "You exceeded your current quota"
error 429 rate_limit_exceeded "Please try again in 1h" x-request-id=req_7
EOF
bide -- --json hello
status "--json, fatal" 69
json_lines "--json, fatal"
event "--json, fatal" '^{"type":"error","class":"quota","status":429,.*"retry_at":null'
bide -- --json hello
status "--json, later" 75
event "--json, later" '^{"type":"error","class":"rate_limit",.*"retry_at":"20[0-9-]*T[0-9:]*Z"'

serve <<'EOF'
error 429 rate_limit_exceeded "Please try again in 20ms"
stream responses "quiet"
EOF
bide -- -q hello
out "-q" quiet
is "-q: silent" "$(cat "$T/err")" ""
finish
