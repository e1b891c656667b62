// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel: the environment of a load: the module's parameters, and the features and refusals of this kernel.  A test
 * changes it before it loads the module; the runner gives each test a new one.
 */
#pragma once

#include <atomic>
#include <host/namespace.h>

namespace hosted {

struct Kernel {
    /* The module's parameters. */
    bool force { false };
    bool ipcmni_extend { false };
    const char* attach { "auto" };
    bool require_lsm { true };
    const char* namespaces { "" };

    bool has_sysvipc { false }; /* of its own: the module takes over */
    std::atomic<kapi_builtin_use> builtin_use { KAPI_BUILTIN_UNUSED };
    bool has_huge_pages { false };
    bool can_lock_memory { true };
    bool is_audited { false };
    bool has_namespaces { true }; /* for IPC, besides the initial one */
    const char* missing_hook { nullptr }; /* a security hook that cannot be called */
    const char* missing_function { nullptr }; /* that it does not export, and does not have */

    /* A function or tracepoint that cannot be intercepted, and -errno. */
    const char* refused { nullptr };
    int refusal { 0 };
    int means_error { 0 }; /* there are no means to intercept any */
    int guard_error { 0 }; /* of keeping ftrace switched on */
    int trial_error { 0 }; /* of kprobes */
    std::atomic<bool> are_probes_hit { true };
    std::atomic<bool> is_ftrace_dead { false };
};
Kernel& kernel() noexcept;
/* As it is without a test's wishes. */
void reset_kernel() noexcept;
/* Calls the module's periodic function. */
void patrol() noexcept;

/* The audit records since the last reset_kernel(). */
struct Audited {
    int objects { 0 };
    int changes { 0 };
    unsigned long qbytes { 0 };
    unsigned uid { 0 };
    unsigned gid { 0 };
    unsigned mode { 0 };
};
Audited& audited() noexcept;

} // namespace hosted
