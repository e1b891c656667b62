// SPDX-License-Identifier: GPL-2.0
/*
 * Contents of parameters/in_use and parameters/intercepted (contracts: include/entry/usage.hpp,
 * host/module.h).
 *
 * The files exist before the data that they describe, and until unloading has finished.  They are empty
 * while the data does not exist; readers run under RCU.
 */
#include <entry/usage.hpp>

#include <base/atomic.hpp>
#include <base/text_page.hpp>
#include <entry/interceptions.hpp>
#include <host/module.h>
#include <ns/namespaces.hpp>
#include <os/module.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

constinit Atomic<bool> is_readable { false };

/* A page, and the number of tables with objects, each of which holds a reference to the module. */
struct UsePage {
    TextPage& text;
    int tables { 0 };
};

void describe_namespace(IpcNamespace& ns, void* context) noexcept
{
    constexpr usize kWidth = 10;

    UsePage& page = *static_cast<UsePage*>(context);
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
        page.text.add(line.character('\n'));
}

void describe_use(TextPage& text) noexcept
{
    UsePage page { text };
    Line<80> header;
    text.add(header.string("    ipc_ns    queues      sets  segments\n"));
    Namespaces::visit(describe_namespace, &page);
    const int others = ModulePin::count() - page.tables;
    Line<80> rest;
    text.add(rest.string("mappings, open files, calls: ")
                 .signed_decimal(others > 0 ? others : 0, 0)
                 .character('\n'));
}

} // namespace

Result<void> start_usage() noexcept
{
    is_readable.store_release(true);
    return {};
}

void stop_usage() noexcept
{
    is_readable.store_release(false);
}

} // namespace sysvipc

namespace {

/* Calls @write(page) between start_usage() and stop_usage(). */
template <class Write>
kapi_size describe(char* text, kapi_size size, const Write& write) noexcept
{
    using namespace sysvipc;
    const RcuGuard guard;
    TextPage page { text, size };
    if (is_readable.load_acquire())
        write(page);
    return page.used();
}

} // namespace

kapi_size sysvipc_describe_use(char* text, kapi_size size) noexcept
{
    return describe(text, size, sysvipc::describe_use);
}

kapi_size sysvipc_describe_interceptions(char* text, kapi_size size) noexcept
{
    return describe(text, size,
                    [](sysvipc::TextPage& page) { sysvipc::describe_interceptions(page); });
}
