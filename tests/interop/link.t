#!/bin/sh
# Black holes, resets, loss and stalls by nftables.
. tests/interop/lib.sh
inside nft ss
ready

rule() { # WORD ...: for packets that come in
	nft add rule ip t in "$@" || bail "nft: $*"
}

heal() {
	nft flush chain ip t in
}

# heal_in SECONDS
heal_in() {
	(sleep "$1"; heal) &
}

nft add table ip t
nft add chain ip t in '{type filter hook input priority 0;}'
model <<'END'
stream responses "whole"
END
via 9100

rule tcp dport 9100 drop
for limit in 300 1500; do
	timed -- --patience 0 --connect-timeout "${limit}ms" hello
	none "black hole, $limit ms" 75
	err "black hole, $limit ms" "timed out"
	took "black hole, $limit ms" "$limit" $((limit + 250))
done
timed -- --max-time 700ms hello
none "black hole, --max-time" 75
took "black hole, --max-time" 700 950
err "black hole, --max-time" "max-time"
interrupt INT - 500 hello
is "interrupted in a black hole: status" "$rc" 130
ok "interrupted in a black hole: at once ($ms ms)" [ "$ms" -le 100 ]
heal_in 2
timed -- --connect-timeout 1s hello
whole "black hole for 2 s" "whole"
took "black hole for 2 s" 1900 5000

for why in "tcp reset" "icmp type host-unreachable" \
    "icmp type port-unreachable" "icmp type admin-prohibited"; do
	# shellcheck disable=SC2086
	rule tcp dport 9100 reject with $why
	timed -- --patience 0 hello
	none "$why" 75
	err "$why" "refused|unreachable|route"
	took "$why" 0 300
	heal_in 1
	timed -- hello
	whole "$why for 1 s" "whole"
	heal
done

for kind in unreachable blackhole prohibit; do
	ip route add $kind 10.9.9.1
	BASE=http://10.9.9.1/v1
	timed -- --patience 0 hello
	none "route: $kind" 75
	took "route: $kind" 0 300
	ip route del $kind 10.9.9.1
done

# The request arrives, but nothing of the answer does.
via 9100
model <<'END'
hold
stream responses "whole"
END
timed -- --patience 0 --first-byte-timeout 1s hello
none "no first byte" 75
err "no first byte" "timed out"
took "no first byte" 1000 1250
requests "no first byte" 1

big() { # the length of the stream, 40 times that of its text or so
	model <<-END
	repeat ${2:-1}; bulk responses $1
	stream responses "last"
	END
}
big 300000
bide -- hello
status "a long answer" 0
cp "$T/out" "$T/long"
ok "a long answer: long" [ "$(wc -c < "$T/long")" -gt 5000 ]

# The answer is byte for byte the same over each of these.
same() { # NAME MIN MAX
	status "$1" 0
	ok "$1: the same answer" cmp -s "$T/out" "$T/long"
	took "$1" "$2" "$3"
}
big 300000
rule tcp sport 9100 numgen random mod 100 '<' 20 drop
timed -- hello
same "20 % of the answer lost" 0 40000
requests "20 % of the answer lost" 1
heal
big 300000
rule tcp dport 9100 numgen random mod 100 '<' 20 drop
timed -- --connect-timeout 20s hello
same "20 % of ours lost" 0 40000
heal
big 300000
rule tcp sport 9100 limit rate over 100 kbytes/second burst 30 kbytes drop
timed -- hello
same "100 KB/s" 1000 30000
requests "100 KB/s" 1
heal

# 40 KB arrive and then nothing.
big 300000 20
rule tcp sport 9100 quota over 50 kbytes drop
timed -- --patience 0 --idle-timeout 1s hello
none "stall" 75
err "stall" "timed out"
took "stall" 1000 2500
requests "stall" 1
heal
rule tcp sport 9100 quota over 50 kbytes drop
heal_in 2
timed -- --idle-timeout 1s hello
same "stall for 2 s" 1000 8000
heal
rule tcp sport 9100 quota over 50 kbytes drop
timed -- --live --on-break fail --idle-timeout 1s hello
status "stall, live" 75
ok "stall, live: the first part of it" \
    cmp -s -n "$(wc -c < "$T/out")" "$T/out" "$T/long"
heal
rule tcp dport 9100 quota over 700 bytes reject with tcp reset
heal_in 1
timed -- hello
same "reset in the midst" 0 8000
heal

# The server disappears: keep-alive probes detect it after 45 s.
rule tcp sport 9100 quota over 50 kbytes reject with tcp reset
heal_in 1
timed -- hello
same "gone without a word" 40000 58000
err "gone without a word" "connection lost"
heal

# A large request that is dropped: --first-byte-timeout ends it.
head -c 4000000 /dev/zero | tr '\0' a > "$T/in"
model <<'END'
stream responses "whole"
END
rule tcp dport 9100 quota over 200 kbytes drop
timed -- --patience 0 --first-byte-timeout 2s hello
none "a request that stalls" 75
took "a request that stalls" 2000 2500
heal
rule tcp dport 9100 limit rate over 4 mbytes/second burst 400 kbytes drop
timed -- hello
whole "a large request, slowly" "whole"
ok "a large request, slowly: all of it" grep -q '"body":4000[0-9]*}' "$LOG"
finish
