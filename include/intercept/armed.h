/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: whether ftrace and kprobes actually work.  Each has a global switch: kernel.ftrace_enabled, and
 * /sys/kernel/debug/kprobes/enabled.  While it is off, the kernel still accepts registrations, without
 * effect.
 * Kernel source: kernel/trace/ftrace.c, kernel/kprobes.c.
 */
#ifndef SYSVIPC_INTERCEPT_ARMED_H
#define SYSVIPC_INTERCEPT_ARMED_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Nobody can switch ftrace off until the guard is stopped; nothing where the kernel has none.  -EBUSY: it
 * is switched off; -ENODEV: it has given up after an error of its own, until the next boot; -ENOMEM.
 */
int intercept_ftrace_guard_start(void); /* sleeps */
void intercept_ftrace_guard_stop(void); /* sleeps */
/* Whether it has given up: what it patched stays as it is.  Sleeps. */
bool intercept_ftrace_is_dead(void);

/* A function of ours to be hooked and called, to see whether a means works; kprobes have theirs below. */
unsigned long intercept_trial_address(void);
void intercept_trial_call(void);
/*
 * Whoever was switching ftrace off has done so on return, and whoever begins to do so after sees all users that are
 * registered now.  Sleeps.
 */
void intercept_ftrace_settle(void);

/* A probe of our own, to be tried.  Nothing where the kernel has no kprobes.  -ENOMEM.  Sleeps. */
int intercept_probe_trial_start(void);
void intercept_probe_trial_stop(void); /* sleeps */
/* Whether it is hit now, and with it every probe that is registered. */
bool intercept_probe_trial_hits(void);

/*
 * A function that goes on leading to us though it was to be let go, for the kernel cannot undo it; the first
 * if there are several, NULL if there is none.  What the kernel refers to then has to stay for ever: the
 * memory of the hook, and all code and data of the module.
 */
const char *intercept_stuck(void);
void intercept_note_stuck(const char *function); /* by whoever has failed to undo it */

/* Calls @look every few seconds, from a worker, at times when the machine is awake anyway. */
void intercept_patrol_start(void (*look)(void) KAPI_NOEXCEPT);
void intercept_patrol_stop(void); /* it runs nowhere on return; sleeps */

KAPI_END

#endif
