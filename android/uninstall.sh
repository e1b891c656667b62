#!/system/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs when the root manager removes the module; it refuses while somebody uses System V IPC, until the next boot.

[ ! -d /sys/module/sysvipc ] || rmmod sysvipc
