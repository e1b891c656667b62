# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Functions that the scripts in this directory share.  A script that sources this file first
# answers --help with the comment at its head, unless "--" comes before it (scripts/check_help).

# The root of the work tree, and the directory for files kept outside of it.
# shellcheck disable=SC2034 # used by the scripts
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sysvipc

# The comment at the head of the script, without the licence.
print_help() {
	sed -n '4,${
		/^#/!q
		s/^# \{0,1\}//p
	}' "$0"
}

# say WORD...: a message to the user of the script.
say() {
	echo "${0##*/}: $*" >&2
}

# The command line cannot be understood: end with the help text.
wrong_usage() {
	print_help >&2
	exit 2
}

# wrong_name WORD...: something on the command line does not exist: end with this message.
wrong_name() {
	say "$@"
	exit 2
}

# logged LOG COMMAND...: run a command with its output in a file, and show the end of that if it fails.
logged() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 && return
	tail -n 20 "$log" >&2
	say "failed: $*"
	return 1
}

# build_module KERNEL KERNEL-DIRECTORY LOG: build the module in build/KERNEL.
build_module() {
	logged "$3" "$top/scripts/build-module" "$2/build" "$top/build/$1"
}

# compile_command SOURCE HEADERS OBJECT: how build_module() has compiled a C file of the module for the kernel
# plain, but with HEADERS before the kernel's own, and without link-time optimisation.
compile_command() {
	sed -n '1s/^[a-z]*cmd_[^ ]* := //p' "$top/build/plain/${1%/*}/.${1##*/}.ir.o.cmd" |
		sed -E "s, -nostdinc , -nostdinc -I$2 ,; s, -Wp\,-MMD\,[^ ]*,,; s, -o [^ ]*, -o $3,
			s, -flto[^ ]*,,g; s, -fno-fat-lto-objects,,"
}

# architecture_of KERNEL: the architecture of a kernel of scripts/kernel, by its name.
architecture_of() {
	if [[ $1 == *-arm64 ]]; then
		echo arm64
	else
		echo x86_64
	fi
}

# lock_cache NAME: hold a lock in the cache until this script and all its children have ended.
lock_cache() {
	mkdir -p "$cache"
	exec {lock_fd}>"$cache/$1.lock"
	flock --nonblock "$lock_fd" && return
	say "waiting for another ${0##*/} to finish with $1"
	flock "$lock_fd"
}

# as_root COMMAND...
as_root() {
	local sudo=()
	((EUID == 0)) || sudo=(sudo)
	"${sudo[@]}" "$@"
}

# Results in KTAP: plan COUNT, then as often result "ok"|"not ok" NAME; $failed is 0 or 1.
plan() {
	number=0
	failed=0
	echo "KTAP version 1"
	echo "1..$1"
}

result() {
	number=$((number + 1))
	echo "$1 $number $2"
	[[ $1 == ok ]] || failed=1
}

# parse_ktap KERNEL_DIR LOG: what the kernel's parser says of the results in a log of its console.  It takes the
# version, the name and the plan of a test only together: lines that the kernel has printed between them come after.
parse_ktap() {
	awk '
		is_open && /^\[ *[0-9]+\.[0-9]+\]/ { held = held $0 "\n"; next }
		{ print }
		is_open && /^ *1\.\.[0-9]+$/ { printf "%s", held; held = ""; is_open = 0 }
		/^ *KTAP version 1$/ { is_open = 1 }
		END { printf "%s", held }' "$2" | "$1/source/tools/testing/kunit/kunit.py" parse
}

for argument; do
	[[ $argument != -- ]] || break
	if [[ $argument == --help ]]; then
		print_help
		exit
	fi
done
unset argument
