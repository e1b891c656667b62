// SPDX-License-Identifier: GPL-2.0
/* The functions of the scenarios, and between which of their calls the explorer chooses. */
#pragma once

#include <host/kunit.h>
#include <host/namespace.h>
#include <kapi/task.h>

extern "C" {
#define SCENARIO(sentence) void sysvipc_case_##sentence(kapi_kunit* test) noexcept;
#define DEFECT(sentence, models) SCENARIO(sentence)
#define DEEP(sentence) SCENARIO(sentence)
#include "scenarios.def"
#undef SCENARIO
#undef DEFECT
#undef DEEP
/* Until both have ended, every choice is the explorer's. */
void hosted_explore_begin() noexcept;
void hosted_explore_end() noexcept;

/* The task of the Thread that was started last. */
kapi_task* hosted_started_last() noexcept;
/*
 * All tasks of the scenario go into a new IPC namespace of the kernel's, which has one reference, and back
 * into the initial one; @ending(ns) is called when the last reference to it is dropped.
 */
void hosted_enter_new_ipc_ns(void (*ending)(kapi_ipc_ns* ns) noexcept) noexcept;
void hosted_leave_ipc_ns() noexcept;
/* Whether the kernel has System V IPC of its own: then limits are in its namespaces, and end with them. */
void hosted_have_sysvipc(bool has) noexcept;
}
