// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_rcu_memory: after its last reference a counted object lives until RCU readers that
 * may use it have ended, and is then destroyed once.
 */
#include "random.hpp"
#include "tally.hpp"
#include "test.hpp"
#include "threads.hpp"

#include <mem/rcu_counted.hpp>
#include <os/task.hpp>
#include <sync/rcu.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

class Specimen : public RcuCounted {
public:
    explicit Specimen(Census& census) noexcept : counted_(census) { }
    ~Specimen() { mark_.store_relaxed(0); }
    [[nodiscard]] bool is_alive() const noexcept { return mark_.load_relaxed() == kAlive; }

private:
    static constexpr u64 kAlive = 0x5bec'13e4'5bec'13e4;
    Counted counted_;
    Atomic<u64> mark_ { kAlive };
};

struct RcuMemoryTest : Fixture {
    using Fixture::Fixture;
    ~RcuMemoryTest()
    {
        wait_for_rcu_memory();
        EXPECT_EQ(census.born.count(), census.dead.count());
    }

    [[nodiscard]] Result<Ref<Specimen>> create(usize extra = 0) noexcept
    {
        return Ref<Specimen>::create(extra, census);
    }
    /* Its memory may be freed unless RCU protects it. */
    static Specimen& drop(Ref<Specimen> last) noexcept { return *last; }

    Census census;
};

} // namespace

TEST_CASE(RcuMemoryTest, an_object_lives_until_readers_that_may_see_it_are_done)
{
    Ref<Specimen> only = REQUIRE(create());
    {
        const RcuGuard guard;
        const Specimen& seen = drop(move(only));
        for (u32 i = 0; i < 1000; ++i)
            EXPECT(seen.is_alive());
        EXPECT_EQ(census.dead.count(), 0);
    }
    wait_for_rcu_memory();
    EXPECT_EQ(census.dead.count(), 1);
}

TEST_CASE(RcuMemoryTest, no_reference_can_be_taken_after_the_last_is_dropped)
{
    Ref<Specimen> only = REQUIRE(create());
    const RcuGuard guard;
    Specimen& seen = drop(move(only));
    EXPECT_ERR(Ref<Specimen>::try_get(seen), Errno::EINVAL);
    EXPECT_ERR(Ref<Specimen>::try_get(seen), Errno::EINVAL);
}

TEST_CASE(RcuMemoryTest, every_reference_keeps_the_object)
{
    Ref<Specimen> first = REQUIRE(create());
    {
        const Ref<Specimen> second = REQUIRE(Ref<Specimen>::try_get(*first));
        const Ref<Specimen> third = REQUIRE(Ref<Specimen>::try_get(*second));
        EXPECT_EQ(third.operator->(), first.operator->());
        drop(move(first));
        wait_for_rcu_memory();
        EXPECT_EQ(census.dead.count(), 0);
        EXPECT(third->is_alive());
    }
    wait_for_rcu_memory();
    EXPECT_EQ(census.dead.count(), 1);
}

TEST_CASE(RcuMemoryTest, a_reference_given_away_is_dropped_by_its_adopter)
{
    Specimen* owned = nullptr;
    {
        Ref<Specimen> only = REQUIRE(create());
        owned = &only.give_away();
    }
    wait_for_rcu_memory();
    EXPECT_EQ(census.dead.count(), 0);
    drop(Ref<Specimen>::adopt(*owned));
    wait_for_rcu_memory();
    EXPECT_EQ(census.dead.count(), 1);
}

TEST_CASE(RcuMemoryTest, objects_of_every_size_and_kind_of_memory_are_destroyed_once)
{
    /* From kmalloc, in whole pages, and above the limit of kmalloc. */
    constexpr usize kMiB = 1024 * 1024;
    u32 in_vmalloc = 0;
    u64 made = 0;
    for (const usize extra :
         { usize { 0 }, usize { 100 }, usize { 5000 }, usize { 70'000 }, 8 * kMiB, 16 * kMiB }) {
        for (u32 i = 0; i < 4; ++i, ++made) {
            const Ref<Specimen> object = REQUIRE(create(extra));
            EXPECT(object->is_alive());
            in_vmalloc += host_kunit_is_vmalloc(object.operator->());
        }
        wait_for_rcu_memory();
        EXPECT_EQ(census.dead.count(), made);
    }
    EXPECT(in_vmalloc >= 8);
}

TEST_CASE(RcuMemoryTest, many_objects_dropped_at_once_are_all_destroyed)
{
    const u32 objects = affordable(20'000);
    for (u32 i = 0; i < objects; ++i)
        const Ref<Specimen> object = REQUIRE(create(i % 512));
    wait_for_rcu_memory();
    EXPECT_EQ(census.dead.count(), objects);
}

namespace {

struct RcuRaceTest : RcuMemoryTest {
    using RcuMemoryTest::RcuMemoryTest;
    const u32 rounds = affordable(10'000);

    [[nodiscard]] Result<Ref<Specimen>> hold() noexcept
    {
        const RcuGuard guard;
        Specimen* specimen = shown.load_acquire();
        if (!specimen)
            return Errno::EINVAL;
        if (!specimen->is_alive())
            wrong.add_one();
        return Ref<Specimen>::try_get(*specimen);
    }
    void take_and_drop() noexcept
    {
        while (!is_over.load_relaxed()) {
            Result<Ref<Specimen>> held = hold();
            CurrentTask::give_way();
            if (!held.ok())
                continue;
            taken.add_one();
            if (!held.take()->is_alive())
                wrong.add_one();
        }
    }

    Atomic<Specimen*> shown { nullptr };
    Atomic<bool> is_over { false };
    Tally taken;
    Tally wrong;
};

} // namespace

TEST_CASE(RcuRaceTest, try_get_during_the_last_drop_gets_a_living_object_or_none)
{
    bool has_memory = true;
    bool taken_in_time = true;
    {
        Thread first { 0, [this] { take_and_drop(); } };
        Thread second { 1, [this] { take_and_drop(); } };
        EXPECT(first.is_started() && second.is_started());
        for (u32 round = 0; taken_in_time && round < rounds; ++round) {
            Result<Ref<Specimen>> created = create();
            has_memory = created.ok();
            if (!has_memory)
                break;
            const Ref<Specimen> object = created.take();
            const u64 before = taken.count();
            shown.store_release(object.operator->());
            /* Repeated until it happens: on one core the taker may not run in between. */
            if (round % 128 == 0)
                taken_in_time &= wait_until([&] { return taken.count() > before; });
            else
                CurrentTask::give_way();
            shown.store_release(nullptr);
        }
        is_over.store_relaxed(true);
    }
    EXPECT(has_memory);
    EXPECT_EQ(wrong.count(), 0);
    EXPECT(taken_in_time);
}

} // namespace sysvipc
