#!/bin/sh
# dnsmasq: names that fail, time out or have many addresses.
. tests/interop/lib.sh
inside dnsmasq nginx openssl nft ss
ready

dnsmasq_start() {
	start dnsmasq dnsmasq --conf-file="$NETFAULTS/conf/dnsmasq.conf" \
	    --no-daemon --pid-file --user=root
	DNSMASQ=$PID
	await 53 dnsmasq
}

echo nameserver 127.0.0.1 > "$T/resolv.conf"
mount --bind "$T/resolv.conf" /etc/resolv.conf
dnsmasq_start
# Packets to 10.255.255.1 must be dropped, not rejected for lack of a route.
ip route add 10.255.0.0/16 dev lo

model <<'END'
stream responses "found"
END
name() {
	BASE=http://$1:${2:-9100}/v1
}

name ok.test
timed -- hello
whole "a name" "found"
took "a name" 0 500

# An address of each family, with a listener on one of them.
certificate cert DNS:proto.badssl.test
NGINX_PORT=9120
NGINX_MORE='server { listen [::1]:9120; listen 127.0.1.60:9120; location / { proxy_pass http://127.0.0.1:9100; } }'
nginx_start
name v6.test 9120
bide -- hello
whole "IPv6 only" "found"
for port in 9100 9120; do
	name dual.test $port
	timed -- hello
	whole "two families, port $port" "found"
	took "two families, port $port" 0 700
done

# IPv6 packets are dropped: this costs only a quarter of a second.
nft add table ip6 t
nft add chain ip6 t in '{type filter hook input priority 0;}'
nft add rule ip6 t in tcp dport 9100 drop
name dual.test
timed -- hello
whole "IPv6 black hole" "found"
took "IPv6 black hole" 0 900
nft delete table ip6 t

# Sixty addresses, of which only the last answers.
name many.test 9120
timed -- --patience 0 hello
whole "sixty addresses" "found"
took "sixty addresses" 0 3000
name many.test
timed -- --patience 0 hello
none "sixty addresses, nobody there" 75
took "sixty addresses, nobody there" 0 3000

for host in nx.test servfail.test; do
	name $host
	timed -- --patience 0 --connect-timeout 3s hello
	none "$host" 75
	err "$host" "$host"
	took "$host" 0 3500
done
name timeout.test
for limit in 500 2000; do
	timed -- --patience 0 --connect-timeout "${limit}ms" hello
	none "no answer for $limit ms" 75
	err "no answer for $limit ms" "timeout.test"
	took "no answer for $limit ms" "$limit" $((limit + 300))
done
name dead.test
timed -- --patience 0 --connect-timeout 1s hello
none "an address where nobody is" 75
took "an address where nobody is" 1000 1300

# The name server changes its answer between two queries.
name ok.test
end "$DNSMASQ"
timed -- --patience 0 --connect-timeout 2s hello
none "no name server" 75
took "no name server" 0 2300
(sleep 2; dnsmasq_start; wait) &
timed -- --patience 20s --connect-timeout 2s hello
whole "the name server comes back" "found"
took "the name server comes back" 2000 9000

# A signal during a name lookup.
name timeout.test
interrupt INT - 1000 hello
is "interrupted: status" "$rc" 130
took "interrupted" 0 100
finish
