// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: tasks that delay unloading (contracts: include/intercept/overdue.h).
 *
 * Tasks inside are counted, not listed, so that calls do not pay for a report that is rarely needed.  The
 * report finds them by the system call that each task is in, whose number is in the registers saved on
 * its stack.
 */
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <asm/syscall.h>

#include <arch/registers.h>
#include <generated/kapi_layout.h>
#include "../kapi/renamed.h"
#include <kapi/module.h>
#include <intercept/overdue.h>

#define FIRST_REPORT (5 * HZ)
#define LONGEST_DELAY (600 * HZ)
#define MOST_LINES 16

enum abi { native, compat };

static const struct {
	enum abi abi;
	const char *name;
	int number;
} calls[] = {
#define CALL(abi, name, function, number) { abi, #name, number },
#define SHARED(name, number) { compat, #name, number },
#include <arch/calls.def>
};

static bool is_running(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->on_cpu);
#else
	return task == current;
#endif
}

static enum abi abi_of(struct task_struct *task)
{
	return arch_is_in_compat_call(task) ? compat : native;
}

/*
 * The name of our call that @task is in; NULL: none.  Call under RCU.  The stack may be freed while it is
 * read, which at worst gives a wrong answer; a running task may have left the kernel.
 */
static const char *call_of(struct task_struct *task)
{
	struct pt_regs regs;
	size_t i;
	int number;

	if (task->flags & PF_KTHREAD || READ_ONCE(task->exit_state) || is_running(task) ||
	    !task_stack_page(task))
		return NULL;
	if (copy_from_kernel_nofault(&regs, task_pt_regs(task), sizeof(regs)))
		return NULL;
	number = syscall_get_nr(task, &regs);
	if (number >= 0)
		number = arch_number_of_call(number);
	for (i = 0; number >= 0 && i < ARRAY_SIZE(calls); i++) {
		if (calls[i].abi == abi_of(task) && calls[i].number == number)
			return calls[i].name;
	}
	return NULL;
}

static unsigned long next_delay;
static bool (*is_waiting)(void);
static void report(struct work_struct *work);
static DECLARE_DELAYED_WORK(reporting, report);

static void name_tasks(void)
{
	struct task_struct *process, *task;
	int lines = 0;

	rcu_read_lock();
	for_each_process_thread(process, task)
	{
		const char *call = call_of(task);

		if (call && lines++ < MOST_LINES)
			kapi_log_info("unloading waits for process %d (%s), in %s",
				      task_pid_nr(task), task->comm, call);
	}
	rcu_read_unlock();
	if (lines > MOST_LINES)
		kapi_log_info("unloading waits for %d more", lines - MOST_LINES);
}

static void report(struct work_struct *work)
{
	if (is_waiting())
		name_tasks();
	next_delay = min_t(unsigned long, 4 * next_delay, LONGEST_DELAY);
	queue_delayed_work(system_dfl_wq, &reporting, next_delay);
}

void intercept_overdue_start(bool (*is_inside)(void))
{
	is_waiting = is_inside;
	next_delay = FIRST_REPORT;
	queue_delayed_work(system_dfl_wq, &reporting, next_delay);
}

void intercept_overdue_stop(void)
{
	cancel_delayed_work_sync(&reporting);
}
