#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A demonstration of the module: a session in a guest whose kernel has no System V IPC.  Every step is
# checked: the first failure ends the guest with status 1.

wrong() {
	echo "demo: unexpected result: $1"
	exit 1
}

# show COMMAND...: as a person would see it; leaves $output and $status.
show() {
	echo "\$ $*"
	output=$("$@" 2>&1)
	status=$?
	[ -z "$output" ] || echo "$output"
}

works() {
	show "$@"
	[ $status -eq 0 ] || wrong "status $status"
}

refused() {
	show "$@"
	[ $status -ne 0 ] || wrong "it worked"
}

says() {
	case $output in
	*"$1"*) ;;
	*) wrong "no \"$1\"" ;;
	esac
}

# The log line of the module is shown below, where it belongs in the story.
dmesg -n 5
cd /modules || exit 1

# Programs of Debian's, not of busybox, where fakeroot has to get into them.
fakeroot_library=/usr/lib/libfakeroot-sysv.so
pack="cd /tmp/work && /usr/bin/chown 1234:5678 file && /usr/bin/tar --numeric-owner -cf pack.tar file"
as_nobody() {
	/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"
}
mkdir /tmp/work
echo contents >/tmp/work/file
chown -R 65534:65534 /tmp/work

echo
echo "This kernel was built without System V IPC:"
works uname -r
refused ipcmk -Q
says "Function not implemented"
refused as_nobody fakeroot-sysv -l $fakeroot_library -- sh -c "$pack"
says "Function not implemented"

echo
echo "The module provides it, to programs that know nothing of the module:"
works insmod sysvipc.ko
output=$(dmesg | grep ' sysvipc: ' | tail -n 1)
echo "$output"
says sysvipc

works ipcmk -Q
says "Message queue id: "
id=${output##* }
works ipcs -q
says " $id "
works ipcs -q -i "$id"
says "msqid=$id"
works lsipc -q
says " $id "
works cat /proc/sysvipc/msg
says " $id "

works ipcmk -M 1000000
says "Shared memory id: "
segment=${output##* }
works lsipc -m
says " 976.6K "
works ipcrm -m "$segment"

echo
echo "fakeroot, which talks to its daemon by message queues and semaphores, packs a file with an"
echo "owner that its user could never give it:"
works as_nobody fakeroot-sysv -l $fakeroot_library -- sh -c "$pack"
works /usr/bin/tar --numeric-owner -tvf /tmp/work/pack.tar
says "1234/5678"

echo
echo "It answers what ipcs cannot.  No space left: which limit?"
limit=$(cat /proc/sys/kernel/msgmni)
echo 1 >/proc/sys/kernel/msgmni
refused ipcmk -Q
says "No space left on device"
works sysvipcctl limits
[ "$(echo "$output" | sed -n 's/^msgmni.* //p')" = 1 ] || wrong "msgmni was not hit once"
echo "$limit" >/proc/sys/kernel/msgmni

echo
echo "A queue without a receiver, and a program stuck in semop(): which processes?"
works ipcmk -S 2
set_=${output##* }
/occupy send "$id" &
sender=$!
/occupy hold "$set_" &
holder=$!
/occupy wait "$set_" &
waiter=$!
for user in $sender $holder $waiter; do
	until grep -q "^State:.*sleeping" "/proc/$user/status" && grep -q occupy "/proc/$user/comm"; do
		sleep 0.1
	done
done
works sysvipcctl who msg "$id"
says "waits to send"
works sysvipcctl who sem "$set_"
says "semaphore 1: -3 on 0"
says "exit adds -2"
kill $sender $holder $waiter
wait

echo
echo "What have dead programs left behind?"
works sysvipcctl orphans
says "orphan"
works sysvipcctl orphans --remove --yes
works ipcmk -Q
id=${output##* }

echo
echo "It stays while it is needed, and goes without a trace:"
refused rmmod sysvipc
works ipcrm -q "$id"
works rmmod sysvipc
refused ipcmk -Q
says "Function not implemented"
echo
