// SPDX-License-Identifier: GPL-2.0
/* intercept: wrappers around kernel functions (contracts: around.h, include/intercept/around.h). */
#include <linux/module.h>
#include <linux/sched.h>

#include "around.h"
#include "diversion.h"
#include <intercept/around.h>

/* src/intercept/intercept_x86_64.S */
long sysvipc_call_rest(long, long, long, long, unsigned long rest, unsigned long mark);

static bool is_open __read_mostly;

/*
 * By what a probe at the rest of a function knows that it is us who call: a mark that only the current task can
 * leave for itself, in a register that others use too.
 */
unsigned long ENTRY_POINT sysvipc_own_mark(void);
unsigned long sysvipc_own_mark(void)
{
	return (unsigned long)current ^ (unsigned long)&is_open;
}

bool intercept_is_beginning(const struct kapi_regs *registers)
{
	return diversion_register(registers) != sysvipc_own_mark();
}

long intercept_call_rest(long first, long second, long third, long fourth, unsigned long rest)
{
	return sysvipc_call_rest(first, second, third, fourth, rest, sysvipc_own_mark());
}

void intercept_around_open(void)
{
	WRITE_ONCE(is_open, true);
}

bool around_pin(void)
{
	return READ_ONCE(is_open) && try_module_get(THIS_MODULE);
}

void around_unpin(void)
{
	module_put(THIS_MODULE);
}
