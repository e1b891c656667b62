// SPDX-License-Identifier: GPL-2.0
/* The table of intercepted kernel functions (contracts: include/entry/interceptions.hpp). */
#include <entry/interceptions.hpp>

#include <entry/entry_points.hpp>
#include <entry/serve.hpp>
#include <entry/system_calls.hpp>
#include <intercept/watch.h>
#include <ns/namespaces.hpp>
#include <os/armed.hpp>
#include <os/interception.hpp>
#include <os/kernel.hpp>
#include <os/log.hpp>
#include <os/parameters.hpp>
#include <base/poison.hpp>

ENTRY_POINT void sysvipc_before_ipc_ns_ending(unsigned long argument) noexcept
{
    using namespace sysvipc;
    if (const Served served; served)
        Namespaces::note_ending(IpcNsHandle::ending_identity(argument));
}

namespace sysvipc {

extern "C" {

/* landings.S of the architecture, src/intercept/ */
void sysvipc_enter_intercepted();
extern unsigned char sysvipc_marks[];
extern bool sysvipc_trial_hit;
extern unsigned long sysvipc_at_trial;
#define HANDLER(handler, kind) void sysvipc_enter_##handler();
#define FUNCTION(place, ...)                                                                       \
    void sysvipc_enter_##place##_in_place();                                                       \
    extern unsigned long sysvipc_at_##place;
#include <intercept/functions.def>

} // extern "C"

namespace {

constexpr const char* kNamespaceEnding = "ipc_ns_ending"; /* IpcNsHandle::ending_symbol() */

enum class Where : u8 {
    Everywhere,
    For_native = Everywhere,
    For_compat, /* kernels that run 32-bit programs */
    ManyNamespaces,
    Builtin, /* kernels that have System V IPC of their own */
};

struct Row {
    Where where;
    Interception interception;
};

constexpr bool kRequired = false;
constexpr bool kOptional = true;

/* In place of the function. */
#define LANDING_BEFORE(place) sysvipc_enter_##place##_in_place
#define LANDING_ANSWER(place) sysvipc_enter_##place##_in_place
#define LANDING_AROUND(place) sysvipc_enter_##place##_in_place

constexpr Row kTable[] {
#define HANDLER(handler, kind)
#define FUNCTION(place, handler, kind, where, symbol, filter, need, loss)                          \
    { Where::where,                                                                                \
      { symbol, sysvipc_enter_##handler, LANDING_##kind(place), filter, &sysvipc_at_##place, need, \
        loss } },
#include <intercept/functions.def>
};

constinit Interceptions interceptions { sysvipc_enter_intercepted, sysvipc_enter_call,
                                        sysvipc_marks, &sysvipc_at_trial, &sysvipc_trial_hit };

bool is_here(Where where) noexcept
{
    switch (where) {
    case Where::For_compat:
        return Kernel::has_compat();
    case Where::ManyNamespaces:
        return IpcNsHandle::are_many();
    case Where::Builtin:
        return Kernel::has_sysvipc();
    default:
        return true;
    }
}

struct Means {
    const char* parameter;
    u32 allowed;
};
constexpr Means kMeans[] {
    { "auto", KAPI_BY_DIRECT_CALLS | KAPI_BY_KPROBES },
    { "ftrace", KAPI_BY_DIRECT_CALLS },
    { "kprobe", KAPI_BY_KPROBES },
};

/* 0: attach= has another value. */
u32 allowed_means() noexcept
{
    for (const Means& means : kMeans) {
        if (Parameters::is_attach(means.parameter))
            return means.allowed;
    }
    return 0;
}

const char* name_of(u32 means) noexcept
{
    switch (means) {
    case KAPI_BY_DIRECT_CALLS:
        return "ftrace direct calls";
    case KAPI_BY_KPROBES:
        return "kprobes";
    default:
        return "ftrace direct calls or kprobes";
    }
}

const char* means_of_calls() noexcept
{
    bool by_probes = false;
    bool by_direct_calls = false;
    interceptions.for_each([&](const Interception& interception, const kapi_intercepted& came) {
        if (is_system_call(interception))
            (came.by_probe ? by_probes : by_direct_calls) = true;
    });
    return by_probes && by_direct_calls
        ? "ftrace direct calls and kprobes"
        : name_of(by_probes ? KAPI_BY_KPROBES : KAPI_BY_DIRECT_CALLS);
}

void choose() noexcept
{
    for (const Row& row : kTable) {
        if (!is_here(row.where))
            continue;
        Interception chosen = row.interception;
        if (chosen.symbol == kNamespaceEnding)
            chosen.symbol = IpcNsHandle::ending_symbol();
        interceptions.add(chosen);
    }
    add_system_calls(interceptions);
}

/* Of the calls, the engine does not know which one another user has redirected. */
const char* what_failed(const char* symbol, Errno error) noexcept
{
    bool is_a_call = false;
    interceptions.for_each([&](const Interception& interception, const kapi_intercepted&) {
        is_a_call |= interception.symbol == symbol && is_system_call(interception);
    });
    if (!symbol)
        return "the kernel";
    return is_a_call && error == Errno::EBUSY ? "the system calls" : symbol;
}

void log_failure(const char* symbol, u32 means, Errno error) noexcept
{
    log_error("cannot intercept ", what_failed(symbol, error), " by ", name_of(means), ": ", error);
    log_error("nothing is provided");
}

void log_losses() noexcept
{
    interceptions.for_each([](const Interception& interception, const kapi_intercepted& came) {
        if (came.error == 0)
            return;
        log_info("cannot intercept ", interception.symbol, " (", from_kernel(came.error),
                 "): ", interception.loss);
    });
}

/* Kprobes can be registered while they are switched off, but are not hit then. */
Result<void> depend_on_probes() noexcept
{
    bool by_probes = false;
    interceptions.for_each([&](const Interception& interception, const kapi_intercepted& came) {
        if (!came.by_probe)
            return;
        by_probes = true;
        Armed::depends_on_probes(interception.loss);
    });
    return by_probes ? Armed::require_probes() : Result<void> {};
}

Result<void> require_means() noexcept
{
    if (!interceptions.is_proven())
        TRY(Armed::guard_ftrace());
    return depend_on_probes();
}

} // namespace

bool are_means_known() noexcept
{
    return allowed_means() != 0;
}

Result<void> start_interceptions() noexcept
{
    const u32 means = allowed_means();
    const char* failed = nullptr;
    choose();
    if (Result<void> started = interceptions.start(means, failed); !started.ok()) {
        if (started.error() == Errno::ENODEV)
            Armed::log_ftrace_error(started.error());
        else
            log_failure(failed, means, started.error());
        return started;
    }
    TRY(require_means());
    log_losses();
    if (!IpcNsHandle::are_many())
        log_info("this kernel has one IPC namespace for all");
    else if (*Parameters::namespaces() != '\0')
        log_info("namespaces of System V IPC: those of the kind ", Parameters::namespaces());
    return {};
}

void log_service() noexcept
{
    log_system_calls(means_of_calls());
}

void describe_interceptions(TextPage& page) noexcept
{
    interceptions.for_each([&](const Interception& interception, const kapi_intercepted& came) {
        Line<160> line;
        line.string(interception.symbol).string(": ");
        if (came.error != 0)
            line.string("not intercepted: ").string(interception.loss);
        else
            line.string(name_of(came.by_probe ? KAPI_BY_KPROBES : KAPI_BY_DIRECT_CALLS));
        page.add(line.character('\n'));
    });
}

void stop_interceptions() noexcept
{
    interceptions.stop();
}

} // namespace sysvipc
