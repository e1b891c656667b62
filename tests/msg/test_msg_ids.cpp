// SPDX-License-Identifier: GPL-2.0
/*
 * Queue ids: how they are allocated, that they are not reused soon, and their limit.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <algorithm>
#include <climits>
#include <optional>
#include <set>

namespace {

// Every call that takes an id, as far as it can be made without changing anything.
void expect_every_call_fails(int id, int error)
{
    sysv::QueueStat stat {};
    EXPECT_ERR(send(id, 1, "text"), error);
    EXPECT_ERR(receive(id).outcome, error);
    EXPECT_ERR(sysv::msgctl(id, IPC_STAT, &stat), error);
    EXPECT_ERR(sysv::msgctl(id, IPC_SET, &stat), error);
    EXPECT_ERR(sysv::msgctl(id, IPC_RMID, nullptr), error);
}

// An index is 15 bits wide unless the kernel was booted with ipcmni_extend.
void require_ordinary_ids()
{
    const auto command_line = read_file("/proc/cmdline");
    if (command_line && command_line->find("ipcmni_extend") != std::string::npos)
        harness::skip("booted with ipcmni_extend: ids are composed otherwise");
}

// Creates queues up to a limit, which it stores.
class FullTable {
public:
    FullTable()
    {
        if (read_number("/proc/sys/kernel/msgmni"))
            limit_.emplace("msgmni", static_cast<long>(read_queue_rows().size()) + 5);
        for (;;) {
            const Outcome made = sysv::msgget(IPC_PRIVATE, 0600);
            if (made.failed_with(ENOSPC))
                break;
            queues_.push_back(Queue::adopt(static_cast<int>(REQUIRE_OK(made))));
        }
    }
    std::vector<Queue>& queues() { return queues_; }

private:
    std::optional<LimitOverride> limit_;
    std::vector<Queue> queues_;
};

TEST(ids_are_never_negative)
{
    for (int i = 0; i < 500; ++i)
        EXPECT(Queue {}.id() >= 0);
}

TEST(ids_of_living_queues_differ)
{
    std::vector<Queue> queues(200);
    std::set<int> ids;
    for (const auto& queue : queues)
        ids.insert(queue.id());
    EXPECT_EQ(ids.size(), queues.size());
}

TEST(ids_of_removed_queues_do_not_return_soon)
{
    std::set<int> ids;
    for (int i = 0; i < 2000; ++i)
        EXPECT(ids.insert(Queue {}.id()).second);
}

TEST(indices_are_allocated_cyclically_and_the_sequence_counts_the_cycles)
{
    require_ordinary_ids();
    if (read_queue_rows().size() > 20)
        harness::skip("too many queues exist for the smallest cycle of indices");

    std::set<int> used;
    for (const auto& row : read_queue_rows())
        used.insert(sysv::index_of(row.id));
    int last = Queue {}.id();
    for (int i = 0; i < 3 * sysv::kSmallestCycle; ++i) {
        int index = sysv::index_of(last);
        int sequence = sysv::sequence_of(last);
        do {
            if (++index >= sysv::kSmallestCycle) {
                index = 0;
                ++sequence;
            }
        } while (used.contains(index));
        last = Queue {}.id();
        REQUIRE_EQ(sysv::index_of(last), index);
        REQUIRE_EQ(sysv::sequence_of(last), sequence);
    }
}

TEST(an_index_in_use_is_skipped_by_the_round_robin)
{
    require_ordinary_ids();
    const Queue kept;
    for (int i = 0; i < 3 * sysv::kSmallestCycle; ++i)
        EXPECT(sysv::index_of(Queue {}.id()) != sysv::index_of(kept.id()));
}

TEST(the_cycle_of_indices_grows_with_the_number_of_queues)
{
    require_ordinary_ids();
    if (!read_queue_rows().empty())
        harness::skip("other queues exist");
    const std::vector<Queue> queues(200);
    std::set<int> indices;
    for (int i = 0; i < 600; ++i)
        indices.insert(sysv::index_of(Queue {}.id()));
    // 200 in use: indices 0 to 299 go round, and 100 of them are free.
    EXPECT_EQ(indices.size(), 100u);
    EXPECT_EQ(*indices.rbegin(), 299);
}

TEST(sequence_in_ipc_stat_is_the_one_in_the_id)
{
    require_ordinary_ids();
    for (int i = 0; i < 100; ++i) {
        const Queue queue;
        EXPECT_EQ(queue.stat().perm.seq, sysv::sequence_of(queue.id()));
    }
}

TEST(a_removed_id_is_einval_in_every_call)
{
    Queue queue;
    const int id = queue.id();
    REQUIRE_OK(queue.remove());
    expect_every_call_fails(id, EINVAL);
}

TEST(a_removed_id_stays_einval_when_its_index_is_used_again)
{
    require_ordinary_ids();
    if (read_queue_rows().size() > 20)
        harness::skip("too many queues exist for the smallest cycle of indices");
    Queue queue;
    const int id = queue.id();
    REQUIRE_OK(queue.remove());
    for (int i = 0; i <= 2 * sysv::kSmallestCycle; ++i) {
        const Queue other;
        if (sysv::index_of(other.id()) != sysv::index_of(id))
            continue;
        expect_every_call_fails(id, EINVAL);
        EXPECT_OK(other.send(1, "alive"));
        return;
    }
    EXPECT(!"the index came back");
}

TEST(the_right_index_with_a_wrong_sequence_is_einval)
{
    require_ordinary_ids();
    const Queue queue;
    expect_every_call_fails(queue.id() ^ (1 << sysv::kIndexBits), EINVAL);
    EXPECT_EQ(queue.stat().qnum, 0u);
}

TEST(an_index_never_used_is_einval)
{
    expect_every_call_fails(32767, EINVAL);
    expect_every_call_fails(INT_MAX, EINVAL);
}

TEST(negative_ids_are_einval_in_every_call)
{
    expect_every_call_fails(-1, EINVAL);
    expect_every_call_fails(INT_MIN, EINVAL);
}

// One test for all that is true at the limit: where the limit cannot be lowered, reaching it takes
// tens of thousands of queues.
TEST(at_the_limit_nothing_is_created_and_everything_else_works)
{
    const key_t key = unused_key();
    const key_t free_key = unused_key();
    const Queue queue { 0600, key };
    FullTable table;

    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
    EXPECT_ERR(sysv::msgget(free_key, IPC_CREAT | 0600), ENOSPC);
    EXPECT_ERR(sysv::msgget(free_key, IPC_CREAT | IPC_EXCL | 0600), ENOSPC);
    EXPECT_ERR(play(kAlice, [] { return sysv::msgget(IPC_PRIVATE, 0600); }), ENOSPC);

    EXPECT_ERR(sysv::msgget(free_key, 0600), ENOENT);
    EXPECT_EQ(sysv::msgget(key, IPC_CREAT | 0600), Outcome::raw(queue.id()));
    EXPECT_ERR(sysv::msgget(key, IPC_CREAT | IPC_EXCL), EEXIST);
    EXPECT_OK(queue.send(1, "text"));

    REQUIRE_OK(table.queues().back().remove());
    const Queue replacement { 0600, free_key };
    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
}

TEST(a_limit_of_zero_allows_no_new_queue)
{
    const LimitOverride none { "msgmni", 0 };
    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
    EXPECT_ERR(sysv::msgget(unused_key(), 0600), ENOENT);
}

TEST(a_limit_below_the_number_of_queues_leaves_them_usable)
{
    const Queue queue;
    const Queue other;
    const LimitOverride lower { "msgmni", 1 };
    EXPECT_OK(queue.send(1, "text"));
    EXPECT(other.receive().outcome.failed_with(ENOMSG));
    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
}

TEST(the_table_holds_msgmni_queues)
{
    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
    const std::size_t others = read_queue_rows().size();
    std::vector<Queue> queues;
    Outcome made = Outcome::raw(0);
    while ((made = sysv::msgget(IPC_PRIVATE, 0600)).ok())
        queues.push_back(Queue::adopt(static_cast<int>(made.value())));
    EXPECT_ERR(made, ENOSPC);
    EXPECT_EQ(queues.size() + others, info.msgmni);
    EXPECT_EQ(read_queue_rows().size(), info.msgmni);
}

TEST(a_thousand_keys_each_find_their_own_queue)
{
    constexpr int kCount = 1000;
    std::vector<Queue> queues;
    std::vector<key_t> keys;
    for (int i = 0; i < kCount; ++i) {
        keys.push_back(static_cast<key_t>(0x40000000u + static_cast<unsigned>(i) * 2654435761u));
        queues.emplace_back(0600, keys.back());
    }
    for (int i = 0; i < kCount; i += 2)
        REQUIRE_OK(queues[static_cast<std::size_t>(i)].remove());
    for (std::size_t i = 0; i < kCount; ++i) {
        if (i % 2 == 0)
            EXPECT_ERR(sysv::msgget(keys[i], 0), ENOENT);
        else
            EXPECT_EQ(sysv::msgget(keys[i], 0), Outcome::raw(queues[i].id()));
    }
}

} // namespace
