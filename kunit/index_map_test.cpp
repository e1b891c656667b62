// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_index_map: a map returns the indexes that the kernel's idr would, whatever it keeps
 * of those that have been removed.
 */
#include "random.hpp"
#include "test.hpp"

#include <mem/index_map.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* More than one node of the idr beside the low indexes. */
constexpr i32 kMost = 150;

/* Indexes in use, in the order of idr_alloc_cyclic(): the next free one after the last, wrapping. */
class NaiveIndexes {
public:
    /* Both: -ENOSPC: none is free. */
    [[nodiscard]] i64 allocate(i32 end) noexcept
    {
        i32 index = first_free(next_, end);
        if (index == end)
            index = first_free(0, end);
        if (index == end)
            return to_syscall(Errno::ENOSPC);
        next_ = index + 1;
        is_used_[index] = true;
        return index;
    }
    [[nodiscard]] i64 allocate_from(i32 first, i32 end) noexcept
    {
        const i32 index = first_free(first, end);
        if (index == end)
            return to_syscall(Errno::ENOSPC);
        is_used_[index] = true;
        return index;
    }
    [[nodiscard]] bool is_used(i32 index) const noexcept { return is_used_[index]; }
    void remove(i32 index) noexcept { is_used_[index] = false; }

private:
    [[nodiscard]] i32 first_free(i32 index, i32 end) const noexcept
    {
        while (index < end && is_used_[index])
            ++index;
        return min(index, end);
    }

    bool is_used_[kMost] {};
    i32 next_ { 0 };
};

struct IndexMapTest : Fixture {
    using Fixture::Fixture;

    /* As calls of the map: the answers of the model. */
    [[nodiscard]] i64 allocate(i32 end) noexcept { return publish(map.allocate(end)); }
    [[nodiscard]] i64 allocate_from(i32 first, i32 end) noexcept
    {
        return publish(map.allocate_from(first, end));
    }
    [[nodiscard]] bool is_found(i32 index) noexcept
    {
        const RcuGuard guard;
        i32 place = index;
        const bool is_next = map.find_from(place) && place == index;
        const bool is_there = map.find(index) != nullptr;
        EXPECT_EQ(is_next, is_there);
        return is_there;
    }

    IndexMap map;

private:
    [[nodiscard]] i64 publish(Result<i32> result) noexcept
    {
        if (!result.ok())
            return to_syscall(result.error());
        const i32 index = result.take();
        map.publish(index, this);
        return index;
    }
};

} // namespace

TEST_CASE(IndexMapTest, indexes_agree_with_a_naive_model_over_random_additions_and_removals)
{
    NaiveIndexes model;
    Random random { 9 };
    for (u32 round = affordable(20'000); round > 0; --round) {
        const i32 some = static_cast<i32>(random.below(kMost));
        if (random.one_in(2)) {
            /* Often one that was used lately, rarely as many as there are. */
            const i32 end = random.one_in(4) ? kMost : some + 1;
            const i64 index = model.allocate(end);
            EXPECT_EQ(allocate(end), index);
            if (index >= 0 && random.one_in(2)) {
                map.remove(static_cast<i32>(index));
                model.remove(static_cast<i32>(index));
            }
        } else if (random.one_in(6)) {
            const i64 index = model.allocate_from(some, kMost);
            EXPECT_EQ(allocate_from(some, kMost), index);
        } else if (model.is_used(some)) {
            map.remove(some);
            model.remove(some);
        }
        EXPECT_EQ(is_found(some), model.is_used(some));
    }
}

/* Low, and in the idr, which has a spare then. */
TEST_CASE(IndexMapTest, the_index_removed_last_is_free_when_no_other_is)
{
    i32 index = 0;
    for (const i32 end : { 3, 70 }) {
        for (; index < end; ++index)
            EXPECT_EQ(allocate(end), index);
        map.remove(end - 1);
        EXPECT(!is_found(end - 1));
        EXPECT_EQ(allocate(end), end - 1);
        EXPECT_EQ(allocate(end), to_syscall(Errno::ENOSPC));
    }
}

TEST_CASE(IndexMapTest, the_index_removed_last_can_be_asked_for)
{
    for (i32 index = 0; index < 70; ++index)
        EXPECT_EQ(allocate(70), index);
    map.remove(69);
    EXPECT_EQ(allocate_from(69, 70), 69);
    EXPECT(is_found(69));
}

TEST_CASE(IndexMapTest, a_full_map_returns_to_the_index_that_is_free)
{
    for (i32 index = 0; index < 70; ++index)
        EXPECT_EQ(allocate(70), index);
    for (const i32 freed : { 69, 0, 63, 64 }) {
        map.remove(freed);
        EXPECT_EQ(allocate(70), freed);
        EXPECT(is_found(freed));
    }
}

} // namespace sysvipc
