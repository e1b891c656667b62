/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that Linux exports, but some kernels do not: kernels that export only a list of symbols
 * (CONFIG_TRIM_UNUSED_KSYMS, as Android's do) omit them, or have them for one vendor only.  On these kernels the
 * module does not import them; src/host/unlisted.c looks them up by name.  Call them as
 * UNLISTED(name)(arguments).
 */
#ifndef SYSVIPC_SRC_KAPI_UNLISTED_H
#define SYSVIPC_SRC_KAPI_UNLISTED_H

/*
 * Android's kernels export some of them to file systems only, even without a list.  scripts/build-android sets
 * SYSVIPC_LISTED, as the device's kernel has a list, which a build for its headers may lack.
 */
#if defined(CONFIG_KPROBES) && (defined(CONFIG_TRIM_UNUSED_KSYMS) ||                               \
				defined(CONFIG_GKI_HACKS_TO_FIX) || defined(SYSVIPC_LISTED))
#define EXPORTS_ARE_LISTED
#endif

#ifdef EXPORTS_ARE_LISTED

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/sysctl.h>

#include "sealed.h"

/* Without tasks-RCU, synchronize_rcu_tasks() is synchronize_rcu(). */
#ifdef CONFIG_TASKS_RCU
#define UNLISTED_TASKS_RCU(F) F(synchronize_rcu_tasks)
#else
#define UNLISTED_TASKS_RCU(F)
#endif

#define UNLISTED_FUNCTIONS(F)                                                                      \
	F(unregister_kprobes) /* first: used to find the others */                                 \
	F(dentry_open)                                                                             \
	F(in_group_p)                                                                              \
	F(kick_all_cpus_sync)                                                                      \
	F(ktime_add_safe)                                                                          \
	F(ns_capable_noaudit)                                                                      \
	F(pid_nr_ns)                                                                               \
	F(proc_dointvec_minmax)                                                                    \
	F(proc_doulongvec_minmax)                                                                  \
	F(rhashtable_walk_enter)                                                                   \
	F(rhashtable_walk_exit)                                                                    \
	F(rhashtable_walk_next)                                                                    \
	F(rhashtable_walk_start_check)                                                             \
	F(rhashtable_walk_stop)                                                                    \
	F(schedule_hrtimeout_range)                                                                \
	F(vm_mmap)                                                                                 \
	F(vm_munmap)                                                                               \
	UNLISTED_TASKS_RCU(F)

/* Uses the types of the kernel's headers: kCFI stops the kernel at a call through a pointer of another type. */
#define DECLARE_UNLISTED(name)                                                                     \
	SEALED_STATIC_CALL(found_##name)                                                           \
	DECLARE_STATIC_CALL(found_##name, name);
UNLISTED_FUNCTIONS(DECLARE_UNLISTED)
#undef DECLARE_UNLISTED

#define UNLISTED(name) static_call(found_##name)

#else
#include <linux/rcupdate.h>

#define UNLISTED(name) name
#endif

#ifdef CONFIG_TASKS_RCU
#define WAIT_FOR_RCU_TASKS() UNLISTED(synchronize_rcu_tasks)()
#else
#define WAIT_FOR_RCU_TASKS() synchronize_rcu_tasks()
#endif

#endif
