// SPDX-License-Identifier: GPL-2.0
/* The table of intercepted kernel functions (contracts: include/entry/interceptions.hpp). */
#include <entry/interceptions.hpp>

#include <entry/system_calls.hpp>
#include <intercept/watch.h>
#include <os/armed.hpp>
#include <os/interception.hpp>
#include <os/ipc_ns_handle.hpp>
#include <os/kernel.hpp>
#include <os/log.hpp>
#include <os/parameters.hpp>
#include <base/poison.hpp>

namespace sysvipc {

extern "C" {

/* calls.S and landings.S of the architecture, src/intercept/ */
void sysvipc_enter_intercepted();
extern unsigned char sysvipc_marks[];
extern bool sysvipc_trial_hit;
extern unsigned long sysvipc_at_trial;
#define HANDLER(handler, kind) void sysvipc_enter_##handler();
#define FUNCTION(place, ...)                                                                       \
    void sysvipc_enter_##place##_in_place();                                                       \
    extern unsigned long sysvipc_at_##place;
#include <intercept/functions.def>
#define CALL(abi, name, function, number)                                                          \
    void sysvipc_enter_##abi##_##name##_in_place();                                                \
    extern unsigned long sysvipc_at_##abi##_##name;
#include <arch/calls.def>

} // extern "C"

namespace {

enum class Where : u8 {
    Everywhere,
    For_native = Everywhere,
    For_compat, /* kernels that run 32-bit programs */
    ManyNamespaces,
    Builtin, /* kernels that have System V IPC of their own */
    Realtime, /* kernels with PREEMPT_RT */
    NotRealtime,
};

/* A name that every kernel has, or the function that finds it. */
class Symbol {
public:
    constexpr Symbol(const char* name) noexcept : name_(name) { }
    constexpr Symbol(const char* (*find)() noexcept) noexcept : find_(find) { }
    [[nodiscard]] const char* name() const noexcept { return find_ ? find_() : name_; }

private:
    const char* name_ { nullptr };
    const char* (*find_)() noexcept { nullptr };
};

/* A row of the table: all but the symbol of @interception is set. */
struct Row {
    Where where;
    Symbol symbol;
    Interception interception;
};

constexpr bool kRequired = false;
constexpr bool kOptional = true;
constexpr auto kNamespaceEnding = &IpcNsHandle::ending_symbol;
constexpr const char* kCallLoss = "no System V IPC call is served";

consteval Row function(Where where, Symbol symbol, void (*landing)(), void (*landing_in_place)(),
                       decltype(Interception::is_wanted) is_wanted, unsigned long& place,
                       bool is_optional, const char* loss) noexcept
{
    return { where,
             symbol,
             { .symbol = nullptr,
               .landing = landing,
               .landing_in_place = landing_in_place,
               .is_wanted = is_wanted,
               .place = &place,
               .notice = nullptr,
               .is_optional = is_optional,
               .loss = loss } };
}

consteval Row tracepoint(Where where, Symbol symbol, void* const& notice, bool is_optional,
                         const char* loss) noexcept
{
    return { where,
             symbol,
             { .symbol = nullptr,
               .landing = nullptr,
               .landing_in_place = nullptr,
               .is_wanted = nullptr,
               .place = nullptr,
               .notice = &notice,
               .is_optional = is_optional,
               .loss = loss } };
}

/* All of the kernel that is intercepted.  The system calls are served all, or none. */
constexpr Row kTable[] {
#define HANDLER(handler, kind)
#define FUNCTION(place, handler, kind, where, symbol, filter, need, loss)                          \
    function(Where::where, symbol, sysvipc_enter_##handler, sysvipc_enter_##place##_in_place,      \
             filter, sysvipc_at_##place, need, loss),
#define NOTICE(where, symbol, notice, need, loss)                                                  \
    tracepoint(Where::where, symbol, notice, need, loss),
#include <intercept/functions.def>
#define CALL(abi, name, symbol, number)                                                            \
    function(Where::For_##abi, #symbol, sysvipc_enter_call,                                        \
             sysvipc_enter_##abi##_##name##_in_place, nullptr, sysvipc_at_##abi##_##name,          \
             kRequired, kCallLoss),
#include <arch/calls.def>
};
static_assert(sizeof(kTable) / sizeof(kTable[0]) <= Interceptions::kMost);

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
    case Where::Realtime:
        return Kernel::is_realtime();
    case Where::NotRealtime:
        return !Kernel::is_realtime();
    case Where::Everywhere:
        break;
    }
    return true;
}

struct Choice {
    const char* parameter;
    u32 allowed;
};
constexpr Choice kChoices[] {
    { "auto", INTERCEPT_BY_DIRECT_CALL | INTERCEPT_BY_KPROBE },
    { "ftrace", INTERCEPT_BY_DIRECT_CALL },
    { "kprobe", INTERCEPT_BY_KPROBE },
};

/* The means by which functions may be intercepted; 0: the value of attach= is not valid. */
u32 allowed_means() noexcept
{
    for (const Choice& choice : kChoices) {
        if (Parameters::is_attach(choice.parameter))
            return choice.allowed;
    }
    return 0;
}

const char* name_of(u32 means) noexcept
{
    switch (means) {
    case INTERCEPT_BY_DIRECT_CALL:
        return "ftrace direct calls";
    case INTERCEPT_BY_KPROBE:
        return "kprobes";
    case INTERCEPT_BY_TRACEPOINT:
        return "a tracepoint";
    default:
        return "ftrace direct calls or kprobes";
    }
}

const char* means_of_calls() noexcept
{
    u32 means = 0;
    interceptions.for_each([&](const Interception& interception, const intercept_result& result) {
        if (is_system_call(interception))
            means |= result.by;
    });
    constexpr u32 kBoth = INTERCEPT_BY_DIRECT_CALL | INTERCEPT_BY_KPROBE;
    return means == kBoth ? "ftrace direct calls and kprobes" : name_of(means);
}

void choose() noexcept
{
    for (const Row& row : kTable) {
        if (!is_here(row.where))
            continue;
        Interception chosen = row.interception;
        chosen.symbol = row.symbol.name();
        interceptions.add(chosen);
    }
}

bool is_tracepoint(const char* symbol) noexcept
{
    bool is_found = false;
    interceptions.for_each([&](const Interception& interception, const intercept_result&) {
        is_found |= interception.notice && interception.symbol == symbol;
    });
    return is_found;
}

/* @symbol: as of Interceptions::start(). */
void log_failure(const char* symbol, u32 means, Errno error) noexcept
{
    log_error("cannot intercept ", symbol ? symbol : "the kernel", " by ",
              name_of(is_tracepoint(symbol) ? u32 { INTERCEPT_BY_TRACEPOINT } : means), ": ",
              error);
    log_error("nothing is provided");
}

void log_losses() noexcept
{
    interceptions.for_each([](const Interception& interception, const intercept_result& result) {
        if (result.error == 0)
            return;
        log_info("cannot intercept ", interception.symbol, " (", from_kernel(result.error),
                 "): ", interception.loss);
    });
}

/* Kprobes can be registered while switched off, but then are not hit. */
Result<void> depend_on_probes() noexcept
{
    bool by_probes = false;
    interceptions.for_each([&](const Interception& interception, const intercept_result& result) {
        if (result.by != INTERCEPT_BY_KPROBE)
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
    if (Result<void> started = interceptions.start(means | INTERCEPT_BY_TRACEPOINT, failed);
        !started.ok()) {
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
        log_info("each ", Parameters::namespaces(), " namespace has System V IPC of its own");
    return {};
}

void log_service() noexcept
{
    log_system_calls(means_of_calls());
}

void describe_interceptions(TextPage& page) noexcept
{
    interceptions.for_each([&](const Interception& interception, const intercept_result& result) {
        Line<160> line;
        line.string(interception.symbol).string(": ");
        if (result.error != 0)
            line.string("not intercepted: ").string(interception.loss);
        else
            line.string(name_of(result.by));
        page.add(line.character('\n'));
    });
}

void open_interceptions() noexcept
{
    Interceptions::open();
}

void stop_interceptions() noexcept
{
    interceptions.stop();
}

} // namespace sysvipc
