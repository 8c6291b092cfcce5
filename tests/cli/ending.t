#!/bin/sh
# How ask and batch end by a signal in each phase, with closed descriptors, and
# where there is nothing but the program.
. tests/cli/lib.sh

O=$T/results
line() { printf '{"custom_id":"%s","prompt":"q"}\n' "$1"; }

# -- signals ------------------------------------------------------------------
# The process dies of the signal itself, so that the shell of a script stops.
# by NAME SIGNAL NUMBER FILE PATTERN ARGS...
by() {
	what="$1, $2" sig=$2 number=$3 file=$4 pattern=$5
	shift 5
	interrupt "$sig" "$file" "$pattern" "$@"
	is "$what: died of" "$died" "$number"
	ok "$what: a last line" sh -c "tail -n 1 '$T/err' | grep -q '^bide: '"
}
serve <<'EOF'
head; start responses; text "half"; hold
EOF
line a > "$T/in"
mkfifo "$T/silent" "$T/unread"
# shellcheck disable=SC2217
sleep 60 > "$T/silent" &
pids="$pids $!"
n=0
for s in INT:2 TERM:15 HUP:1; do
	n=$((n + 1))
	by "ask" "${s%:*}" "${s#*:}" "$LOG" "\"req\":$n," hello
done
for s in INT:2 TERM:15 HUP:1; do
	for phase in "-o $T/unread hello" "batch -o $T/unread $T/in" \
	    "batch -o $T/none $T/silent"; do
		# shellcheck disable=SC2086
		by "$phase" "${s%:*}" "${s#*:}" - 50 $phase
	done
done
ok "nothing was written" [ ! -e "$T/none" ]

# In a batch the first one lets answers in progress finish.
serve <<'EOF'
head; start responses; text "slow "; sleep 300; text "but whole"; done; end
EOF
for i in a b c; do line $i; done > "$T/in"
n=0
for s in INT:2 TERM:15 HUP:1; do
	rm -f "$O"
	n=$((n + 2))
	by batch "${s%:*}" "${s#*:}" "$LOG" "\"req\":$n," \
	    batch -j 2 -o "$O" "$T/in"
	err "batch, $s" '2 done, 1 deferred; continue with'
done

# On a terminal of 20 columns its last lines count right, too.
if [ -c /dev/ptmx ]; then
	serve <<'EOF'
head; start responses; text "slow "; sleep 900; text "but whole"; done; end
EOF
	i=0
	while [ $i -lt 80 ]; do line $i; i=$((i + 1)); done > "$T/in"
	rm -f "$O"
	# shellcheck disable=SC2016
	clean TERM=xterm COLS=20 T="$T" LOG="$LOG" perl tests/cli/tty.pl sh -c '
	    exec perl tests/cli/interrupt.pl "$T/ms" INT "$LOG" "\"req\":5," \
	    "$@" 2>&1' sh "$BIDE" batch -j 5 -o "$O" "$T/in" |
	    tr '\r' '\n' > "$T/out"
	ok "20 columns: the progress" grep -q '5/80 done, 75 de\.\.\.$' "$T/out"
	ok "20 columns: the last line" \
	    grep -q 'bide: 5 done, 75 deferred; continue with' "$T/out"
	ok "20 columns: none has more" not grep -qE 'K[0-9].{19}' "$T/out"
fi

# While large files are read or sorted.
i=0
while [ $i -lt 20000 ]; do echo "$i"; i=$((i + 1)); done |
    sed 's/.*/{"custom_id":"id-&","prompt":"q"}/' > "$T/in"
for after in 3 10 20 30 50 80; do
	sed 's/"prompt"/"text"/' "$T/in" > "$O"
	rm -f "$T/sorted"
	interrupt INT - $after batch -q -o "$O" --ordered "$T/sorted" "$T/in"
	if [ "$died" = 0 ]; then
		status "it was over after $after ms" 0
	else
		is "while it reads, after $after ms: died of" "$died" 2
		err "while it reads, after $after ms" 'interrupted'
		ok "while it reads: nothing is left" [ -z "$(find "$T" -name \
		    'sorted*')" ]
	fi
	is "the results are as they were" "$(grep -c . "$O")" 20000
done
# A script does not go on.
serve <<'EOF'
hold
EOF
cat > "$T/script" <<EOF
$BIDE hello
echo went on
EOF
if command -v bash > /dev/null; then
	clean perl -e '
		$SIG{INT} = "DEFAULT";
		$pid = fork || do { setpgrp; exec "bash", $ARGV[0] };
		for (1 .. 200) {
			open $log, "<", $ARGV[1];
			last if grep { /"req":1,/ } <$log>;
			select undef, undef, undef, 0.02;
		}
		kill INT => -$pid;
		waitpid $pid, 0;' "$T/script" "$LOG" > "$T/out" 2> "$T/err"
	ok "a script stops with it" not grep -q 'went on' "$T/out"
fi

# -- closed descriptors -------------------------------------------------------
serve <<'EOF'
repeat 99; stream responses "answer"
EOF
line a > "$T/in"
before=0
# closed STATUS REQUESTS REDIRECTIONS ARGS...
closed() {
	want=$1 asked=$2 fds=$3 rc=0
	shift 3
	rm -f "$O"
	clean sh -c "exec $BIDE $* $fds" < /dev/null > "$T/out" \
	    2> "$T/err" || rc=$?
	status "$* with $fds" "$want"
	before=$((before + asked))
	requests "$* with $fds" "$before"
}
for fds in '<&-' '2>&-' '<&- 2>&-'; do
	closed 0 1 "$fds" batch -q "$T/in"
	ok "a result" grep -q '"text":"answer"' "$T/out"
	closed 0 1 "$fds" hello
done
# Without stdout nothing is paid for, unless it is not needed.
for fds in '>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
	closed 74 0 "$fds" batch -q "$T/in"
	closed 74 0 "$fds" batch --dry-run "$T/in"
	closed 74 0 "$fds" hello
	closed 0 1 "$fds" batch -q -o "$O" "$T/in"
	ok "a result in its file" grep -q '"text":"answer"' "$O"
	closed 0 1 "$fds" -o "$O" hello
	is "the answer in its file" "$(cat "$O")" answer
done

# -- nothing but the program --------------------------------------------------
mkdir "$T/root"
if cp "$BIDE" "$T/root/bide" && chroot "$T/root" /bide --version > "$T/out" \
    2> "$T/err"; then
	mkdir "$T/root/data"
	for i in a b c; do line $i; done > "$T/root/data/in"
	alone() {
		rc=0
		clean chroot "$T/root" /bide "$@" < /dev/null > "$T/out" \
		    2> "$T/err" || rc=$?
	}
	alone -q hello
	status "alone" 0
	out "alone" answer
	alone batch -o /data/out --errors /data/bad --ordered /data/sorted \
	    --report /data/report /data/in
	status "a batch alone" 0
	is "a batch alone: sorted" "$(sed 's/.*_id":"\(.\)".*/\1/' \
	    "$T/root/data/sorted" | tr '\n' ' ')" 'a b c '
	is "a batch alone: no other files" "$(find "$T/root/data" | sed 1d |
	    sed 's|.*/||' | sort | tr '\n' ' ')" 'bad in out report sorted '
	BASE=http://localhost:$PORT/v1
	alone -q hello
	status "alone, by a name" 0
fi
finish
