/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intercept: checks that ftrace and kprobes work.  Each has a global switch: kernel.ftrace_enabled, and
 * /sys/kernel/debug/kprobes/enabled.  While the switch is off, the kernel accepts registrations, but without
 * effect.
 * Kernel source: kernel/trace/ftrace.c, kernel/kprobes.c.
 */
#ifndef SYSVIPC_INTERCEPT_ARMED_H
#define SYSVIPC_INTERCEPT_ARMED_H

#include <kapi/types.h>

KAPI_BEGIN

/*
 * Keeps ftrace from being switched off until the guard is stopped; no-op if the kernel has no
 * ftrace.  -EBUSY: it is switched off; -ENODEV: it has shut down after an internal error, until the
 * next boot; -ENOMEM.
 */
int intercept_ftrace_guard_start(void); /* sleeps */
void intercept_ftrace_guard_stop(void); /* sleeps */
/* True if ftrace has shut down: functions that it has patched stay patched.  Sleeps. */
bool intercept_ftrace_is_dead(void);

/* A function of ours to hook and call, as a test of direct calls; kprobes have another. */
unsigned long intercept_trial_address(void);
void intercept_trial_call(void);
/*
 * Waits until a task that is switching ftrace off has finished; a later attempt sees all users that are
 * registered now.  Sleeps.
 */
void intercept_ftrace_settle(void);

/* Registers a test probe; no-op if the kernel has no kprobes.  -ENOMEM.  Sleeps. */
int intercept_probe_trial_start(void);
void intercept_probe_trial_stop(void); /* sleeps */
/* True if the test probe, and hence every registered probe, is hit now. */
bool intercept_probe_trial_hits(void);

/*
 * The first function whose hook the kernel could not remove, or NULL.  If not NULL, the hook's memory and
 * all code and data of the module must stay forever.
 */
const char *intercept_stuck(void);
void intercept_note_stuck(const char *function); /* called when removing a hook fails */

/* Calls @look every few seconds from a worker; the timer does not wake an idle CPU. */
void intercept_patrol_start(void (*look)(void) KAPI_NOEXCEPT);
void intercept_patrol_stop(void); /* @look has ended on return; sleeps */

KAPI_END

#endif
