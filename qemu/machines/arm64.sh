# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are for qemu/run, and of it
#
# The machine that qemu/run emulates for arm64; its programs are those of scripts/arm64-root.

packages=(guest-arm64)
emulator=qemu-system-aarch64
# Where the kernel writes, and where COMMAND does: the board has one serial line, the other is behind PCI.
console=ttyAMA0 command_line=ttyS0
words=''

programs_root=$("$top/scripts/arm64-root")

# find_program NAME
find_program() {
	[[ $1 != */* ]] || { echo "$1" && return; }
	PATH=$programs_root/usr/bin:$programs_root/usr/sbin type -P "$1"
}

# libraries_of FILE: "HERE THERE" of each.  This machine's ldd cannot load them; a script has none.
libraries_of() {
	/usr/bin/python3 /usr/bin/lddtree --list --root "$programs_root" --no-auto-root "$1" 2>/dev/null |
		sed -n "s,^$programs_root\(/lib/.*\|/usr/lib/.*\),& \1,p"
}

# choose_machine: sets the options of the emulator, from those of qemu/run.
choose_machine() {
	local thread=single
	[[ ! $parallel ]] || thread=multi
	# Authentication codes of pointers by the emulator's own function: the architecture's takes most of the
	# time in a kernel that signs its return addresses.
	machine=(-machine "virt,highmem=off" -cpu "max,pauth-impdef=on" -accel "tcg,thread=$thread")
	[[ ! $clock ]] || machine+=(-icount "shift=0,sleep=off,align=off"
		-rtc "base=2024-01-01T00:00:00,clock=vm")
}

# choose_serial KERNEL COMMAND: the two serial lines, into these files.
choose_serial() {
	serial=(-serial "file:$1" -chardev "file,id=command,path=$2" -device "pci-serial,chardev=command")
}
