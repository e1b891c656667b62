# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are for qemu/run, and of it
#
# The machine that qemu/run emulates for x86_64; its programs are this machine's.

packages=(guest guest-programs)
emulator=qemu-system-x86_64
# Where the kernel writes, and where COMMAND does.
console=ttyS0 command_line=ttyS1
# The check of the timer panics where the host is too busy to deliver a few ticks in time.
words='no_timer_check'

# find_program NAME
find_program() {
	command -v "$1"
}

# libraries_of FILE: "HERE THERE" of each.  ldd fails for a static program, which needs nothing.
libraries_of() {
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | sed 's/.*/& &/' || true
}

# choose_machine: sets the options of the emulator, from those of qemu/run.
choose_machine() {
	machine=(-machine pc)
	# /dev/kvm alone proves nothing: it may exist where the processor cannot.
	if [[ $clock ]]; then
		words+=' tsc=reliable'
		machine+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off,align=off"
			-rtc "base=2024-01-01T00:00:00,clock=vm" -cpu qemu64)
	elif [[ ! $plugin ]] && grep -qwE 'vmx|svm' /proc/cpuinfo && [[ -w /dev/kvm ]]; then
		machine+=(-accel kvm -cpu host)
	else
		# With a thread for each CPU, QEMU 7.2 may go on running a stale translation of code that the guest
		# patches while another of its CPUs runs it, without end: a kernel without this module, but with a
		# function tracer, was seen to stand still after two minutes.  One thread for all is safe.
		# The plain 64-bit CPU is the cheapest to emulate.  Let it keep the kernel
		# from touching user memory by accident, as real ones do.
		machine+=(-accel "tcg,thread=$([[ $parallel ]] && echo multi || echo single)"
			-cpu "qemu64,+smep,+smap,+rdrand")
	fi
}

# choose_serial KERNEL COMMAND: the two serial lines, into these files.
choose_serial() {
	serial=(-serial "file:$1" -serial "file:$2")
}
