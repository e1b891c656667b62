// SPDX-License-Identifier: GPL-2.0
/*
 * intercept: data that the landings of every architecture read (places.h, include/intercept/intercept.h).  The
 * places hold the addresses of the functions; 0: not intercepted.
 */
#include <linux/cache.h>
#include <linux/types.h>

#include "around.h"
#include <generated/kapi_layout.h>
#include <intercept/places.h>

#define PLACE(name)                                                                                \
	extern unsigned long sysvipc_at_##name;                                                    \
	unsigned long ENTRY_POINT sysvipc_at_##name;

PLACE(trial)
#define HANDLER(handler, kind)
#define FUNCTION(place, ...) PLACE(place)
#include <intercept/functions.def>
#define CALL(abi, name, function, number) PLACE(abi##_##name)
#include <arch/calls.def>

extern bool sysvipc_trial_hit;
bool ENTRY_POINT sysvipc_trial_hit;

/* Not 0 for the return addresses into all functions except system calls. */
extern unsigned char sysvipc_marks[];
unsigned char ENTRY_POINT sysvipc_marks[MARK_COUNT] ____cacheline_aligned;
