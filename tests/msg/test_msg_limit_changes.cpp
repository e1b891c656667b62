// SPDX-License-Identifier: GPL-2.0
/* Sending after a change of msgmax or msgmnb. */
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <climits>

namespace {

TEST(a_lower_msgmax_is_obeyed_at_once)
{
    const Queue queue;
    const LimitOverride smaller { "msgmax", 10 };
    EXPECT_OK(queue.send(1, pattern(10)));
    EXPECT_ERR(queue.send(1, pattern(11)), EINVAL);
}

TEST(a_higher_msgmax_allows_messages_of_many_segments)
{
    const LimitOverride bigger_message { "msgmax", 70000 };
    const LimitOverride bigger_queue { "msgmnb", 70000 };
    const Queue queue;
    const auto text = pattern(70000);
    EXPECT_OK(queue.send(1, text));
    EXPECT(queue.receive(0, IPC_NOWAIT, text.size()).is(1, text));
}

TEST(a_changed_msgmnb_counts_for_new_queues_only)
{
    const Queue old_queue;
    const auto old_qbytes = old_queue.stat().qbytes;
    const LimitOverride changed { "msgmnb", 1234 };
    EXPECT_EQ(old_queue.stat().qbytes, old_qbytes);
    EXPECT_EQ(Queue {}.stat().qbytes, 1234u);
}

// More than the machine of the tests has: the type is checked first.
TEST(a_refused_type_costs_no_memory_for_a_long_text)
{
    constexpr std::size_t kSize = 0x7ffffff0;
    const LimitOverride long_texts { "msgmax", INT_MAX };
    const Queue queue;
    struct {
        long type;
        char text[64] = "some text";
    } message {};
    for (const long refused : { 0l, -1l }) {
        message.type = refused;
        EXPECT_ERR(sysv::msgsnd(queue.id(), &message, kSize, IPC_NOWAIT), EINVAL);
    }
    EXPECT_ERR(sysv::msgsnd(queue.id(), kNull, kSize, IPC_NOWAIT), EFAULT);
}

} // namespace
