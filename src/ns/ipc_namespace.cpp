// SPDX-License-Identifier: GPL-2.0
/* Creating and destroying a namespace (contracts: include/ns/ipc_namespace.hpp). */
#include <ns/ipc_namespace.hpp>

#include <mem/heap.hpp>
#include <base/poison.hpp>

namespace sysvipc {

Result<Box<IpcNamespace>> IpcNamespace::create(IpcNsHandle handle) noexcept
{
    Box<IpcNamespace> ns = TRY(heap_create<IpcNamespace>(handle));
    TRY(ns->start());
    return ns;
}

Result<void> IpcNamespace::start() noexcept
{
    TRY(message_usage_.messages.start());
    TRY(message_usage_.bytes.start());
    for (; tables_started_ < kKinds; ++tables_started_)
        TRY(tables_[tables_started_].start());
    return {};
}

void IpcNamespace::destroy(IpcNamespace* ns) noexcept
{
    while (ns->tables_started_ > 0)
        ns->tables_[--ns->tables_started_].stop();
    ns->message_usage_.bytes.stop();
    ns->message_usage_.messages.stop();
    heap_destroy(ns);
}

void IpcNamespace::open() noexcept
{
    for (IdTable& table : tables_)
        table.open();
}

} // namespace sysvipc
