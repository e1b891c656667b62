#!/system/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs when the root manager removes the module, which most do at the next boot: then it is not loaded any more.

[ ! -d /sys/module/sysvipc ] || rmmod sysvipc
rm -rf /data/adb/sysvipc
