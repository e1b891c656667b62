// SPDX-License-Identifier: GPL-2.0
/*
 * MsgQueue: one message queue with its messages and waiters.
 *
 * Locks:   sysvipc.msg.queue covers MsgQueueState.  Messages are freed and tasks woken after unlocking:
 *     callers declare WakeList and Boxes before the view.
 * Lifetime: retire() empties a withdrawn queue; waiters may hold a reference longer, but find it removed.
 */
#pragma once

#include <base/list.hpp>
#include <ids/compat_buffer.hpp>
#include <ids/ipc_object.hpp>
#include <mem/on_demand.hpp>
#include <msg/message_store.hpp>
#include <msg/receiver_line.hpp>
#include <ns/ipc_namespace.hpp>
#include <os/pid.hpp>
#include <os/security.hpp>
#include <os/trace.hpp>
#include <os/wait_totals.hpp>
#include <os/waiter.hpp>

namespace sysvipc {

/* A task that waits for room in a queue. */
class Sender : public Waiter, public ListNode<Sender> {
public:
    enum class Answer : u8 { TryAgain, Removed };

    Sender(i64 message_type, usize message_size) noexcept : type(message_type), size(message_size)
    {
    }

    const i64 type;
    const usize size;
    Answer answer { Answer::TryAgain };
};

struct MsgQueueState : Pinned {
    /* @perm: the part of the queue that security modules see. */
    MsgQueueState(i32 most_bytes, KernelPerm& perm) noexcept;

    [[nodiscard]] bool has_room(usize size) const noexcept
    {
        return message_fits(size, bytes, messages, byte_limit(), message_limit());
    }
    /* As on Linux, a negative qbytes (only a privileged IPC_SET sets one) converts to huge limits. */
    [[nodiscard]] u64 byte_limit() const noexcept { return static_cast<u64>(i64 { qbytes }); }
    [[nodiscard]] u32 message_limit() const noexcept { return static_cast<u32>(qbytes); }
    /* The message that @selector asks for, among those the caller may receive; nullptr: none. */
    [[nodiscard]] Message* select(const MessageSelector& selector) noexcept;
    /* Delivers a sent message to the first receiver that accepts and may receive it, or stores it. */
    void accept(Box<Message> message, MessageUsage& usage, WakeList& wakes) noexcept;
    /* Removes a message that select() found from the queue, for the caller. */
    [[nodiscard]] Box<Message> take(Message& message, MessageUsage& usage,
                                    WakeList& wakes) noexcept;
    /*
     * Wake, in this order: all receivers with @answer; senders whose message fits; all senders with
     * Removed.
     */
    void release_receivers(Receiver::Answer answer, WakeList& wakes) noexcept;
    void release_senders_with_room(WakeList& wakes) noexcept;
    void release_all_senders(WakeList& wakes) noexcept;

    i64 stime { 0 };
    i64 rtime { 0 };
    i64 ctime;
    u64 bytes { 0 };
    u32 messages { 0 };
    u32 most_messages { 0 }; /* highest number in the queue so far */
    u32 received { 0 }; /* messages received so far, modulo 2^32 */
    i32 qbytes;
    PidRef lspid;
    PidRef lrpid;
    MessageStore store;
    List<Sender> senders;
    ReceiverLine receivers;

private:
    [[nodiscard]] bool may_have(kapi_task* receiver, const MessageSelector& selector,
                                Message& message) noexcept;
    COLD [[gnu::noinline]] void trace_sent(const Message& message) const noexcept;
    COLD [[gnu::noinline]] void trace_received(const Message& message) const noexcept;
    [[nodiscard, gnu::noinline]] bool deliver(Box<Message>& message, WakeList& wakes) noexcept;

    KernelPerm& perm_;
};

struct QueueWaits {
    WaitTotals senders;
    WaitTotals receivers;
};

class MsgQueue : public GuardedObject<MsgQueueState, MsgQueueLock, QueueHooks> {
public:
    static constexpr Kind kKind = Kind::Messages;

    /* Its owner is the caller's user and group.  Errors: ENOMEM, a security module's.  Sleeps. */
    [[nodiscard]] static Result<Ref<MsgQueue>> create(Key key, Mode mode, i32 qbytes) noexcept;

    /*
     * nullptr: none (EINVAL).  Call under RCU.  The queue may be removed at any time: check under its
     * lock.
     */
    [[nodiscard]] static MsgQueue* find(IpcNamespace& ns, IpcId id) noexcept
    {
        return find_traced<MsgQueue>(ns, id);
    }

    /* Asks security modules about @message; call after check_access().  Errors: a module's. */
    [[nodiscard]] Result<void> check_send(Message& message, u32 flags) noexcept
    {
        return QueueHooks::may_send(perm(), message.known(), flags);
    }

    /* How long calls have waited here; nullptr: none has, or memory for the counters was short. */
    [[nodiscard]] QueueWaits* waits() const noexcept { return waits_.get(); }
    /* For counting a call that waits or is refused; allocates the counters.  nullptr: no memory. */
    [[nodiscard]] WaitTotals* sender_waits() noexcept;
    [[nodiscard]] WaitTotals* receiver_waits() noexcept;

    /* Unlinks it and wakes its waiters with EIDRM.  Returns the table's reference. */
    [[nodiscard]] Ref<MsgQueue> withdraw(IdTable& table, Locked& state, WakeList& wakes) noexcept;
    /* Frees its messages.  Precondition: withdrawn, and no lock held. */
    void retire(MessageUsage& usage) noexcept;

private:
    friend class Ref<MsgQueue>;
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;
    MsgQueue(Key key, const Ownership& ownership, i32 qbytes) noexcept
        : GuardedObject(WithPerm {}, key, ownership, qbytes)
    {
    }

    OnDemand<QueueWaits> waits_;
};

/* Precondition: no task is in @ns.  Sleeps. */
void remove_all_queues(IpcNamespace& ns) noexcept;

/* The system calls.  Context: process, sleeps.  Errors are listed at each definition. */
[[nodiscard]] Result<IpcId> msgget(IpcNamespace& ns, Key key, u32 flags) noexcept;
[[nodiscard]] Result<void> msgsnd(IpcNamespace& ns, IpcId id, UserAddress from, usize size,
                                  u32 flags) noexcept;
[[nodiscard]] Result<usize> msgrcv(IpcNamespace& ns, IpcId id, UserAddress to, usize size, i64 type,
                                   u32 flags) noexcept;
[[nodiscard]] Result<i32> msgctl(IpcNamespace& ns, IpcId id, i32 command,
                                 UserAddress buffer) noexcept;

/*
 * For 32-bit programs: messages with a 32-bit type, and the commands that have a structure
 * (compat::has_structure()).
 */
[[nodiscard]] Result<void> msgsnd_compat(IpcNamespace& ns, IpcId id, UserAddress from, usize size,
                                         u32 flags) noexcept;
[[nodiscard]] Result<usize> msgrcv_compat(IpcNamespace& ns, IpcId id, UserAddress to, usize size,
                                          i64 type, u32 flags) noexcept;
[[nodiscard]] Result<i32> msgctl(IpcNamespace& ns, IpcId id, abi::MsgCommand command,
                                 CompatBuffer buffer) noexcept;

} // namespace sysvipc
