// SPDX-License-Identifier: GPL-2.0
/* Finding, creating and ending namespaces (contracts: include/ns/namespaces.hpp). */
#include <ns/namespaces.hpp>

#include <base/assert.hpp>
#include <mem/heap.hpp>
#include <mem/lasting.hpp>
#include <mem/rcu_counted.hpp>
#include <os/clock.hpp>
#include <os/deferred_work.hpp>
#include <os/log.hpp>
#include <os/task.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

constinit IpcNamespace* Namespaces::initial_ = nullptr;
constinit Atomic<u8> Namespaces::phase_ { kUndecided };
constinit Atomic<i64> Namespaces::late_at_ { 0 }; /* no call waits yet */

namespace {

void bury(kapi_work*) noexcept;

/* All but the initial namespace. */
struct Registry : Pinned {
    explicit Registry(void (*emptier)(IpcNamespace&)) noexcept : empty(emptier) { }
    static void destroy(Registry* registry) noexcept { heap_destroy(registry); }

    void (*const empty)(IpcNamespace&);
    AddressMap by_identity;
    /* The namespace that ended last; it links to the one before. */
    Atomic<IpcNamespace*> ended { nullptr };
    DeferredWork burial { bury };
};

/* The KUnit module starts no registry: keeps the compiler from treating this as always nullptr. */
[[gnu::used]] constinit Lasting<Registry> registry;

/* Call under RCU. */
IpcNamespace* find_at(const void* identity) noexcept
{
    return static_cast<IpcNamespace*>(registry->by_identity.find(identity));
}

/* Precondition: the kernel's namespace exists.  Ignores the entry of an earlier one at its address. */
IpcNamespace* find_other(IpcNsHandle handle) noexcept
{
    const RcuGuard guard;
    IpcNamespace* ns = find_at(handle.identity());
    return ns && ns->is_of(handle) ? ns : nullptr;
}

/* Call under RCU when the kernel's has ended: of several callers, one schedules the burial. */
void end(IpcNamespace& ended) noexcept
{
    if (!registry->by_identity.remove(ended))
        return;
    IpcNamespace* ns = &ended;
    ns->end();
    IpcNamespace* before = registry->ended.load_relaxed();
    do
        ns->ended_before = before;
    while (!registry->ended.compare_exchange(before, ns));
    registry->burial.schedule();
}

/* For an end that was missed while kprobes were switched off (os/armed.hpp). */
void end_former(IpcNsHandle handle) noexcept
{
    const RcuGuard guard;
    IpcNamespace* ns = find_at(handle.identity());
    if (ns && !ns->is_of(handle))
        end(*ns);
}

/*
 * Buries all ended namespaces together, as waiting takes long.  A task may still use one under RCU;
 * objects are charged to it until their memory is freed.
 */
void bury(kapi_work*) noexcept
{
    IpcNamespace* buried = registry->ended.exchange(nullptr);
    for (IpcNamespace* ns = buried; ns; ns = ns->ended_before)
        registry->empty(*ns);
    wait_for_rcu_readers();
    wait_for_rcu_memory();
    while (buried) {
        IpcNamespace* ns = exchange(buried, buried->ended_before);
        IpcNamespace::destroy(ns);
    }
}

} // namespace

Result<void> Namespaces::start(void (*empty)(IpcNamespace&)) noexcept
{
    Box<Registry> created = TRY(heap_create<Registry>(empty));
    Box<IpcNamespace> initial = TRY(IpcNamespace::create(IpcNsHandle::initial()));
    TRY(created->by_identity.start());
    registry.keep(move(created));
    set_initial(&initial.give_away());
    return {};
}

void Namespaces::stop() noexcept
{
    registry->by_identity.stop([](kapi_addressed* addressed) {
        IpcNamespace::destroy(static_cast<IpcNamespace*>(addressed));
    });
    IpcNamespace::destroy(exchange(initial_, nullptr));
    registry.end();
}

/* Also ends the entry of an earlier namespace at this address whose end was missed. */
void Namespaces::note_ending(const void* identity) noexcept
{
    const RcuGuard guard;
    if (IpcNamespace* ns = find_at(identity))
        end(*ns);
}

void Namespaces::wait_for_ends() noexcept
{
    IpcNsHandle::unmark_all();
    registry->burial.wait();
}

bool Namespaces::decide(u8 phase) noexcept
{
    u8 undecided = kUndecided;
    return phase_.compare_exchange(undecided, phase);
}

Result<void> Namespaces::commit() noexcept
{
    if (!decide(kCertain))
        return Errno::EBUSY;
    return {};
}

void Namespaces::give_up() noexcept
{
    static_cast<void>(decide(kGivenUp));
}

/* Loading takes tenths of a second, most of it a grace period of tasks-RCU. */
bool Namespaces::is_late() noexcept
{
    constexpr i64 kPatienceSeconds = 5;

    i64 late_at = 0;
    if (late_at_.compare_exchange(late_at, Deadline::after(kPatienceSeconds, 0).nanoseconds()))
        return false;
    return Deadline::after(0, 0).nanoseconds() >= late_at;
}

bool Namespaces::is_given_up_as_late() noexcept
{
    if (is_late() && decide(kGivenUp))
        log_error("loading timed out while System V IPC calls waited for it");
    return phase_.load_acquire() == kGivenUp;
}

void Namespaces::open() noexcept
{
    initial_->open();
    phase_.store_release(kServing);
}

Result<void> Namespaces::wait_until_serving() noexcept
{
    constexpr u32 kPollMs = 10;

    while (!is_serving()) {
        if (is_given_up_as_late())
            return Errno::ENOSYS;
        if (CurrentTask::has_signal())
            return Errno::ERESTARTNOINTR;
        CurrentTask::sleep_interruptible_ms(kPollMs);
    }
    return {};
}

IpcNamespace* Namespaces::find(IpcNsHandle handle) noexcept
{
    if (!is_serving())
        return nullptr;
    return handle.identity() == initial_->handle().identity() ? initial_ : find_other(handle);
}

void Namespaces::visit(void (*each)(IpcNamespace&, void* context) noexcept, void* context) noexcept
{
    struct Visit {
        void (*each)(IpcNamespace&, void* context) noexcept;
        void* context;
    } visit { each, context };
    each(*initial_, context);
    registry->by_identity.visit(
        [](kapi_addressed* addressed, void* visiting) noexcept {
            const Visit& visited = *static_cast<const Visit*>(visiting);
            visited.each(*static_cast<IpcNamespace*>(addressed), visited.context);
        },
        &visit);
}

/*
 * The kernel's namespace, and so ours, exists while the current task is in it.  If several tasks create
 * one concurrently, the first wins.
 */
Result<IpcNamespace*> Namespaces::find_or_create(IpcNsHandle handle) noexcept
{
    if (!is_serving()) [[unlikely]]
        return Errno::ENOSYS;
    if (IpcNamespace* found = find_other(handle)) [[likely]]
        return found;
    end_former(handle);
    Box<IpcNamespace> created = TRY(IpcNamespace::create(handle));
    created->open();
    Result<void> inserted = registry->by_identity.insert(*created);
    if (inserted.ok())
        return &created.give_away(); /* now the registry's */
    if (IpcNamespace* found = find_other(handle))
        return found;
    return Errno::ENOMEM;
}

} // namespace sysvipc
