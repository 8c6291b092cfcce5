#!/bin/sh
# A bad link between two hosts: delay, loss, duplicates, reordering, damage.
. tests/interop/lib.sh
inside python3 nginx openssl ss
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
ready

mount -t tmpfs none /run	# where ip keeps their names
ip netns add here || skip "no named namespaces"
ip netns add there
certificate cert "DNS:proto.badssl.test"
host 10.77.0.2 proto.badssl.test

# The other host: nginx, plain on 9201 and with TLS on 9443, with the model
# behind it.
THERE="ip netns exec there"
mkdir "$T/www"
sed -e "s#CERT#$T/cert#g" -e 's#^events#user root; events#' \
    -e 's#127.0.0.1:\(9202\|9443\)#10.77.0.2:\1#' \
    "$NETFAULTS/conf/nginx.conf" > "$T/nginx.conf"

link() { # OPTION ...: a link, and the servers at its end; BIDE is at the other
	end_link
	start tunem python3 "$NETFAULTS/tools/tunem.py" "$@" here there
	LINK=$PID
	until grep -q ready "$T/tunem"; do
		kill -0 $LINK 2>/dev/null || bail "$(tail -n 3 "$T/tunem")"
		sleep 0.02
	done
	# shellcheck disable=SC2086
	start nginx $THERE nginx -p "$T/www" -c "$T/nginx.conf"
	NGINX=$PID
	await 9443 nginx
}

end_link() {
	[ -n "${LINK-}" ] || return 0
	end "$NGINX"
	end "$LINK"
	LINK=
}

BIDE="ip netns exec here $BIDE"
clear=http://10.77.0.2:9202/v1 secret=https://proto.badssl.test:9443/v1

big() {
	model <<-'END'
	repeat 20; bulk responses 300000
	stream responses "last"
	END
}

# From either port, byte for byte the same answer as over a good link.
same() { # NAME MOST
	big
	for BASE in $clear $secret; do
		name="$1, ${BASE%%:*}"
		timed -- --cacert "$T/root.pem" --connect-timeout 30s \
		    --idle-timeout 10s hello
		status "$name" 0
		ok "$name: the same answer" cmp -s "$T/out" "$T/long"
		took "$name" 0 "$2"
	done
}

big
link
BASE=$clear
bide -- hello
status "a good link" 0
cp "$T/out" "$T/long"
ok "a good link: long" [ "$(wc -c < "$T/long")" -gt 5000 ]
same "a good link" 5000

link --delay 100
same "delay" 10000
ok "delay: felt" [ "$ms" -gt 600 ]
link --delay 30 --jitter 25 --reorder 25
same "disorder" 30000
link --delay 5 --loss 8
same "loss" 40000
link --dup 30
same "duplicates" 10000
link --delay 5 --corrupt 5
same "damage" 40000
link --delay 20 --jitter 10 --loss 2 --dup 5 --reorder 5 --corrupt 2
same "all of it" 40000
link --rate 2000 --mtu 576
same "a narrow link" 20000

# It carries 100 KB and then nothing; a new link comes up 3 s later.
link --blackhole-after 100000
big
BASE=$clear
timed -- --patience 0 --idle-timeout 1s hello
none "black hole" 75
err "black hole" "timed out"
requests "black hole" 1
link --blackhole-after 100000
BASE=$secret
timed -- --patience 0 --idle-timeout 1s --cacert "$T/root.pem" hello
none "black hole, https" 75
link --blackhole-after 100000
(sleep 3; end "$LINK"; link; sleep 60) &
timed -- --idle-timeout 1s --connect-timeout 1s --cacert "$T/root.pem" hello
status "a new link" 0
ok "a new link: the same answer" cmp -s "$T/out" "$T/long"
took "a new link" 3000 15000
finish
