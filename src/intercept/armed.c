// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: checks that ftrace and kprobes work (contracts: include/intercept/armed.h).
 *
 * No exported symbol shows the state of the switches, nor does the code at a probe: another probe, or a
 * tracer, may have changed the code, too.  So the module hooks one of its own functions by the same means as
 * the kernel's, and calls it.  A probe at its entry is of the same kind as one at a kernel function's entry:
 * a breakpoint, or an ftrace user where the kernel puts such probes on ftrace call sites.  One switch disarms
 * both kinds, and all probes of a kind are armed together.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/workqueue.h>

#include "../kapi/renamed.h"
#include "../kapi/unlisted.h"
#include "probes.h"
#include <intercept/armed.h>

static const char *stuck;

const char *intercept_stuck(void)
{
	return stuck;
}

void intercept_note_stuck(const char *function)
{
	if (!stuck)
		stuck = function;
}

/*
 * The functions to hook, one per means, as a probe and a direct call cannot share one.  The
 * compiler must neither inline them nor see that they do nothing.
 */
static noinline __noclone void hooked_place(void)
{
	asm volatile("" ::: "memory");
}

static noinline __noclone void probed_place(void)
{
	asm volatile("nop" ::: "memory");
}

unsigned long intercept_trial_address(void)
{
	return (unsigned long)hooked_place;
}

void intercept_trial_call(void)
{
	hooked_place();
}

#ifdef CONFIG_DYNAMIC_FTRACE

static void notrace guard_called(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				 struct ftrace_regs *registers)
{
}

/* "Permanent" until it is unregistered. */
static struct ftrace_ops guard = { .func = guard_called,
				   .flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT };
static bool is_guarded;

int intercept_ftrace_guard_start(void)
{
	int error = ftrace_set_filter_ip(&guard, (unsigned long)hooked_place, 0, 1);

	/*
	 * hooked_place() cannot be traced in this build: only our other users of ftrace, once registered,
	 * are a guard.
	 */
	if (error == -EINVAL)
		return 0;
	if (!error)
		error = register_ftrace_function(&guard);
	if (error)
		ftrace_free_filter(&guard);
	is_guarded = !error;
	return error;
}

void intercept_ftrace_guard_stop(void)
{
	if (!is_guarded)
		return;
	is_guarded = false;
	if (unregister_ftrace_function(&guard))
		intercept_note_stuck("a function of the module");
	else
		ftrace_free_filter(&guard);
}

/* Changing any filter takes the lock under which ftrace is switched off. */
void intercept_ftrace_settle(void)
{
	static struct ftrace_ops unused;

	/* A freed filter leaves pointers to freed memory. */
	unused = (struct ftrace_ops){ .func = guard_called };
	ftrace_set_filter_ip(&unused, (unsigned long)hooked_place, 0, 1);
	ftrace_free_filter(&unused);
}

/* ftrace returns -ENODEV before it checks the address, which cannot be traced. */
bool intercept_ftrace_is_dead(void)
{
	static struct ftrace_ops unused = { .func = guard_called };

	return ftrace_set_filter_ip(&unused, 0, 0, 0) == -ENODEV;
}

#else

void intercept_ftrace_settle(void)
{
}

int intercept_ftrace_guard_start(void)
{
	return 0;
}

void intercept_ftrace_guard_stop(void)
{
}

bool intercept_ftrace_is_dead(void)
{
	return false;
}

#endif

#ifdef CONFIG_KPROBES

/* Probes that the kernel has put on ftrace's calls cannot be removed once ftrace has shut down. */
static struct kprobe *stuck_probe(struct kprobe **probes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (kprobe_ftrace(probes[i]) && intercept_ftrace_is_dead())
			return probes[i];
	if (count)
		UNLISTED(unregister_kprobes)(probes, count);
	for (i = 0; i < count; i++)
		if (!probes[i]->addr) /* the kernel's sign that the probe remains */
			return probes[i];
	return NULL;
}

int probes_unregister(struct kprobe **probes, unsigned int count)
{
	const struct kprobe *left = stuck_probe(probes, count);

	if (!left)
		return 0;
	intercept_note_stuck(left->symbol_name ?: "a function of the module");
	return -ENODEV;
}

static atomic_t trial_hits;

static int trial_hit(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&trial_hits);
	return 0;
}
NOKPROBE_SYMBOL(trial_hit);

/* Makes the kernel treat this probe as those that divert calls (probe_hook.c). */
static void trial_over(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(trial_over);

static struct kprobe trial = { .pre_handler = trial_hit, .post_handler = trial_over };

int intercept_probe_trial_start(void)
{
	trial.addr = (kprobe_opcode_t *)probed_place;
	trial.flags = 0;
	return register_kprobe(&trial);
}

void intercept_probe_trial_stop(void)
{
	struct kprobe *probe = &trial;

	probes_unregister(&probe, 1);
}

bool intercept_probe_trial_hits(void)
{
	const int before = atomic_read(&trial_hits);

	probed_place();
	return atomic_read(&trial_hits) != before;
}

#else

int intercept_probe_trial_start(void)
{
	return 0;
}

void intercept_probe_trial_stop(void)
{
}

bool intercept_probe_trial_hits(void)
{
	return false;
}

#endif

#define PATROL_SECONDS 4

static void (*patrol_look)(void);
static void patrol(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(patrol_work, patrol);

static void patrol_on(void)
{
	queue_delayed_work(system_dfl_wq, &patrol_work, PATROL_SECONDS * HZ);
}

static void patrol(struct work_struct *work)
{
	patrol_look();
	patrol_on();
}

void intercept_patrol_start(void (*look)(void))
{
	patrol_look = look;
	patrol_on();
}

void intercept_patrol_stop(void)
{
	cancel_delayed_work_sync(&patrol_work);
}
