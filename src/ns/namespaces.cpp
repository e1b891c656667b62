// SPDX-License-Identifier: GPL-2.0
/* Finding, making and ending namespaces (contracts: include/ns/namespaces.hpp). */
#include <ns/namespaces.hpp>

#include <base/assert.hpp>
#include <mem/heap.hpp>
#include <mem/rcu_counted.hpp>
#include <os/deferred_work.hpp>
#include <os/kernel.hpp>
#include <sync/guarded.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

constinit IpcNamespace* Namespaces::initial_ = nullptr;

namespace {

void bury(kapi_work*) noexcept;

/* All but the initial one. */
struct Registry : Pinned {
    explicit Registry(void (*emptier)(IpcNamespace&)) noexcept : empty(emptier) { }
    static void destroy(Registry* registry) noexcept { heap_destroy(registry); }

    void (*const empty)(IpcNamespace&);
    AddressMap by_handle;
    struct Ending : Pinned {
        List<IpcNamespace> list;
    };
    Guarded<Ending, NamespacesLock> ending;
    DeferredWork burial { bury };
};

constinit Registry* registry = nullptr;
constinit Atomic<bool> are_open { false };

IpcNamespace* find_other(IpcNsHandle handle) noexcept
{
    const RcuGuard guard;
    return static_cast<IpcNamespace*>(registry->by_handle.find(handle.identity()));
}

/* The kernel's is about to be freed; another may get its address. */
void note_ending(kapi_ipc_ns* ended) noexcept
{
    IpcNamespace* ns = find_other(IpcNsHandle { ended });
    if (!ns)
        return;
    static_cast<void>(invariant(registry->by_handle.remove(*ns)));
    {
        auto ending = registry->ending.lock();
        ending->list.push_back(*ns);
    }
    registry->burial.schedule();
}

/*
 * All that have ended so far at once, for waiting takes long.  Who may still look at one does so under
 * RCU; its objects are charged to it until their memory is given back.
 */
void bury(kapi_work*) noexcept
{
    List<IpcNamespace> buried;
    {
        auto ending = registry->ending.lock();
        buried.take_all_before(ending->list);
    }
    for (IpcNamespace* ns = buried.first(); ns; ns = buried.next(*ns))
        registry->empty(*ns);
    wait_for_rcu_readers();
    wait_for_rcu_memory();
    while (IpcNamespace* ns = buried.pop_front())
        IpcNamespace::destroy(ns);
}

Result<void> watch() noexcept
{
    Result<void> watching = start_ipc_ns_watch(note_ending);
    LogLine line;
    if (!watching.ok())
        log_error(line.string("cannot see IPC namespaces end"));
    else if (!IpcNsHandle::are_many())
        log_info(line.string("this kernel has one IPC namespace for all"));
    return watching;
}

} // namespace

Result<void> Namespaces::start(void (*empty)(IpcNamespace&)) noexcept
{
    Box<Registry> created = TRY(heap_create<Registry>(empty));
    TRY(created->by_handle.start());
    Result<Box<IpcNamespace>> initial = IpcNamespace::create(IpcNsHandle::initial());
    registry = created.release();
    Result<void> watching = initial.ok() ? watch() : initial.error();
    if (!watching.ok()) {
        registry->by_handle.stop([](kapi_addressed*) {});
        Registry::destroy(exchange(registry, nullptr));
        return watching;
    }
    set_initial(initial.take().release());
    return {};
}

void Namespaces::open() noexcept
{
    initial_->open();
    are_open.store_release(true);
}

void Namespaces::stop() noexcept
{
    stop_ipc_ns_watch();
    registry->burial.wait();
    wait_for_rcu_memory(); /* objects that were never published are still charged to them */
    registry->by_handle.stop([](kapi_addressed* addressed) {
        IpcNamespace::destroy(static_cast<IpcNamespace*>(addressed));
    });
    IpcNamespace::destroy(exchange(initial_, nullptr));
    Registry::destroy(exchange(registry, nullptr));
}

IpcNamespace* Namespaces::find(IpcNsHandle handle) noexcept
{
    if (!are_open.load_acquire())
        return nullptr;
    return handle.identity() == initial_->handle().identity() ? initial_ : find_other(handle);
}

/*
 * The kernel's stays while the current task is in it, and ours with it.  Of several tasks that make one
 * at the same time the first one wins.
 */
Result<IpcNamespace*> Namespaces::find_or_create(IpcNsHandle handle) noexcept
{
    if (!are_open.load_acquire()) [[unlikely]]
        return Errno::NotImplemented;
    if (IpcNamespace* found = find_other(handle)) [[likely]]
        return found;
    Box<IpcNamespace> created = TRY(IpcNamespace::create(handle));
    created->open();
    Result<void> inserted = registry->by_handle.insert(*created);
    if (inserted.ok())
        return created.release(); /* now the registry's */
    if (IpcNamespace* found = find_other(handle))
        return found;
    return Errno::NoMemory;
}

} // namespace sysvipc
