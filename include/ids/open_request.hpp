// SPDX-License-Identifier: GPL-2.0
/*
 * The common part of msgget, semget and shmget: open the object that has a key, or make one.
 *
 * Facility says what is particular to a kind:
 *     using Object;                                        an IpcObject
 *     Result<Ref<Object>> create(const OpenRequest&)       complete but for its id; sleeps
 *     Result<void> check_existing(const Object&) const     what the call asks of an existing one
 *     i32 limit() const                                    most objects in the table
 *     void retire(Object&) const                           no table has it, or ever had it; sleeps
 */
#pragma once

#include <ids/id_table.hpp>
#include <rules/abi.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

struct OpenRequest {
    Key key;
    u32 flags;

    [[nodiscard]] bool wants_creation() const noexcept { return (flags & abi::kIpcCreate) != 0; }
    [[nodiscard]] bool is_exclusive() const noexcept
    {
        return wants_creation() && (flags & abi::kIpcExclusive) != 0;
    }
    [[nodiscard]] Mode mode() const noexcept { return Mode::from_flags(flags); }
    /* The permission an existing object must grant: the nine mode bits of the flags. */
    [[nodiscard]] u32 access() const noexcept { return flags & Mode::kAll; }
};

/*
 * Context: process, sleeps.  Locks: none to open; the table's to create.
 * Errors, in this order: for an existing key EEXIST, what check_existing() has, EACCES; ENOENT;
 *     what create() has; ENOSPC.
 */
template <class Facility>
[[nodiscard]] Result<IpcId> open_object(IdTable& table, const OpenRequest& request,
                                        UserNamespace owner, Facility facility) noexcept
{
    using Object = typename Facility::Object;
    for (;;) {
        if (request.key != kPrivateKey) {
            const RcuGuard guard;
            if (const Object* object = table.find<Object>(request.key)) {
                if (request.is_exclusive())
                    return Errno::Exists;
                TRY(facility.check_existing(*object));
                TRY(object->ownership().check_access(request.access(), owner));
                return object->id();
            }
            if (!request.wants_creation())
                return Errno::NoEntry;
        }
        Ref<Object> created = TRY(facility.create(request));
        Result<IpcId> published = table.publish(created, facility.limit());
        if (published.ok())
            return published;
        facility.retire(*created);
        if (published.error() != Errno::Exists)
            return published;
        /* Somebody made the key meanwhile: open theirs. */
    }
}

} // namespace sysvipc
