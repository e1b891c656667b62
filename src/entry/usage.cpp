// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps the module in use (contracts: include/entry/usage.hpp).
 *
 * The file exists before the namespaces and until unloading has finished: it is read under RCU, and empty
 * before and after.
 */
#include <entry/usage.hpp>

#include <base/atomic.hpp>
#include <base/line.hpp>
#include <host/module.h>
#include <ns/namespaces.hpp>
#include <os/module.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constinit Atomic<bool> is_told { false };

/* Whole lines only: what does not fit is left out. */
class Page : Pinned {
public:
    Page(char* text, usize size) noexcept : text_(text), size_(size) { }

    template <usize N>
    void add(const Line<N>& line) noexcept
    {
        if (line.size() > size_ - used_)
            return;
        __builtin_memcpy(text_ + used_, line.text(), line.size());
        used_ += line.size();
    }
    [[nodiscard]] usize used() const noexcept { return used_; }

    /* Of the references on the module those which tables with objects have: one each. */
    int tables { 0 };

private:
    char* const text_;
    const usize size_;
    usize used_ { 0 };
};

void tell_namespace(IpcNamespace& ns, void* context) noexcept
{
    constexpr usize kWidth = 10;

    Page& page = *static_cast<Page*>(context);
    Line<80> line;
    line.decimal(ns.number(), kWidth);
    bool is_empty = true;
    constexpr Kind kColumns[kKinds] { Kind::Messages, Kind::Semaphores, Kind::SharedMemory };
    for (const Kind kind : kColumns) {
        const i32 objects = ns.table(kind).usage().in_use;
        line.signed_decimal(objects, kWidth);
        if (objects == 0)
            continue;
        is_empty = false;
        ++page.tables;
    }
    if (!is_empty)
        page.add(line.character('\n'));
}

void tell(Page& page) noexcept
{
    Line<80> header;
    page.add(header.string("    ipc_ns    queues      sets  segments\n"));
    Namespaces::visit(tell_namespace, &page);
    const int others = ModulePin::count() - page.tables;
    Line<80> rest;
    page.add(rest.string("mappings, open files, calls: ")
                 .signed_decimal(others > 0 ? others : 0, 0)
                 .character('\n'));
}

} // namespace

Result<void> start_usage() noexcept
{
    is_told.store_release(true);
    return {};
}

void stop_usage() noexcept
{
    is_told.store_release(false);
    wait_for_rcu_readers();
}

} // namespace sysvipc

kapi_size sysvipc_describe_use(char* text, kapi_size size) noexcept
{
    using namespace sysvipc;
    const RcuGuard guard;
    Page page { text, size };
    if (is_told.load_acquire())
        tell(page);
    return page.used();
}
