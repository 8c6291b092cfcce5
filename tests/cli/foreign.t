#!/bin/sh
# Session files are input: those of others, and files that hold no session, are
# refused and left as they are.
. tests/cli/lib.sh

STATE=$T/home/.local/state/bide/sessions
mkdir -p "$STATE"
chmod 700 "$STATE"

# refused NAME WHY: by every command that would read or write the session.
refused() {
	touch -d "3 hours ago" "$STATE/$1.jsonl"
	cp "$STATE/$1.jsonl" "$T/before"
	for args in "-s $1 hello" "-s $1 --dry-run hello" "resume $1" "log $1"; do
		# shellcheck disable=SC2086
		bide -- $args
		status "$args" 78
		err "$args" "session $1: .*$2"
	done
	bide -- sessions --prune 1h
	ok "$1: left as it is" cmp "$T/before" "$STATE/$1.jsonl"
	bide -- sessions
	ok "$1: not in the list" not grep -q "^$1 " "$T/out"
}

serve <<'S'
repeat 9; stream responses "Hello\n"
S
bide -- -s good hi
status "a session" 0
bide -- -s placed -u "$BASE" hi
status "a session with a base URL" 0
good=$STATE/good.jsonl

# -- no session ---------------------------------------------------------------

printf 'precious' > "$STATE/words.jsonl"
printf 'precious\nlines\n' > "$STATE/lines.jsonl"
printf '{"type":"session","version":3}\n{"role":"user"}' > "$STATE/other.jsonl"
tail -n +2 "$good" > "$STATE/headless.jsonl"
chmod 600 "$STATE"/*.jsonl
for name in words lines other headless; do
	refused $name "not a session"
done

# What a crash in the first write leaves is no session yet, but ours.
head -c 40 "$good" > "$STATE/torn.jsonl"
: > "$STATE/empty.jsonl"
chmod 600 "$STATE"/*.jsonl
for name in torn empty; do
	bide -- -s $name hi
	status "$name" 0
done
# Damage to the first record costs only that.
sed '1s/version/versi0n/' "$good" > "$STATE/damaged.jsonl"
chmod 600 "$STATE/damaged.jsonl"
bide -- -s damaged hi
status "damaged first record" 0
err "damaged first record" "1 damaged record"
requests "so far" 5

# -- not ours -----------------------------------------------------------------

cp "$good" "$STATE/open.jsonl"
for mode in 666 620 602; do
	chmod $mode "$STATE/open.jsonl"
	refused open "others may write"
done
if [ "$(id -u)" = 0 ]; then
	chmod 600 "$STATE/open.jsonl"
	chown 4242 "$STATE/open.jsonl"
	refused open "another user"
fi
touch "$STATE/open.jsonl"
bide -- -c --dry-run hi
status "-c: the newest of ours" 0

# -- where a key goes ---------------------------------------------------------

grep -v '"type":"answer"' "$STATE/placed.jsonl" > "$T/x"
cp "$T/x" "$STATE/placed.jsonl"
chmod 644 "$STATE/placed.jsonl"
bide -- log placed
status "others may read: log" 0
bide -- resume placed
status "others may read: resume" 78
err "others may read: resume" "base-url.*0600"
bide -- resume -u "$BASE" --dry-run placed
status "-u is not from the file" 0
requests "none was asked" 5
chmod 600 "$STATE/placed.jsonl"
bide -- resume placed
status "mode 0600" 0
requests "mode 0600" 6
chmod 644 "$STATE/placed.jsonl"
bide -- -s placed hi
status "others may read: another turn" 78
err "others may read: another turn" "base-url.*0600"
chmod 644 "$STATE/good.jsonl"
bide -- -s good hi
status "a session without a base URL" 0
requests "a session without a base URL" 7
finish
