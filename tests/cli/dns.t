#!/bin/sh
# Names, with a name server and an /etc/hosts of our own, in namespaces of our
# own: bide finds what getent finds, and asks for no other name.  Needs root.
[ "${1-}" = inside ] || {
	unshare -mn true 2>/dev/null || {
		echo "1..0 # SKIP no namespaces: not root"
		exit 0
	}
	exec unshare -mn sh "$0" inside
}
. tests/cli/lib.sh

LOG=$T/dns
perl tests/cli/dns.pl "$T/asked" > "$LOG" 2> "$LOG.err" &
listening $!
: > "$T/resolv"
: > "$T/hosts"
for f in resolv.conf hosts; do
	mount --bind "$T/${f%.conf}" "$(realpath "/etc/$f")" ||
	    bail "cannot mount /etc/$f"
done
serve <<'END'
stream responses "found"
END

# name NAME FOUND ASKED: whether it is found, and the names asked for, sorted.
name() {
	: > "$T/asked"
	bide -- -u "http://$1:$PORT/v1" --patience 0 --connect-timeout 9s hello
	is "$1: found" "$([ "$rc" = 0 ] && echo yes)" "$2"
	is "$1: asked" "$(sort -u "$T/asked" | tr '\n' ' ')" "$3"
	is "$1: as getent does" \
	    "$(getent ahosts "$1" > /dev/null && echo yes)" "$2"
}
resolv() {
	printf '%b' "$1" > "$T/resolv"
}

resolv 'nameserver 127.0.0.1\n'
name plain.test yes 'plain.test '
name plain.test. yes 'plain.test '
name none.test '' 'none.test '
name nx6.test yes 'nx6.test '
for n in torn lies loop tc; do
	name $n.test '' "$n.test "
done
bide -- -u "http://localhost.:$PORT/v1" hello
status localhost. 0

# The process that asks has given up more than bide itself.
bide -- -v -u http://127.0.0.1:1/v1 --patience 0 hello
if grep -q 'sandbox: .*calls' "$T/err" &&
    grep -q '^Seccomp_filters' /proc/self/status; then
	EXEC='exec' clean "$BIDE" -u "http://hold.test:$PORT/v1" hello \
	    > /dev/null 2>&1 < /dev/null &
	asker=$!
	pids="$pids $asker"
	i=0
	until grep -q hold "$T/asked" || [ $i -ge 100 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	is "filters of calls" "$(grep -h '^Seccomp_filters' "/proc/$asker/status" \
	    "/proc/$(pgrep -o -P "$asker")/status" | tr -dc 0-9)" 12
	kill "$asker"
fi

# What is no name is asked for nowhere, and not again.
long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
for n in a..test .test test.. $long.test; do
	name "$n" '' ''
	err "$n" 'malformed host name'
	bide -- -u "http://$n:$PORT/v1" --patience 30s hello
	no_err "$n: no second attempt" 'retrying'
done

resolv 'nameserver 127.0.0.1\r\nsearch a.example b.example\n'
name api yes 'api.a.example api.b.example '
resolv 'nameserver 127.0.0.1\nsearch .\n'
name box yes 'box '
y=$(printf '%.62s' $long)
resolv "nameserver 127.0.0.1\nsearch $y.$y.$y.$y.ex\n"
: > "$T/asked"
bide -- -u "http://cut:$PORT/v1" --patience 0 hello
status "a suffix that does not fit" 75
ok "a suffix that does not fit: not cut" not grep -q '^cut[.]' "$T/asked"

resolv 'nameserver 127.0.0.1\nsearch .\n'
printf '# box\r\n127.0.0.1 other NAS.Test # x\r\n127.0.0.1\tgpu' > "$T/hosts"
name nas.test yes ''
name NAS.test yes ''
name gpu yes ''
name box yes 'box '
name s.test '' 's.test '
printf '127.0.0.1 %s api.test\n' "$(seq 200 | tr '\n' ' ')" > "$T/hosts"
name api.test yes ''
printf '999.0.0.1 plain.test\n' > "$T/hosts"
bide -- -u "http://plain.test:$PORT/v1" hello
status "not an address in /etc/hosts" 0
finish
