#!/bin/sh
# A worker without work lets its connection go.
. tests/cli/lib.sh

O=$T/results
kids() {
	for s in /proc/[0-9]*/stat; do
		awk -v p="$1" '$4 == p { print $1 }' "$s" 2>/dev/null
	done
}
serve <<'EOF'
stream responses "fast"
head; start responses; text "slow "; sleep 3000; text "end"; done; end
EOF
for i in a b; do printf '{"custom_id":"%s","prompt":"q"}\n' $i; done > "$T/in"
# shellcheck disable=SC2086
clean $BIDE batch -q -j 2 -o "$O" "$T/in" &
parent=$!
pids="$pids $parent"
i=0
until grep -qs fast "$O" || [ $i -ge 100 ]; do sleep 0.05; i=$((i + 1)); done
ok "the input is over" grep -q fast "$O"
batch=$(kids "$parent")	# of the shell that ran it
i=0
until [ "$(kids "$batch" | grep -c .)" -eq 1 ] || [ $i -ge 20 ]; do
	sleep 0.05
	i=$((i + 1))
done
is "workers that are left" "$(kids "$batch" | grep -c .)" 1
ok "the other one waits" not grep -q 'slow end' "$O"
wait "$parent" || true
ok "the other one answers" grep -q 'slow end' "$O"

# In a pipe that is silent for long, but not over.
serve <<'EOF'
repeat 9; stream responses "answer"
EOF
rm -f "$O"
{
	printf '{"custom_id":"a","prompt":"q"}\n'; sleep 0.2
	printf '{"custom_id":"b","prompt":"q"}\n'; sleep 1.8
	printf '{"custom_id":"c","prompt":"q"}\n'
} | clean "$BIDE" batch -q -j 1 -o "$O"
is "connections: kept for a moment" "$(sed -n 's/.*"conn":\([0-9]*\),.*/\1/p' \
    "$LOG" | tail -n 3 | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" '2 1 '
finish
