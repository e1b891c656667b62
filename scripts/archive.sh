# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # cache is of lib.sh
#
# Functions for packages of other suites or another architecture than this machine's.  A script that
# sources this file, after lib.sh, locks the cache "archive" before it calls them.
#
# The lists of packages are kept in the cache and renewed once a day; where they cannot be, those
# from before serve.  This machine's own packages and apt's settings stay as they are.

apt=$cache/archive
mirror=$(sed -nE 's,^(URIs:|deb( \[.*\])?) *(http[^ ]*/debian)/?( .*)?$,\3,p' /etc/apt/sources.list \
	/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1) || true
[[ $mirror ]] || {
	say "apt's sources name no mirror of Debian"
	exit 1
}

# The additional architecture that use() makes known to apt, by Debian's name.
# The names of its packages end in :ARCHITECTURE.
architecture=''

# use SUITE [OTHER-SUITE...]: make these available to apt.
use() {
	local suite uri renewed configuration=$1${architecture:+:$architecture}
	local native
	native=$(dpkg --print-architecture)
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/none"
	: >"$apt/status"
	for suite; do
		uri=$mirror
		[[ $suite != *-security ]] || uri+=-security
		echo "deb [arch=$native${architecture:+,$architecture} signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
	done >"$apt/$configuration.list"
	cat >"$apt/$configuration.conf" <<-END
		Dir::Etc::sourcelist "$apt/$configuration.list";
		Dir::Etc::sourceparts "-";
		Dir::Etc::preferences "$apt/none/none";
		Dir::Etc::preferencesparts "$apt/none";
		Dir::State "$apt";
		Dir::State::lists "$apt/lists";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		Acquire::Languages "none";
		APT::Architectures { "$native"; ${architecture:+\"$architecture\";} };
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Get::List-Cleanup "false";
	END
	export APT_CONFIG=$apt/$configuration.conf
	renewed=$apt/$(printf '%s.' "$@")${architecture:+$architecture.}renewed
	[[ ! $(find "$renewed" -mtime -1 2>/dev/null) ]] || return 0
	say "renewing the lists of packages in $*"
	if apt-get update >"$apt/log" 2>&1; then
		touch "$renewed"
	elif [[ ! -e $renewed ]]; then
		tail -n 5 "$apt/log" >&2
		say "failed; all of the output is in $apt/log"
		return 1
	fi
}

# field PACKAGE[=VERSION] NAME
field() {
	apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n "s/^$2: //p" | head -n 1
}

# extract DIRECTORY DEB...
extract() {
	local root=$1 deb
	shift
	for deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar --extract --directory "$root" --keep-directory-symlink \
			--exclude './usr/share/doc/*' --exclude './usr/share/man/*' \
			--exclude './usr/share/locale/*' --exclude '*.ko.debug' \
			--exclude './lib/modules/*/kernel/drivers' --exclude './usr/lib/modules/*/kernel/drivers'
	done
}
