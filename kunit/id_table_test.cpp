// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_id_table: a table allocates ids, finds the objects that have them, and retires
 * them.
 */
#include "namespace_fixture.hpp"
#include "random.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

constexpr IpcId kNothing {};

struct TableTest : TableFixture {
    explicit TableTest(kapi_kunit* test) noexcept : TableFixture(test)
    {
        if (is_ready())
            ns().open();
    }
};

} // namespace

TEST_CASE(TableFixture, nothing_can_be_published_before_a_table_is_open)
{
    EXPECT_ERR(add(kPrivateKey), Errno::ENOSYS);
    EXPECT_ERR(add(Key { 1 }), Errno::ENOSYS);
    ns().open();
    EXPECT(add(Key { 1 }).ok());
}

TEST_CASE(TableTest, the_first_id_is_0_and_the_next_have_the_following_indexes)
{
    for (i32 expected = 0; expected < 10; ++expected)
        EXPECT_VALUE(add(kPrivateKey), expected);
}

TEST_CASE(TableTest, a_published_object_is_found_by_id_by_index_and_by_key)
{
    const IpcId first = REQUIRE(add(Key { 7 }));
    const IpcId second = REQUIRE(add(Key { -7 }));
    EXPECT(is_found(first));
    EXPECT(is_found(second));
    {
        const RcuGuard guard;
        const TestObject* object = table().find<TestObject>(second);
        EXPECT(object && object->id() == second && object->key() == Key { -7 }
               && object->is_alive());
    }
    EXPECT_EQ(found_by_key(Key { 7 }), first);
    EXPECT_EQ(found_by_key(Key { -7 }), second);
    EXPECT_EQ(found_at(kStandardIds.index_of(first)), first);
    EXPECT_EQ(found_at(kStandardIds.index_of(second)), second);
    EXPECT_EQ(found_by_key(Key { 8 }), kNothing);
    EXPECT_EQ(found_at(kStandardIds.index_of(second) + 1), kNothing);
}

TEST_CASE(TableTest, private_objects_have_no_key_to_be_found_by_and_never_conflict)
{
    const IpcId first = REQUIRE(add(kPrivateKey));
    const IpcId second = REQUIRE(add(kPrivateKey));
    EXPECT(first != second);
    EXPECT_EQ(found_by_key(kPrivateKey), kNothing);
    EXPECT(is_found(first) && is_found(second));
}

TEST_CASE(TableTest, a_taken_key_is_eexist_and_changes_nothing)
{
    const IpcId first = REQUIRE(add(Key { 7 }));
    EXPECT_ERR(add(Key { 7 }), Errno::EEXIST);
    EXPECT_EQ(found_by_key(Key { 7 }), first);
    EXPECT_EQ(table().usage().in_use, 1);
    EXPECT_EQ(table().usage().highest, 0);
    wait_for_rcu_memory();
    EXPECT_EQ(census.living(), 1); /* the refused object was consumed */
    EXPECT(remove(first));
    EXPECT(add(Key { 7 }).ok());
}

TEST_CASE(TableTest, publishing_beyond_the_limit_is_enospc_until_an_object_is_removed)
{
    const IpcId first = REQUIRE(add(Key { 1 }, 2));
    EXPECT(add(Key { 2 }, 2).ok());
    EXPECT_ERR(add(Key { 3 }, 2), Errno::ENOSPC);
    EXPECT_ERR(add(Key { 1 }, 2), Errno::ENOSPC);
    EXPECT_ERR(add(kPrivateKey, 0), Errno::ENOSPC);
    EXPECT_ERR(add(kPrivateKey, -1), Errno::ENOSPC);
    EXPECT(remove(first));
    EXPECT(add(Key { 3 }, 2).ok());
}

TEST_CASE(TableTest, a_retired_id_stays_invalid_when_its_index_is_reused)
{
    /* With one object in use at most, indexes repeat in a cycle of 64. */
    constexpr i32 kCycle = kStandardIds.cyclic_index_end(0);
    IpcId retired[kCycle];
    for (i32 round = 0; round < 5; ++round) {
        for (i32 index = 0; index < kCycle; ++index) {
            const IpcId id = REQUIRE(add(Key { index + 1 }));
            EXPECT_EQ(id, kStandardIds.compose(index, round));
            EXPECT_EQ(found_at(index), id);
            if (round > 0)
                EXPECT(!is_found(retired[index]));
            EXPECT(remove(id));
            EXPECT(!is_found(id));
            EXPECT(!remove(id));
            EXPECT_EQ(found_by_key(Key { index + 1 }), kNothing);
            retired[index] = id;
        }
    }
}

TEST_CASE(TableTest, no_id_finds_an_object_of_another_sequence_number)
{
    const IpcId id = REQUIRE(add(kPrivateKey));
    EXPECT_EQ(kStandardIds.index_of(id), 0);
    for (i32 sequence = 1; sequence < 1000; ++sequence)
        EXPECT(!is_found(kStandardIds.compose(0, sequence)));
    EXPECT(!is_found(kStandardIds.compose(0, kStandardIds.max_sequence())));
    EXPECT(!is_found(IpcId { -1 }));
    EXPECT(!is_found(IpcId { INT32_MIN }));
    EXPECT(!is_found(IpcId { INT32_MAX }));
}

TEST_CASE(TableTest, a_removed_object_is_marked_removed_and_lives_while_referenced)
{
    const IpcId id = REQUIRE(add(Key { 7 }));
    {
        const Ref<TestObject> held = REQUIRE(withdraw(id));
        wait_for_rcu_memory();
        EXPECT(held->is_removed());
        EXPECT(held->is_alive());
        EXPECT_EQ(held->key(), 7);
        EXPECT_EQ(held->id(), id);
        EXPECT_EQ(census.living(), 1);
        EXPECT(!is_found(id));
    }
    wait_for_rcu_memory();
    EXPECT_EQ(census.living(), 0);
}

TEST_CASE(TableTest, every_slot_can_be_used_and_not_one_more)
{
    /* All there are; in a slow kernel only so many as it is then given for its limit. */
    const auto slots = static_cast<i32>(affordable(kStandardIds.slots()));
    const i32 limit = slots == kStandardIds.slots() ? INT32_MAX : slots;
    for (i32 i = 0; i < slots; ++i) {
        const IpcId id = REQUIRE(add(Key { i + 1 }, limit));
        if (!EXPECT_EQ(id, i))
            return;
    }
    EXPECT_ERR(add(kPrivateKey, limit), Errno::ENOSPC);
    EXPECT_EQ(table().usage().in_use, slots);
    EXPECT_EQ(table().usage().highest, slots - 1);

    u32 wrong = 0;
    for (i32 i = 0; i < slots; ++i)
        wrong += found_by_key(Key { i + 1 }) != IpcId { i } || found_from(i) != IpcId { i };
    EXPECT_EQ(wrong, 0);

    if (slots == kStandardIds.slots()) {
        /* The one free place is found wherever it is, under a new sequence number. */
        EXPECT(remove(IpcId { 12345 }));
        EXPECT_VALUE(add(Key { 12346 }), kStandardIds.compose(12345, 1));
    }
    for (i32 i = slots - 1; i > 0; --i) {
        wrong += !remove(found_at(i));
        if (i % 100 == 0)
            wrong += table().usage().highest != i - 1;
    }
    EXPECT_EQ(wrong, 0);
}

TEST_CASE(TableTest, a_requested_id_is_used_once)
{
    EXPECT_VALUE(add(Key { 1 }), IpcId { 0 });
    const IpcId wanted = kStandardIds.compose(20000, 17);
    table().next_id().store_relaxed(wanted.value());
    EXPECT_VALUE(add(Key { 2 }), wanted);
    EXPECT_EQ(table().next_id().load_relaxed(), -1);
    EXPECT(is_found(wanted));
    EXPECT_EQ(found_by_key(Key { 2 }), wanted);
    EXPECT_EQ(table().usage().highest, 20000);
    /* The others continue unaffected. */
    EXPECT_VALUE(add(Key { 3 }), IpcId { 1 });
    EXPECT(remove(wanted));
    EXPECT_EQ(table().usage().highest, 1);
}

TEST_CASE(TableTest, a_taken_requested_index_yields_the_next_free_one_above)
{
    for (i32 i = 0; i < 3; ++i)
        EXPECT_VALUE(add(kPrivateKey), IpcId { i });
    table().next_id().store_relaxed(kStandardIds.compose(1, 9).value());
    EXPECT_VALUE(add(kPrivateKey), kStandardIds.compose(3, 9));
    /* Above the last one there is none. */
    const IpcId last = kStandardIds.compose(kStandardIds.max_index(), 9);
    table().next_id().store_relaxed(last.value());
    EXPECT_VALUE(add(kPrivateKey), last);
    table().next_id().store_relaxed(last.value());
    EXPECT_ERR(add(kPrivateKey), Errno::ENOSPC);
    EXPECT_EQ(table().next_id().load_relaxed(), -1);
    EXPECT_VALUE(add(kPrivateKey), IpcId { 4 });
}

TEST_CASE(TableTest, a_creation_beyond_the_limit_keeps_the_requested_id)
{
    table().next_id().store_relaxed(77);
    EXPECT_ERR(add(Key { 1 }, 0), Errno::ENOSPC);
    EXPECT_VALUE(add(Key { 1 }, 1), IpcId { 77 });
}

namespace {

/* The expected contents of a table. */
struct TableModel : TableTest {
    using TableTest::TableTest;
    static constexpr i32 kKeys = 48;
    static constexpr i32 kIndexes = 256; /* more than the cycle can reach with so few objects */

    [[nodiscard]] i32 count() const noexcept
    {
        i32 count = 0;
        for (const IpcId id : at)
            count += !id.is_negative();
        return count;
    }
    [[nodiscard]] i32 first_from(i32 index) const noexcept
    {
        while (index < kIndexes && at[index].is_negative())
            ++index;
        return index < kIndexes ? index : -1;
    }
    [[nodiscard]] i32 highest() const noexcept
    {
        i32 index = kIndexes - 1;
        while (index >= 0 && at[index].is_negative())
            --index;
        return index;
    }

    void publish(Key key) noexcept
    {
        const bool is_taken = key != kPrivateKey && !of_key[key.value()].is_negative();
        Result<IpcId> added = add(key);
        if (is_taken) {
            EXPECT_ERR(added, Errno::EEXIST);
            return;
        }
        const IpcId id = REQUIRE(move(added));
        if (!EXPECT(kStandardIds.index_of(id) < kIndexes)
            || !EXPECT(at[kStandardIds.index_of(id)].is_negative()))
            return;
        EXPECT(kStandardIds.sequence_of(id) >= last_sequence[kStandardIds.index_of(id)]);
        last_sequence[kStandardIds.index_of(id)] = kStandardIds.sequence_of(id) + 1;
        at[kStandardIds.index_of(id)] = id;
        if (key != kPrivateKey)
            of_key[key.value()] = id;
    }
    void retire(i32 index) noexcept
    {
        const IpcId id = at[index];
        EXPECT_EQ(remove(id), !id.is_negative());
        for (IpcId& known : of_key) {
            if (known == id)
                known = kNothing;
        }
        at[index] = kNothing;
    }

    /* As a read of /proc walks. */
    void walk() noexcept
    {
        i32 expected = first_from(0);
        const RcuGuard guard;
        i32 index = 0;
        while (const TestObject* object = table().find_from<TestObject>(index)) {
            if (!EXPECT_EQ(index, expected))
                return;
            EXPECT_EQ(object->id(), at[index]);
            expected = first_from(++index);
        }
        EXPECT_EQ(expected, -1);
    }

    IpcId at[kIndexes];
    IpcId of_key[kKeys];
    i32 last_sequence[kIndexes] {};
};

} // namespace

TEST_CASE(TableModel, a_table_agrees_with_a_model_over_random_publication_and_removal)
{
    Random random { 8 };
    const u32 steps = affordable(20'000);
    for (u32 step = 0; step < steps; ++step) {
        const bool is_growing = step / 512 % 2 == 0;
        if (random.one_in(is_growing ? 2 : 4) && count() < 100)
            publish(Key { static_cast<i32>(random.below(kKeys)) });
        else
            retire(static_cast<i32>(random.below(kIndexes)));

        const IdTable::Usage usage = table().usage();
        const Key key { static_cast<i32>(random.below(kKeys)) };
        bool agrees = EXPECT_EQ(usage.in_use, count()) && EXPECT_EQ(usage.highest, highest());
        agrees = agrees && EXPECT_EQ(found_by_key(key), of_key[key.value()]);
        if (!agrees)
            return;
        if (step % 64 == 0)
            walk();
    }
}

TEST_CASE(TableTest, a_walk_from_beyond_the_last_object_finds_nothing)
{
    EXPECT(add(kPrivateKey).ok());
    for (const i32 start : { 1, 2, kStandardIds.max_index(), kStandardIds.slots(), INT32_MAX }) {
        i32 index = start;
        const RcuGuard guard;
        EXPECT_EQ(table().find_from<TestObject>(index), nullptr);
    }
}

} // namespace sysvipc
