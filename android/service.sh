#!/system/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs in the background after each boot.  Loads the kernel module late, when the device is up: should the kernel stop
# because of it, disabling modules in the root manager's safe mode still helps.

here=${0%/*}
log=$here/sysvipc.log
# What the last attempt left: a boot that did not survive is not tried again.
trying=$here/trying

say() {
	echo "$(date '+%F %T') $*" >>"$log"
}

: >"$log"
if [ -e "$trying" ]; then
	say "the last attempt to load did not end: not loaded. Remove $trying to try again"
	exit 1
fi
while [ "$(getprop sys.boot_completed)" != 1 ]; do
	sleep 1
done
: >"$trying"
sync

# Parameters of the module, one line; for instance: namespaces=mnt
parameters=
[ ! -r "$here/parameters" ] || parameters=$(cat "$here/parameters")
# shellcheck disable=SC2086 # they are words
if insmod "$here/sysvipc.ko" $parameters 2>/dev/null; then
	say "loaded"
# Where the kernel does not export all that it has.
elif "$here/sysvipc-load" "$here/sysvipc.ko" $parameters >>"$log" 2>&1; then
	say "loaded by sysvipc-load"
else
	say "not loaded; the kernel says:"
	dmesg | grep sysvipc | tail -n 20 >>"$log"
fi
rm "$trying"
[ -d /proc/sysvipc ]
