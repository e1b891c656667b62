#!/system/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs in the background after each boot.  Loads the kernel module late, when the device is up: should the kernel stop
# because of it, disabling modules in the root manager's safe mode still helps.
#
# What the owner of the device decides, and what happened, is in a directory that an update of the module leaves alone:
#
#   parameters   of the kernel module, one line; for instance: namespaces=uts
#   use-loader   whether to load it also where the kernel does not export all that it needs
#   log          of the last boot
#   trying       from shortly before loading until a minute after: a boot that did not survive is not tried again

here=${0%/*}
own=/data/adb/sysvipc
log=$own/log

say() {
	echo "$(date '+%F %T') $*" >>"$log"
}

# Makes and removes an object of each kind, as far as the device has programs for it.
try() {
	cat /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm >/dev/null
	command -v ipcmk >/dev/null || return 0
	for kind in "-Q -q" "-S1 -s" "-M1 -m"; do
		id=$(ipcmk "${kind% *}" | sed 's/.* //') && ipcrm "${kind#* }" "$id"
	done
}

load_by_loader() {
	hides=$(cat /proc/sys/kernel/kptr_restrict)
	echo 1 >/proc/sys/kernel/kptr_restrict
	# shellcheck disable=SC2086 # words
	"$here/sysvipc-load" "$here/sysvipc.ko" $parameters >>"$log" 2>&1
	status=$?
	echo "$hides" >/proc/sys/kernel/kptr_restrict
	return $status
}

mkdir -p $own
: >$log
if [ -e $own/trying ]; then
	say "the last attempt to load did not end: not loaded. Remove $own/trying to try again"
	exit 1
fi
while [ "$(getprop sys.boot_completed)" != 1 ]; do
	sleep 1
done
: >$own/trying
sync
parameters=
[ ! -r $own/parameters ] || parameters=$(cat $own/parameters)
# shellcheck disable=SC2086 # words
if insmod "$here/sysvipc.ko" $parameters 2>>$log; then
	say "loaded"
elif [ -e $own/use-loader ] && load_by_loader; then
	say "loaded by sysvipc-load"
else
	say "not loaded; the kernel says:"
	# A line for each symbol that is missing, and again for a second attempt of some insmods.
	dmesg | grep sysvipc | tail -n 200 >>$log
	rm $own/trying
	exit 1
fi
try
sync
sleep "${SYSVIPC_WATCH:-60}"
rm $own/trying
