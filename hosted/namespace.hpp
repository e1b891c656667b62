// SPDX-License-Identifier: GPL-2.0
/* User and IPC namespaces. */
#pragma once

#include <atomic>

/* Maps ids [0, count) of the namespace to [base, base + count) of the kernel. */
struct kapi_user_ns {
    unsigned base { 0 };
    unsigned count { 0xffff'ffff };
    unsigned owner { 0 }; /* kernel-internal uid */
};

struct kapi_ipc_ns {
    unsigned number { 0 };
    kapi_user_ns* owner { nullptr };
    std::atomic<int> references { 1 };
    std::atomic<unsigned long> mark { 0 };
    /* Of a kernel with System V IPC of its own (host_ipc_ns_settings()), as Linux sets them at first. */
    struct {
        int msgmax { 8192 };
        int msgmnb { 16'384 };
        int msgmni { 32'000 };
        int sem[4] { 32'000, 1'024'000'000, 500, 32'000 };
        int shmmni { 4096 };
        int rmid_forced { 0 };
        unsigned long shmmax { ~0UL - (1UL << 24) };
        unsigned long shmall { ~0UL - (1UL << 24) };
        int next_id[3] { -1, -1, -1 };
    } settings {};
};

namespace hosted {

extern kapi_user_ns initial_user_ns;
extern kapi_ipc_ns initial_ipc_ns;
kapi_ipc_ns* create_ipc_ns(kapi_user_ns& owner) noexcept;
/* The CLONE_* flag that makes a new one: CLONE_NEWIPC, or that of the kind of namespaces that stands in. */
unsigned long ipc_ns_clone_flag() noexcept;

} // namespace hosted
