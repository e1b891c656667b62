// SPDX-License-Identifier: GPL-2.0
/*
 * kapi_task: a thread of the code under test.  hosted::ProcessState: the state that the threads of a process share.
 * Identity, pids and namespaces are of our own making: nothing here needs privileges.
 */
#pragma once

#include "namespace.hpp"
#include "pid.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

struct kapi_task;

namespace hosted {

class AddressSpace;

struct Identity {
    unsigned uid { 0 };
    unsigned gid { 0 };
    std::vector<unsigned> groups {};
    std::uint64_t capabilities { ~std::uint64_t { 0 } };
    kapi_user_ns* user_ns { &initial_user_ns };

    [[nodiscard]] bool has(int capability) const noexcept
    {
        return (capabilities >> static_cast<unsigned>(capability) & 1) != 0;
    }
};

struct ProcessState {
    kapi_pid* pid;
    kapi_pid_ns* pid_ns;
    kapi_ipc_ns* ipc_ns;
    AddressSpace* memory;
    unsigned long memlock_limit { 8UL << 20 };
    std::atomic<int> threads { 0 }; /* tasks that have not been freed */
    bool ends_with_threads { false }; /* then it is freed, and its reference to the pid */
};

/* The process of the program itself, and of threads that name no other. */
ProcessState& initial_process() noexcept;
void start_initial_process() noexcept;
void stop_initial_process() noexcept;

/* Each task is created with one reference, its thread's. */
kapi_task* create_task(ProcessState& process, const Identity& identity) noexcept;
/* A signal is pending from now on; wakes the task if it sleeps interruptibly. */
void send_signal(kapi_task& task) noexcept;
void drop_signals(kapi_task& task) noexcept;
/* Tasks that exist. */
int living_tasks() noexcept;

/*
 * A task in the kernel, in the sense of tasks-RCU: from in_kernel(true) to in_kernel(false), less the
 * times when it sleeps voluntarily.
 */
void in_kernel(bool is) noexcept;
/* Returns when each task has been outside or asleep. */
void wait_for_kernel_tasks() noexcept;

} // namespace hosted

struct kapi_task {
    hosted::ProcessState* process;
    hosted::Identity identity;
    kapi_pid* pid;
    std::atomic<int> references { 1 };
    /* 0: to be woken; 1: about to sleep, or asleep. */
    unsigned is_sleeping { 0 };
    std::atomic<bool> has_signal { false };
    std::atomic<bool> allows_signals { true };
    std::atomic<bool> is_killed { false }; /* seen by loops that may stop early; does not wake */
    unsigned times_given_way { 0 }; /* calls of kapi_task_resched() */
    int no_faults { 0 }; /* nesting of kapi_page_faults_disable() */
    int spinlocks { 0 }; /* held */
    /* Odd: in the kernel and not asleep. */
    std::atomic<unsigned> passages { 0 };
    void* machine { nullptr }; /* the machine's own */
    unsigned number { 0 };
};
