# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by the root manager, which sets and uses variables
#
# Runs while the root manager installs the module: it is for one kernel only, or for those that promise to be
# compatible with it.

ui_print "- sysvipc for Linux $(sed -n 's/^kernel=//p' "$MODPATH/module.prop")"
ui_print "- this device runs $(uname -r)"
[ "$(uname -m)" = aarch64 ] || abort "! it is for 64-bit ARM only"

chmod 755 "$MODPATH/sysvipc-load" "$MODPATH/service.sh" "$MODPATH/uninstall.sh"
mkdir -p /data/adb/sysvipc
# Says what it would do, and refuses a module for another kernel; nothing is loaded.  It has to see addresses.
hides=$(cat /proc/sys/kernel/kptr_restrict)
echo 1 >/proc/sys/kernel/kptr_restrict
"$MODPATH/sysvipc-load" --dry-run "$MODPATH/sysvipc.ko" >/data/adb/sysvipc/install.log 2>&1
status=$?
echo "$hides" >/proc/sys/kernel/kptr_restrict
if [ $status -ne 0 ]; then
	ui_print "$(tail -n 1 /data/adb/sysvipc/install.log)"
	abort "! this kernel cannot load it"
fi
if grep -q "^0 imports are not exported" /data/adb/sysvipc/install.log; then
	ui_print "- the kernel exports all that it needs"
else
	ui_print "! the kernel does not export all that it needs, and nobody has checked"
	ui_print "  that what it has instead fits: a mistake stops the device or corrupts"
	ui_print "  memory. If you want that, create /data/adb/sysvipc/use-loader"
fi
ui_print "- it is loaded after each boot; the log is /data/adb/sysvipc/log"
