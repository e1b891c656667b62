// SPDX-License-Identifier: GPL-2.0
/*
 * Message: one message in kernel memory, with its place in a MessageStore.
 *
 * The text begins right behind the type, as in user memory, so that both move in one copy; what
 * is longer than the default msgmax continues in a chain of blocks.  All of it comes from slab caches of the
 * module's own, charged to the sender's memory cgroup: general kmalloc caches shared with messages
 * are a well-known way to place bytes beside other kernel objects.
 *
 * Context: making, loading, storing: process, sleeps.  Destroying: any; gives way on long chains
 *     only where Destroying::MaySleep says so.
 */
#pragma once

#include <base/list.hpp>
#include <base/result.hpp>
#include <mem/box.hpp>
#include <mem/max_tree.hpp>
#include <os/security.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

/* Errors: ENOMEM.  Sleeps.  Before the first message, and after the last one is gone. */
[[nodiscard]] Result<void> start_message_memory() noexcept;
void stop_message_memory() noexcept;

class Message : public ListNode<Message>, public MaxTreeNode {
public:
    /*
     * Reads struct msgbuf at @from: a type, which is an i64, or i32 in a 32-bit program, then @size
     * bytes.
     * Errors, in the order of msgop(2): EFAULT for the type, EINVAL for a type below 1, ENOMEM,
     *     EFAULT for the text, what label() has; ENOSYS as all reading of user memory.
     */
    template <class Type>
    [[nodiscard]] static Result<Box<Message>> load(UserAddress from, usize size) noexcept;
    /* Room for @capacity bytes of another message's text.  Errors: ENOMEM. */
    [[nodiscard]] static Result<Box<Message>> create_blank(usize capacity) noexcept;
    static void destroy(Message* message) noexcept;
    /* Lets security modules know of it.  Errors: ENOMEM, a module's.  Sleeps. */
    [[nodiscard]] Result<void> label() noexcept { return known_.label(); }
    /* What they see of it. */
    [[nodiscard]] KernelMessage& known() noexcept { return known_; }

    /*
     * Writes the type, as for load(), and the first @size bytes of the text, at most size().
     * Errors: EFAULT; ENOSYS as all writing of user memory.
     */
    template <class Type>
    [[nodiscard]] Result<void> store(UserAddress to, usize size) const noexcept;
    /* Takes over type and text.  Precondition: room for them.  Does not sleep. */
    void copy_from(const Message& other) noexcept;

    [[nodiscard]] i64 type() const noexcept { return type_; }
    [[nodiscard]] usize size() const noexcept { return known_.size(); }

private:
    friend class MessageStore;
    friend class MessageLayout;
    friend class StoreInspector; /* kunit/ */
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;

    /* A piece of text that did not fit the first allocation. */
    struct Block;

    Message(usize size, u32 cache) noexcept : known_(size), cache_(cache) { }
    [[nodiscard]] static Result<Box<Message>> allocate(usize size) noexcept;
    [[nodiscard]] Result<void> add_blocks(usize size) noexcept;
    [[nodiscard]] Block* blocks() const noexcept { return static_cast<Block*>(known_.rest()); }
    template <class Piece>
    Result<void> for_each_block(usize size, Piece&& piece) const noexcept;

    [[nodiscard]] u8* text() noexcept { return reinterpret_cast<u8*>(this + 1); }
    [[nodiscard]] const u8* text() const noexcept { return reinterpret_cast<const u8*>(this + 1); }

    /*
     * For MessageStore: the chain of equal types, oldest first; the last is known to the first, and
     * nullptr to those that never were first.
     */
    Message* next_of_type_ { nullptr };
    Message* last_of_type_ { nullptr };

    KernelMessage known_; /* also the blocks, as what is left of the text */
    u32 cache_;
    bool is_announced_ { false }; /* security modules are to be told of its end */
    i64 type_ { 0 }; /* in known_ too, once it is read */
    /* The text follows. */
};

} // namespace sysvipc
