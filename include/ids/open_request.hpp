// SPDX-License-Identifier: GPL-2.0
/*
 * The common part of msgget, semget and shmget: open the object with a key, or create one.
 *
 * Facility contains the differences between the kinds:
 *     using Object;                                        an IpcObject
 *     Result<Ref<Object>> create(const OpenRequest&)       complete but for its id; sleeps
 *     Result<void> check_existing(const Object&) const     the call's requirements on an existing object
 *     i32 limit() const                                    most objects in the table
 *     void note_full() const                               called when the limit is reached
 *     u64 created_size() const                             size reported in the ipc_created event
 *     void retire(Object&) const                           retires an unpublished object; sleeps
 */
#pragma once

#include <ids/id_table.hpp>
#include <os/trace.hpp>
#include <rules/abi.hpp>
#include <sync/rcu.hpp>

namespace sysvipc {

struct OpenRequest {
    Key key;
    u32 flags;

    [[nodiscard]] bool wants_creation() const noexcept { return (flags & abi::IPC_CREAT) != 0; }
    [[nodiscard]] bool wants_new() const noexcept
    {
        return wants_creation() && (flags & abi::IPC_EXCL) != 0;
    }
    /* True if @opened shows that no object has the key, and the call wants to create one. */
    [[nodiscard]] bool is_to_create_after(const Result<IpcId>& opened) const noexcept
    {
        return !opened.ok() && opened.error() == Errno::ENOENT && wants_creation();
    }
    [[nodiscard]] Mode mode() const noexcept { return Mode::from_flags(flags); }
};

/*
 * Locks: none.  Errors, in this order: ENOENT, EEXIST, those of check_existing(), EACCES, a
 * security module's.
 */
template <class Facility>
[[nodiscard, gnu::always_inline]] inline Result<IpcId> open_existing(const IdTable& table,
                                                                     OpenRequest request,
                                                                     UserNamespace owner,
                                                                     Facility facility) noexcept
{
    const RcuGuard guard;
    auto* object = table.find<typename Facility::Object>(request.key);
    if (!object) {
        if (!request.wants_creation() && Trace::ipc_not_found()) [[unlikely]]
            Trace::ipc_not_found(static_cast<int>(Facility::Object::kKind), request.key);
        return Errno::ENOENT;
    }
    if (request.wants_new())
        return Errno::EEXIST;
    TRY(facility.check_existing(*object));
    /* The mode in the flags is also the permission that the caller needs. */
    TRY(object->check_access(request.flags, owner));
    TRY(object->check_open(request.flags));
    return object->id();
}

template <class Facility>
COLD [[gnu::noinline]] void trace_created(const OpenRequest& request, const Facility& facility,
                                          IpcId id) noexcept
{
    Trace::ipc_created(static_cast<int>(Facility::Object::kKind), id, request.key,
                       request.mode().bits(), facility.created_size());
}

/* Errors: those of create(), ENOSPC, in this order. */
template <class Facility>
[[nodiscard, gnu::noinline]] Result<IpcId> create_object(IdTable& table, OpenRequest request,
                                                         Facility facility) noexcept
{
    auto created = TRY(facility.create(request));
    Result<IpcId> published = table.publish(created, facility.limit());
    if (!published.ok()) {
        if (published.error() == Errno::ENOSPC)
            facility.note_full();
        facility.retire(*created);
        return published;
    }
    if (Trace::ipc_created()) [[unlikely]]
        trace_created(request, facility, published.take());
    return published;
}

/*
 * For a key that no object had: the loser of a race must find the winner's object, not fail because the
 * winner has reached a limit.
 * Locks: the creation mutex, the table's.  Errors: as open_object().
 */
template <class Facility>
[[nodiscard, gnu::noinline]] Result<IpcId> create_with_key(IdTable& table, OpenRequest request,
                                                           UserNamespace owner,
                                                           Facility facility) noexcept
{
    const auto creation = table.creation().lock();
    Result<IpcId> opened = open_existing(table, request, owner, facility);
    if (!request.is_to_create_after(opened))
        return opened;
    return create_object(table, request, facility);
}

/*
 * Opening is fast: the arguments are few words, passed by value, and the code that creates is out of line.
 * Context: process, sleeps.
 * Locks: none to open; to create, the table's, and before it, with a key, the creation mutex.
 * Errors: as open_existing(); instead of ENOENT, if it creates, as create_object().
 */
template <class Facility>
[[nodiscard, gnu::always_inline]] inline Result<IpcId> open_object(IdTable& table,
                                                                   OpenRequest request,
                                                                   UserNamespace owner,
                                                                   Facility facility) noexcept
{
    if (request.key == kPrivateKey)
        return create_object(table, request, facility);
    Result<IpcId> opened = open_existing(table, request, owner, facility);
    if (request.is_to_create_after(opened)) [[unlikely]]
        return create_with_key(table, request, owner, facility);
    return opened;
}

} // namespace sysvipc
