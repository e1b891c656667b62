# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that compare the results of a program of tests/bench/ on a kernel with the module and without.  The
# program prints "# NAME ROW NUMBER..." lines.  Set by the script: program (its file in build/tests/), out (where
# results are kept), work (a temporary directory), maybe filter (a command that changes the lines)
# and parameters (of the module).

# boot_rows KERNEL MODULE COMMAND OPTION...: print the text after "# NAME" in each such line.  MODULE may be empty;
# OPTIONs are those of qemu/run.
boot_rows() {
	local kernel=$1 module=$2 command=$3 name=${program##*/} options=() log
	shift 3
	if [[ $module ]]; then
		options=(--module "$module")
		# Nothing has made an object yet that would be lost.
		command="insmod /modules/sysvipc.ko force=1 ${parameters:-} && $command"
	fi
	log=$(mktemp "$work/log.XXXXXX")
	if ! "$top/qemu/run" --kernel "$kernel" --timeout 7200 --add "$program:tests/$name" "${options[@]}" "$@" -- \
		"$command" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		say "$kernel: the guest did not finish"
		return 1
	fi
	sed -n "s/^# $name //p" "$log" | "${filter[@]:-cat}"
}

# builtin_rows KERNEL COMMAND OPTION...: the same without the module: the results are kept as long as the
# kernel and the measuring programs do not change.
builtin_rows() {
	local kernel=$1 command=$2 kept rows
	shift 2
	kept=$({ cat "$("$top/scripts/kernel" "$kernel")/vmlinuz" "$program" "$top/qemu/run" "$0" "${BASH_SOURCE[0]}" "${plugin[@]}" && echo "$command $*"; } |
		sha256sum | cut -c 1-16)
	kept=$out/builtin-$kernel-$kept
	if [[ ! -e $kept ]]; then
		rows=$(boot_rows "$kernel" '' "$command" "$@")
		echo "$rows" >"$kept"
	fi
	cat "$kept"
}
