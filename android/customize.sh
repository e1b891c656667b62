# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by the root manager, which sets and uses variables
#
# Runs while the root manager installs the module: it is for one kernel only.

built_for=$(sed -n 's/^kernel=//p' "$MODPATH/module.prop")

ui_print "- sysvipc for Linux $built_for"
ui_print "- this device runs $(uname -r)"
[ "$(uname -m)" = aarch64 ] || abort "! it is for 64-bit ARM only"

chmod 755 "$MODPATH/sysvipc-load" "$MODPATH/service.sh" "$MODPATH/uninstall.sh"
# Says what it would do, and refuses a module for another kernel; nothing is loaded.
if ! "$MODPATH/sysvipc-load" --dry-run "$MODPATH/sysvipc.ko" >"$MODPATH/install.log" 2>&1; then
	ui_print "$(tail -n 1 "$MODPATH/install.log")"
	abort "! this kernel cannot load it"
fi
ui_print "- it is loaded after each boot; the log is $MODPATH/sysvipc.log"
