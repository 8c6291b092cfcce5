#!/bin/sh
# make newcomer: follow README on a minimal Debian, as root and as a user with
# sudo.  debootstrap builds the system from the mirror and release that apt is
# configured for; the commands are taken from README.  Needs root.
#
# Mounts and processes live in namespaces that end with each run, so nothing
# has to be unmounted.  The base system is kept in build/newcomer/base.
set -eu
top=$PWD/build/newcomer
base=$top/base
root=$top/root
pid=

die() {
	echo "newcomer: $*" >&2
	exit 1
}

[ "$(id -u)" -eq 0 ] || die "run it as root: sudo make newcomer"
command -v apt-get >/dev/null 2>&1 || die "this machine has no apt"

# Commands that README tells the reader to type.
before=$(sed -n 's/^ *# \(apt-get .*\)/\1/p' README)
steps=$(sed -n 's/^ *\$ \(make setup .*\)/\1/p' README)
if [ -z "$before" ] || [ "$(echo "$steps" | wc -l)" -ne 2 ]; then
	die "cannot find the commands in README"
fi

# Sets mirror and suite from the first of apt's sources that is Debian's own.
mirror_of_apt() {
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
	    'Created-By: Packages' 'Origin: Debian' |
	    awk -v s="$suite" '$2 == s && $3 == "main" { print $1; exit }')
	[ -n "$mirror" ] || die "apt knows no Debian mirror for $suite"
}

# The base system, with this machine's way to the packages: sources, proxies.
build_base() {
	mirror_of_apt
	echo "newcomer: debootstrap --variant=minbase $suite"
	rm -rf "$base" "$base.new"
	mkdir -p "$base.new"
	apt_proxy=$(apt-config shell p Acquire::http::Proxy)
	p=
	eval "$apt_proxy"
	${p:+env "http_proxy=$p"} debootstrap --variant=minbase "$suite" \
	    "$base.new" "$mirror" > "$top/debootstrap.log" 2>&1 || {
		tail -n 20 "$top/debootstrap.log" >&2
		die "debootstrap failed"
	}
	rm -f "$base.new/etc/apt/sources.list"
	cp /etc/apt/sources.list "$base.new/etc/apt/" 2>/dev/null || :
	cp /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list \
	    "$base.new/etc/apt/sources.list.d/" 2>/dev/null || :
	apt-config dump --no-empty Acquire |
	    grep -v '^Acquire::IndexTargets' > "$base.new/etc/apt/apt.conf.d/90host"
	cp /etc/resolv.conf /etc/hosts "$base.new/etc/"
	rm -f "$base.new"/var/cache/apt/archives/*.deb
	mv "$base.new" "$base"
}

# Runs a command as a user of the new system, in the sources.  The outer shell
# stays, as process 1 of the namespace: it has to reap orphans.  In the
# background, so that a signal ends the run at once.
slack=${SLACK:+export SLACK="$SLACK";}
inside() {
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child sh -c '
		mount --rbind /dev "$1/dev" &&
		mount -t proc proc "$1/proc" &&
		chroot "$1" env --default-signal su - "$2" \
		    -c "$4 cd bide && $3"
		exit $?
	' sh "$root" "$1" "$2" "$slack" < /dev/null &
	pid=$! rc=0
	wait "$pid" || rc=$?
	pid=
	return $rc
}

# Follows README from a fresh system as one user; sudo goes before apt-get.
follow() {
	user=$1 home=$2 sudo=$3
	echo "newcomer: as $user"
	rm -rf "$root"
	cp -a "$base" "$root"
	if [ -n "$sudo" ]; then
		mkdir "$root/root/bide"
		inside root "apt-get update -qq && apt-get install -y -qq sudo &&
		    useradd -m -s /bin/sh $user" > "$top/$user.log" 2>&1 ||
			die "no sudo in the new system: $top/$user.log"
		echo "$user ALL=(ALL) NOPASSWD: ALL" > "$root/etc/sudoers.d/$user"
	fi
	mkdir -p "$root$home/bide"
	git -c safe.directory='*' archive HEAD | tar -xf - -C "$root$home/bide"
	[ -z "$sudo" ] || inside root "chown -R $user: $home/bide"
	{
		echo "$before" | sed "s/^/$sudo/; s/&& /&$sudo/g"
		echo "$steps"
	} > "$top/steps"
	while read -r step; do
		echo "newcomer: $step"
		inside "$user" "$step" > "$top/$user.log" 2>&1 || {
			tail -n 60 "$top/$user.log" >&2
			die "$user: $step: failed; see $top/$user.log"
		}
	done < "$top/steps"
	echo "newcomer: $user: $(grep '^Files=' "$top/$user.log" | tail -n 1)"
}

cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
	rm -rf "$root" || rm -rf "$root"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$top"
[ -d "$base" ] || build_base
follow root /root ''
follow guest /home/guest 'sudo '
