// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_sync: data that a lock guards changes only under it; a lockless copy is never torn; locks are taken
 * in the order of their classes.
 */
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <os/task.hpp>
#include <sync/guarded.hpp>
#include <sync/mutex.hpp>
#include <sync/sequence.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct CounterLock {
    static constexpr const char* kName = "sysvipc.kunit.counter";
    static constinit inline kapi_lock_key key {};
};
struct WideSeq {
    static constexpr const char* kName = "sysvipc.kunit.wide";
    static constinit inline kapi_lock_key key {};
};

struct SyncTest : Fixture {
    using Fixture::Fixture;

    /* Wide enough that no machine copies it in one instruction; whole when its words agree. */
    struct Wide {
        u64 words[8];

        static Wide of(u64 number) noexcept
        {
            Wide wide;
            for (u64 i = 0; i < 8; ++i)
                wide.words[i] = number * (i + 1);
            return wide;
        }
        [[nodiscard]] bool is_whole() const noexcept
        {
            for (u64 i = 0; i < 8; ++i) {
                if (words[i] != words[0] * (i + 1))
                    return false;
            }
            return true;
        }
    };
    using Counter = Guarded<u64, CounterLock>;

    Counter counter { 0u };
    Sequence<Counter, WideSeq> changes { counter };
    Wide wide { Wide::of(1) };

    [[nodiscard]] Wide copied() const noexcept
    {
        return changes.read([this] { return wide; });
    }
    void change(Counter::Locked& proof, const Wide& value) noexcept
    {
        const auto writing = changes.write(proof);
        wide = value;
    }
};

template <class Class>
struct LockOf {
    using Type = Guarded<u8, Class>;
};
template <>
struct LockOf<CreationLock> {
    using Type = Mutex<CreationLock>;
};

/* Returns how often one of @Inner was taken under one of @Outer: where that may be, once. */
template <class Outer, class Inner>
[[nodiscard]] u32 nest() noexcept
{
    if constexpr (Outer::kOrder >= Inner::kOrder) {
        return 0;
    } else {
        typename LockOf<Outer>::Type outer;
        const auto held = outer.lock();
        typename LockOf<Inner>::Type inner;
        const auto nested = inner.lock();
        return inner.is_locked();
    }
}

/* The counter of @Class is written in the view of a lock of @Outer.  The mutex has none. */
template <class Outer, class Class>
[[nodiscard]] u32 write_in() noexcept
{
    if constexpr (Outer::kOrder >= Class::kOrder || std::is_same_v<Outer, CreationLock>) {
        return 0;
    } else {
        typename LockOf<Outer>::Type outer;
        Sequence<typename LockOf<Outer>::Type, Class> sequence { outer };
        auto held = outer.lock();
        const auto writing = sequence.write(held);
        return outer.is_locked();
    }
}

template <class Outer, class... Classes>
[[nodiscard]] u32 nest_all_in(LockClasses<Classes...>) noexcept
{
    const auto nest_one = []<class Inner>(Inner*) {
        if constexpr (std::is_same_v<Inner, PermissionSeq>)
            return write_in<Outer, Inner>();
        else
            return nest<Outer, Inner>();
    };
    return (nest_one(static_cast<Classes*>(nullptr)) + ...);
}

template <class... Classes>
[[nodiscard]] u32 nest_all(LockClasses<Classes...> classes) noexcept
{
    return (nest_all_in<Classes>(classes) + ...);
}

template <class... Classes>
[[nodiscard]] constexpr bool are_in_order(LockClasses<Classes...>) noexcept
{
    int last = 0;
    return (((Classes::kOrder >= exchange(last, Classes::kOrder))) && ...);
}
static_assert(are_in_order(AllLockClasses {}));

} // namespace

TEST_CASE(SyncTest, no_change_under_a_lock_is_lost)
{
    /*
     * Nearly all the time is spent between reading and writing, so that without a lock changes are
     * lost as soon as the two run at the same time, however rarely that happens on a busy host.
     */
    const u64 rounds = affordable(5'000);
    constexpr u32 kWindow = 200;
    Guarded<Atomic<u64>, CounterLock> total;
    Tally arrived;
    const auto count = [&] {
        arrived.add_one();
        (void)wait_until([&] { return arrived.count() == 2; });
        for (u64 i = 0; i < rounds; ++i) {
            auto value = total.lock();
            const u64 before = value->load_relaxed();
            for (u32 look = 0; look < kWindow; ++look)
                (void)value->load_relaxed();
            value->store_relaxed(before + 1);
        }
    };
    {
        Thread first { 0, count };
        Thread second { 1, count };
        EXPECT(first.is_started() && second.is_started());
    }
    EXPECT_EQ(total.unreachable().load_relaxed(), 2 * rounds);
}

TEST_CASE(SyncTest, a_view_locks_for_exactly_as_long_as_it_lives)
{
    Atomic<bool> is_held { false };
    Atomic<bool> is_asking { false };
    Atomic<bool> has_got_in { false };
    Tally intrusions;
    {
        Thread asker { 1, [&] {
                          while (!is_held.load_acquire())
                              CurrentTask::sleep_ms(1);
                          is_asking.store_release(true);
                          const auto view = counter.lock();
                          has_got_in.store_release(true);
                      } };
        Thread holder { 0, [&] {
                           /* Both may have to share one CPU: look for the other only so long. */
                           constexpr u32 kPatience = 10'000'000;
                           const auto view = counter.lock();
                           is_held.store_release(true);
                           for (u32 i = 0; i < kPatience && !is_asking.load_acquire(); ++i) { }
                           for (u32 i = 0; i < kPatience / 10; ++i) {
                               if (has_got_in.load_acquire())
                                   intrusions.add_one();
                           }
                       } };
        EXPECT(asker.is_started() && holder.is_started());
    }
    EXPECT(has_got_in.load_acquire());
    EXPECT_EQ(intrusions.count(), 0);
}

TEST_CASE(SyncTest, a_lockless_copy_has_the_last_written_value)
{
    EXPECT_EQ(copied().words[7], 8);
    auto held = counter.lock();
    change(held, Wide::of(5));
    EXPECT_EQ(wide.words[7], 40);
    EXPECT_EQ(copied().words[7], 40);
}

TEST_CASE(SyncTest, a_reader_beside_a_writer_never_sees_a_torn_value)
{
    const u64 writes = affordable(50'000);
    Tally torn;
    Tally backwards;
    Tally reads;
    Atomic<bool> is_over { false };
    const auto read = [&] {
        u64 last = 0;
        while (!is_over.load_relaxed()) {
            const Wide copy = copied();
            reads.add_one();
            if (!copy.is_whole())
                torn.add_one();
            if (copy.words[0] < last)
                backwards.add_one();
            last = copy.words[0];
            if (reads.count() % 64 == 0)
                CurrentTask::give_way();
        }
    };
    {
        Thread reader { 0, read };
        Thread other_reader { 1, read };
        EXPECT(reader.is_started() && other_reader.is_started());
        EXPECT(wait_until([&] { return reads.count() > 0; }));
        {
            Thread writer { 1, [&] {
                               for (u64 number = 2; number <= writes; ++number) {
                                   {
                                       auto held = counter.lock();
                                       change(held, Wide::of(number));
                                   }
                                   if (number % 64 == 0)
                                       CurrentTask::give_way();
                               }
                           } };
            EXPECT(writer.is_started());
        }
        is_over.store_relaxed(true);
    }
    EXPECT_EQ(torn.count(), 0);
    EXPECT_EQ(backwards.count(), 0);
    EXPECT_EQ(copied().words[0], writes);
}

/*
 * With lockdep, this makes the order known: from now on any code of this module that takes two locks in another order is
 * reported, also where nothing has ever taken them in this one.
 */
TEST_CASE(SyncTest, locks_of_any_two_classes_nest_in_the_order_of_their_numbers)
{
    /* 8 with the mutex outside, less the counter; 3 x 5, 4, 2 x 2 and 1 with the others. */
    EXPECT_EQ(nest_all(AllLockClasses {}), 7 + 15 + 4 + 4 + 1);
}

} // namespace sysvipc
