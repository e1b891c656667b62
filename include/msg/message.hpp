// SPDX-License-Identifier: GPL-2.0
/*
 * Message: one message in kernel memory, with its links in a MessageStore.
 *
 * It starts with the fields of the kernel's struct msg_msg, which security modules read; one word
 * and the text follow.  Text beyond one piece of kPiece bytes (at most a page) continues in a chain
 * of blocks.  All memory comes from the module's own slab caches, charged to the sender's memory
 * cgroup: sharing general kmalloc caches with messages is a well-known way to place attacker-controlled
 * bytes beside other kernel objects.  tests/msg/test_msg_memory.cpp compares the sizes with Linux's.
 *
 * Context: create, load, store: process, sleeps.  Destroy: any.
 */
#pragma once

#include <base/list.hpp>
#include <base/result.hpp>
#include <mem/box.hpp>
#include <os/security.hpp>
#include <user/user_memory.hpp>

namespace sysvipc {

/* Call start before the first message, stop after the last one is freed.  Errors: ENOMEM.  Sleep. */
[[nodiscard]] Result<void> start_message_memory() noexcept;
void stop_message_memory() noexcept;

class Message : public ListNode<Message> {
public:
    /*
     * Reads struct msgbuf at @from: a type (@Type: i64; i32 in a 32-bit program), then @size bytes.
     * Errors, in the order of msgop(2): EFAULT for the type, EINVAL for a type below 1, ENOMEM,
     * EFAULT for the text, those of label(); ENOSYS as for any read of user memory.
     */
    template <class Type>
    [[nodiscard]] static Result<Box<Message>> load(UserAddress from, usize size) noexcept;
    /* A message of @size bytes for copy_from() to fill in.  Errors: ENOMEM. */
    [[nodiscard]] static Result<Box<Message>> create_blank(usize size) noexcept;
    static void destroy(Message* message) noexcept;
    /* Security modules label the message.  Errors: ENOMEM, a module's.  Sleeps. */
    [[nodiscard]] Result<void> label() noexcept { return known_.label(); }
    /* The part that security modules see. */
    [[nodiscard]] KernelMessage& known() noexcept { return known_; }

    /*
     * Writes the type, as for load(), and the first @size bytes of the text, at most size().
     * Errors: EFAULT; ENOSYS as for any write of user memory.
     */
    template <class Type>
    [[nodiscard]] Result<void> store(UserAddress to, usize size) const noexcept;
    /*
     * Copies type and text; size() does not change, and may be larger.  Precondition: the text fits.
     * Does not sleep.
     */
    void copy_from(const Message& other) noexcept;

    [[nodiscard]] i64 type() const noexcept { return known_.type(); }
    [[nodiscard]] usize size() const noexcept { return known_.size(); }

private:
    friend class MessageIndex;
    friend class MessageLayout;
    friend class StoreInspector; /* kunit/ */
    template <class T, class... Args>
    friend T* construct_at(void* memory, Args&&... args) noexcept;

    /* The largest allocation. */
    static constexpr usize kPiece = 4096;
    static_assert(kPiece <= KAPI_PAGE_SIZE);

    /* A piece of text after the first allocation. */
    struct Block;

    explicit Message(usize size) noexcept : known_(size) { }
    [[nodiscard]] static Result<Box<Message>> allocate(usize size) noexcept;
    [[nodiscard]] Result<void> add_blocks() noexcept;
    /* load() of a text that needs blocks. */
    template <class Type>
    [[nodiscard]] static Result<Box<Message>> load_with_blocks(UserAddress from,
                                                               usize size) noexcept;
    [[nodiscard]] inline bool has_blocks() const noexcept;
    [[nodiscard]] inline Block*& first_block() noexcept;
    [[nodiscard]] inline const Block* first_block() const noexcept;
    template <class Piece>
    [[nodiscard]] static Result<void> for_each_block(auto* block, usize size,
                                                     Piece&& piece) noexcept;

    [[nodiscard]] u8* text() noexcept { return reinterpret_cast<u8*>(this + 1); }
    [[nodiscard]] const u8* text() const noexcept { return reinterpret_cast<const u8*>(this + 1); }

    KernelMessage known_; /* its type is 0 until user memory has been copied in */
    /*
     * A link for MessageIndex; the other is in known_.  Before the message is indexed, this holds the
     * type: one copy from user memory reads type and text, which follows.
     */
    void* after_ { nullptr };
};

} // namespace sysvipc
