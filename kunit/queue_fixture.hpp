// SPDX-License-Identifier: GPL-2.0
/* QueueFixture: the state of one message queue, used only by this thread and so without a lock. */
#pragma once

#include "store_inspector.hpp"
#include "test.hpp"

#include <msg/msg_queue.hpp>

namespace sysvipc {

class QueueFixture : public Fixture {
public:
    explicit QueueFixture(kapi_kunit* test) noexcept : Fixture(test)
    {
        is_ready_ = usage.messages.start().ok() && usage.bytes.start().ok();
    }
    ~QueueFixture()
    {
        while (!queue.store.drain_one().is_empty()) { }
        usage.bytes.stop();
        usage.messages.stop();
    }
    [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }

protected:
    static constexpr i32 kLimit = 100;

    using Answer = Receiver::Answer;

    /* The selector that msgrcv() derives from its arguments. */
    static MessageSelector ask(i64 type, bool except = false) noexcept
    {
        return MessageSelector::from_request(type, except, false);
    }
    void send(i64 type, usize size) noexcept
    {
        WakeList wakes;
        Box<Message> message = REQUIRE(StoreInspector::make(type, size));
        queue.accept(move(message), usage, wakes);
    }
    /* The size of the message that is taken; -1: there is none. */
    [[nodiscard]] i64 receive(const MessageSelector& selector) noexcept
    {
        WakeList wakes;
        Message* found = queue.select(selector);
        if (!found)
            return -1;
        const Box<Message> taken = queue.take(*found, usage, wakes);
        return static_cast<i64>(taken->size());
    }
    void expect_contents(u64 messages, u64 bytes) noexcept
    {
        EXPECT_EQ(queue.messages, messages);
        EXPECT_EQ(queue.bytes, bytes);
        EXPECT_EQ(usage.messages.sum(), messages);
        EXPECT_EQ(usage.bytes.sum(), bytes);
        EXPECT(StoreInspector::is_sound(queue.store));
    }

    MessageUsage usage;
    KernelPerm perm { 0, {} };
    MsgQueueState queue { kLimit, perm };

private:
    bool is_ready_;
};

} // namespace sysvipc
