// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_id_table_race: lookups by key, by id and by walk, concurrent with threads that
 * remove and recreate the objects that are found, on two CPUs.
 *
 * Churners run a fixed number of rounds; getters continue until the churners have ended.
 */
#include "namespace_fixture.hpp"
#include "random.hpp"
#include "threads.hpp"

#include <os/task.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct RaceTest : TableFixture {
    explicit RaceTest(kapi_kunit* test) noexcept : TableFixture(test)
    {
        if (is_ready())
            ns().open();
    }
    static constexpr i32 kKeys = 8;
    static constexpr i32 kIndexes = kStandardIds.cyclic_index_end(kKeys);
    const u32 rounds = affordable(20'000);

    static Key draw_key(Random& random) noexcept
    {
        return Key { static_cast<i32>(random.below(kKeys)) + 1 };
    }

    /* Makes a key that is free, removes one that is taken. */
    void churn(u64 seed) noexcept
    {
        Random random { seed };
        for (u32 round = 0; round < rounds; ++round) {
            const Key key = draw_key(random);
            if (Result<IpcId> added = add(key); added.ok()) {
                made.add_one();
                note(added.take());
            } else if (added.error() == Errno::EEXIST) {
                remove_and_check(key);
            } else {
                refused.add_one();
            }
            CurrentTask::give_way();
        }
    }
    /* The last two ids of each index: the older one is dead. */
    void note(IpcId id) noexcept
    {
        if (kStandardIds.index_of(id) >= kIndexes) {
            mistaken.add_one();
            return;
        }
        older[kStandardIds.index_of(id)].store_relaxed(
            newer[kStandardIds.index_of(id)].load_relaxed());
        newer[kStandardIds.index_of(id)].store_relaxed(id.value());
    }
    void remove_and_check(Key key) noexcept
    {
        const IpcId id = found_by_key(key);
        const Result<Ref<TestObject>> gone = withdraw(id);
        if (!gone.ok())
            return; /* the other churner was faster */
        removed.add_one();
        if (found_by_key(key) == id || is_found(id))
            found_after_removal.add_one();
    }

    /* One look at an object found under RCU. */
    void look(TestObject& object) noexcept
    {
        found.add_one();
        const Key key = object.key();
        const IpcId id = object.id();
        if (!object.is_alive())
            dead.add_one();
        auto state = object.lock();
        ++state->changes;
        if (object.key() != key || object.id() != id)
            changed.add_one();
        if (object.is_removed())
            return;
        /* Its lock keeps it in the table: its id and its key must find it. */
        if (table().find<TestObject>(id) != &object)
            not_found_by_id.add_one();
        if (table().find<TestObject>(key) != &object)
            not_found_by_key.add_one();
    }
    void get_by_key(Key key) noexcept
    {
        const RcuGuard guard;
        if (TestObject* object = table().find<TestObject>(key)) {
            if (object->key() != key)
                mistaken.add_one();
            look(*object);
        }
    }
    void get_by_id(IpcId id) noexcept
    {
        const RcuGuard guard;
        if (TestObject* object = table().find<TestObject>(id)) {
            if (object->id() != id)
                mistaken.add_one();
            look(*object);
        }
    }
    void walk() noexcept
    {
        const RcuGuard guard;
        i32 index = 0;
        while (TestObject* object = table().find_from<TestObject>(index)) {
            if (kStandardIds.index_of(object->id()) != index++)
                mistaken.add_one();
            look(*object);
        }
    }
    /* An object that is not found by its id is not found by its key either. */
    void see_go(Key key) noexcept
    {
        constexpr u32 kTurns = 1'000;
        const RcuGuard guard;
        TestObject* object = table().find<TestObject>(key);
        if (!object)
            return;
        const IpcId id = object->id();
        if (spin_until([&] { return table().find<TestObject>(id) != object; }, kTurns)
            && table().find<TestObject>(key) == object)
            found_after_removal.add_one();
    }
    Result<Ref<TestObject>> hold(Key key) noexcept
    {
        const RcuGuard guard;
        TestObject* object = table().find<TestObject>(key);
        if (!object)
            return Errno::EINVAL;
        return Ref<TestObject>::try_get(*object);
    }
    void keep_for_a_while(Key key) noexcept
    {
        Result<Ref<TestObject>> held = hold(key);
        if (!held.ok())
            return;
        CurrentTask::give_way();
        const Ref<TestObject> object = held.take();
        if (object->key() != key)
            mistaken.add_one();
        if (!object->is_alive())
            dead.add_one();
    }

    void get(u64 seed) noexcept
    {
        Random random { seed };
        while (!is_over.load_relaxed()) {
            get_by_key(draw_key(random));
            const u32 index = random.below(kIndexes);
            get_by_id(IpcId { newer[index].load_relaxed() });
            get_by_id(IpcId { older[index].load_relaxed() });
            keep_for_a_while(draw_key(random));
            if (random.one_in(16)) {
                walk();
                see_go(draw_key(random));
            }
            CurrentTask::give_way();
        }
    }

    Tally made;
    Tally removed;
    Tally found;
    /* Counts of violations. */
    Tally refused;
    Tally dead;
    Tally changed;
    Tally mistaken;
    Tally found_after_removal;
    Tally not_found_by_id;
    Tally not_found_by_key;
    Atomic<i32> newer[kIndexes] {};
    Atomic<i32> older[kIndexes] {};
    Atomic<bool> is_over { false };
};

} // namespace

TEST_CASE(RaceTest, a_lookup_never_returns_another_object)
{
    {
        Thread first_getter { 0, [this] { get(11); } };
        Thread second_getter { 1, [this] { get(12); } };
        {
            Thread first_churner { 0, [this] { churn(13); } };
            Thread second_churner { 1, [this] { churn(14); } };
            EXPECT(first_getter.is_started() && second_getter.is_started());
            EXPECT(first_churner.is_started() && second_churner.is_started());
        }
        /* However little the getters have run so far, now there is something to find. */
        if (add(Key { 1 }).ok())
            made.add_one();
        EXPECT(wait_until([this] { return found.count() > 0; }));
        is_over.store_relaxed(true);
    }
    EXPECT_EQ(refused.count(), 0);
    EXPECT_EQ(dead.count(), 0);
    EXPECT_EQ(changed.count(), 0);
    EXPECT_EQ(mistaken.count(), 0);
    EXPECT_EQ(found_after_removal.count(), 0);
    EXPECT_EQ(not_found_by_id.count(), 0);
    EXPECT_EQ(not_found_by_key.count(), 0);
    EXPECT(removed.count() > 0);
    EXPECT_EQ(table().usage().in_use, static_cast<i64>(made.count() - removed.count()));
}

TEST_CASE(RaceTest, one_of_two_creators_of_one_key_succeeds)
{
    const i32 raced = static_cast<i32>(affordable(2'000));
    Tally won;
    Tally lost;
    const auto contend = [&] {
        for (i32 key = 1; key <= raced; ++key) {
            const Result<IpcId> added = add(Key { key });
            if (added.ok())
                won.add_one();
            else if (added.error() == Errno::EEXIST)
                lost.add_one();
        }
    };
    {
        Thread first { 0, contend };
        Thread second { 1, contend };
        EXPECT(first.is_started() && second.is_started());
    }
    EXPECT_EQ(won.count(), raced);
    EXPECT_EQ(lost.count(), raced);
    EXPECT_EQ(table().usage().in_use, raced);
    u32 missing = 0;
    for (i32 key = 1; key <= raced; ++key)
        missing += found_by_key(Key { key }).is_negative();
    EXPECT_EQ(missing, 0);
}

TEST_CASE(RaceTest, one_of_two_removers_of_one_object_succeeds)
{
    const i32 raced = static_cast<i32>(affordable(2'000));
    for (i32 i = 0; i < raced; ++i)
        EXPECT_VALUE(add(Key { i + 1 }), i);
    Tally succeeded;
    const auto contend = [&] {
        for (i32 i = 0; i < raced; ++i) {
            if (remove(IpcId { i }))
                succeeded.add_one();
        }
    };
    {
        Thread first { 0, contend };
        Thread second { 1, contend };
        EXPECT(first.is_started() && second.is_started());
    }
    EXPECT_EQ(succeeded.count(), raced);
    EXPECT_EQ(table().usage().in_use, 0);
}

} // namespace sysvipc
