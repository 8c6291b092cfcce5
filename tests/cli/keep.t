#!/bin/sh
# What is kept: --no-session, and --keep for sessions without a name.
. tests/cli/lib.sh
HOMES=$T/home/.local/state/bide
STATE=$HOMES/sessions
mkdir -p "$T/home/.config/bide"
config=$T/home/.config/bide/config

serve <<'EOF'
repeat 99; stream responses "fine"
EOF

# nothing NAME: no session was written, and nothing was said.
nothing() {
	out "$1" fine
	is "$1: silent" "$(cat "$T/err")" ""
	ok "$1: no session" [ ! -e "$STATE" ]
}
bide -- --no-session hello
nothing "--no-session"
bide BIDE_NO_SESSION=1 -- hello
nothing "BIDE_NO_SESSION"
bide BIDE_SESSION=off -- hello
nothing "BIDE_SESSION=off"
bide BIDE_SESSION=work -- --no-session hello
nothing "--no-session and BIDE_SESSION"
bide HOME= -- --no-session hello
nothing "--no-session without HOME"
echo 'session off' > "$config"
bide -- hello
nothing "session off"
bide XDG_STATE_HOME=/proc -- hello
nothing "session off, no place"
bide -- --dry-run hello
status "session off, --dry-run" 0
bide -- -s work --no-session hello
status "-s and --no-session" 64
err "-s and --no-session" "^bide: --no-session cannot be used with -s"
bide -- --no-session --background --detach hello
status "--detach and --no-session" 64
ok "session off: none so far" [ ! -e "$STATE" ]
bide -- -s off hello
ok "-s off is a name" [ -e "$STATE/off.jsonl" ]
bide BIDE_SESSION=work -- hello
ok "the environment before the file" [ -e "$STATE/work.jsonl" ]
bide -- -c hello
is "-c before the file" "$(grep -c '"type":"turn"' "$STATE/work.jsonl")" 2
rm "$config"

serve <<'EOF'
stream-cut responses "half"
EOF
bide -- --no-session --patience 0 hello
status "--no-session, a fault" 75
err "--no-session, a fault" "bide --no-session --patience 0 hello"
no_err "--no-session, a fault" "bide resume"

# --keep: old, unnamed and finished.
serve <<'EOF'
repeat 999; stream responses "fine"
EOF
# old NAME [DAYS]: a finished session of the time of its name
whole=$STATE/work.jsonl
old() {
	cp "$whole" "$STATE/$1.jsonl"
	touch -d "${2:-40} days ago" "$STATE/$1.jsonl"
}
left() {
	for f in "$STATE"/*.jsonl; do
		f=${f##*/}
		printf '%s ' "${f%.jsonl}"
	done
}
rm "$STATE/off.jsonl"
old 20200101-000000-0001
old 20200101-000000-0002 20
old 20200101-000000-0003x
old named
old 2020
bide BIDE_KEEP=inf -- --no-session hello
bide -- --no-session hello
is "no --keep" "$(left)" "2020 20200101-000000-0001 20200101-000000-0002 20200101-000000-0003x named work "
old 20200101-000000-0004
sed -i '/"type":"answer"/d' "$STATE/20200101-000000-0004.jsonl"
touch -d '40 days ago' "$STATE/20200101-000000-0004.jsonl"
old 20200101-000000-0005
perl -MFcntl=:flock -e 'open my $f, "+<", shift; flock $f, LOCK_EX;
    $| = 1; print "x\n"; sleep 60' "$STATE/20200101-000000-0005.jsonl" \
    > "$T/locked" &
pids="$pids $!"
until [ -s "$T/locked" ]; do sleep 0.01; done
bide BIDE_KEEP=30d -- --no-session --dry-run hello
ok "--dry-run deletes nothing" [ -e "$STATE/20200101-000000-0001.jsonl" ]
rest="2020 20200101-000000-0002 20200101-000000-0003x 20200101-000000-0004 20200101-000000-0005 named work "
echo 'keep 30d' > "$config"
bide -- --no-session -v hello
out "keep" fine
err "keep -v" "^bide: deleted 1 old session"
is "keep: all but the old" "$(left)" "$rest"
old 20200101-000000-0001
bide -- --no-session hello
ok "once a day" [ -e "$STATE/20200101-000000-0001.jsonl" ]
touch -d '25 hours ago' "$HOMES/expired"
bide -- --no-session hello
is "a day later" "$(left)" "$rest"

# A session that goes on is not deleted before that, nor one that failed to.
rm "$STATE"/2020*
old 20200101-000000-0001 50
rm "$STATE/work.jsonl" "$STATE/named.jsonl"
rm "$HOMES/expired"
bide -- -c hello
is "-c and keep" "$(left)" "20200101-000000-0001 "

# In little time, however many there are: the rest is done at the next starts.
whole=$STATE/20200101-000000-0001.jsonl
i=1000
while [ $i -lt 1600 ]; do
	echo "$STATE/20200101-000000-$i.jsonl"
	i=$((i + 1))
done > "$T/names"
sed -n 1,3p "$whole" > "$T/open"
cp "$whole" "$T/whole"
while read -r f; do
	case $f in *[05].jsonl) cp "$T/open" "$f" ;; *) cp "$T/whole" "$f" ;; esac
done < "$T/names"
xargs touch -d '40 days ago' < "$T/names"
rm "$HOMES/expired"
n=0 most=200
[ "$BIDE" = ./bide ] || most=700	# sanitizers: at least one in a run
until [ "$(cat "$HOMES/expired" 2>/dev/null)" = 0 ] ||
    [ $n -gt $most ]; do
	bide -- --no-session hello
	n=$((n + 1))
done
is "many: all that are finished, in $n runs" "$(left | wc -w)" 121
finish
