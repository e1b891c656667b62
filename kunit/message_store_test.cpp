// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_message_store: for any selector, a store returns the result of a search along the whole
 * queue, as described in msgop(2), would have found.
 */
#include "random.hpp"
#include "store_inspector.hpp"
#include "test.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* The messages of a queue in an array, oldest first. */
class NaiveQueue {
public:
    static constexpr u32 kMost = 64;

    [[nodiscard]] u32 size() const noexcept { return size_; }
    void add(Message& message) noexcept { messages_[size_++] = &message; }
    void remove(const Message& message) noexcept
    {
        u32 kept = 0;
        for (u32 i = 0; i < size_; ++i) {
            if (messages_[i] != &message)
                messages_[kept++] = messages_[i];
        }
        size_ = kept;
    }
    /* msgop(2), with the arguments of msgrcv(); messages that are not visible are ignored. */
    template <class IsVisible>
    [[nodiscard]] Message* search(i64 type, bool except, bool copy,
                                  IsVisible&& is_visible) const noexcept
    {
        Message* found = nullptr;
        i64 place = 0;
        for (u32 i = 0; i < size_; ++i) {
            Message* message = messages_[i];
            if (!is_visible(*message))
                continue;
            if (copy) {
                if (place++ == type)
                    return message;
            } else if (type < 0) {
                const bool is_low_enough =
                    message->type() <= -(type + 1) || message->type() == -type;
                if (is_low_enough && (!found || message->type() < found->type()))
                    found = message;
            } else if (type == 0 || (message->type() == type) != except) {
                return message;
            }
        }
        return found;
    }

private:
    Message* messages_[kMost];
    u32 size_ { 0 };
};

struct StoreTest : Fixture {
    using Fixture::Fixture;
    ~StoreTest()
    {
        while (!store.drain_one().is_empty()) { }
    }

    /* @draw_type: the types that occur. */
    template <class DrawType>
    void compare(u64 seed, u32 steps, DrawType draw_type) noexcept
    {
        Random random { seed };
        for (u32 step = 0; step < steps; ++step) {
            const bool is_growing = step / 256 % 2 == 0;
            if (naive.size() == 0
                || (naive.size() < NaiveQueue::kMost && random.one_in(is_growing ? 2 : 4))) {
                Box<Message> message =
                    REQUIRE(StoreInspector::make(draw_type(random), random.below(2)));
                naive.add(*message);
                store.add(move(message));
            } else {
                receive(random, draw_type(random));
            }
            /* Later steps do not repair damage, so an occasional check suffices; each check is slow. */
            if (step % 8 == 0 && !EXPECT(StoreInspector::is_sound(store)))
                return;
        }
    }

    void receive(Random& random, i64 drawn) noexcept
    {
        const bool copy = random.one_in(8);
        const bool except = random.one_in(3);
        i64 type = random.one_in(6) ? 0 : random.one_in(3) ? -drawn : drawn;
        if (copy)
            type = i64 { random.below(NaiveQueue::kMost + 2) } - 1;
        /* Of those that may be hidden, the text has a byte. */
        const bool is_hiding = random.one_in(3);
        const auto is_visible = [&](const Message& message) {
            return !is_hiding || message.size() == 0;
        };
        Message* expected = naive.search(type, except, copy, is_visible);
        u32 asked = 0;
        Message* selected = store.select(MessageSelector::from_request(type, except, copy),
                                         [&](const Message& message) {
                                             ++asked;
                                             return is_visible(message);
                                         });
        EXPECT_EQ(selected, expected);
        EXPECT(asked <= (is_hiding || copy ? naive.size() : 1));
        if (!selected || copy || selected != expected || random.one_in(4))
            return;
        naive.remove(*selected);
        const Box<Message> taken = store.take(*selected);
        EXPECT_EQ(taken.operator->(), expected);
    }

    MessageStore store;
    NaiveQueue naive;
};

} // namespace

TEST_CASE(StoreTest, a_store_of_few_types_agrees_with_a_linear_search)
{
    compare(3, affordable(30'000), [](Random& random) { return i64 { random.below(5) } + 1; });
}

TEST_CASE(StoreTest, a_store_of_one_type_agrees_with_a_linear_search)
{
    compare(4, affordable(10'000), [](Random&) { return i64 { 42 }; });
}

TEST_CASE(StoreTest, a_store_of_many_types_agrees_with_a_linear_search)
{
    compare(5, affordable(30'000),
            [](Random& random) { return i64 { random.below(NaiveQueue::kMost) } + 1; });
}

TEST_CASE(StoreTest, a_store_of_types_from_the_whole_range_agrees_with_a_linear_search)
{
    compare(6, affordable(10'000), [](Random& random) {
        const i64 near_end = i64 { random.below(4) };
        return random.one_in(2) ? INT64_MAX - near_end : near_end + 1;
    });
}

TEST_CASE(StoreTest, an_empty_store_has_nothing_to_give)
{
    const auto visible = [](const Message&) { return true; };
    for (const i64 type : { i64 { 0 }, i64 { 1 }, i64 { -1 }, INT64_MIN, INT64_MAX }) {
        for (const bool except : { false, true }) {
            EXPECT_EQ(store.select(MessageSelector::from_request(type, except, false), visible),
                      nullptr);
            EXPECT_EQ(store.select(MessageSelector::from_request(type, except, true), visible),
                      nullptr);
        }
    }
    EXPECT(store.drain_one().is_empty());
    EXPECT(StoreInspector::is_sound(store));
}

TEST_CASE(StoreTest, draining_gives_every_message_once)
{
    Random random { 7 };
    for (u32 i = 0; i < 500; ++i) {
        const i64 type = i64 { random.below(20) } + 1;
        Box<Message> message = REQUIRE(StoreInspector::make(type, random.below(10'000)));
        store.add(move(message));
    }
    u32 drained = 0;
    while (!store.drain_one().is_empty())
        ++drained;
    EXPECT_EQ(drained, 500);
}

/* A tree of n types that are drawn by lot is hardly ever 3 log2(n) deep, and twice that never. */
TEST_CASE(StoreTest, no_order_of_types_makes_an_index_deep)
{
    constexpr i64 kTypes = 1024;
    constexpr u32 kLog = 10;
    for (const i64 step : { i64 { 1 }, i64 { -1 }, INT64_MAX / kTypes, i64 { 0x1'0000'0000 } }) {
        for (i64 i = 1; i <= kTypes; ++i)
            store.add(REQUIRE(StoreInspector::make(step < 0 ? kTypes + 1 - i : i * step, 0)));
        EXPECT(StoreInspector::depth(store) >= kLog);
        EXPECT(StoreInspector::depth(store) <= 6 * kLog);
        while (Message* oldest = store.select(MessageSelector::from_request(0, false, false),
                                              [](const Message&) { return true; }))
            (void)store.take(*oldest);
        EXPECT_EQ(StoreInspector::depth(store), 0);
    }
}

TEST_CASE(StoreTest, a_message_that_left_the_front_run_is_not_skipped)
{
    const auto take_except = [&](i64 type) -> i64 {
        Message* found = store.select(MessageSelector::from_request(type, true, false),
                                      [](const Message&) { return true; });
        return found ? store.take(*found)->type() : 0;
    };
    for (const i64 type : { 1, 1, 1, 2, 1, 3, 2 })
        store.add(REQUIRE(StoreInspector::make(type, 0)));
    EXPECT_EQ(take_except(1), 2); /* 1 1 1 1 3 2 are left */
    EXPECT_EQ(take_except(1), 3);
    EXPECT_EQ(take_except(2), 1);
    EXPECT_EQ(take_except(1), 2); /* 1 1 1 */
    EXPECT_EQ(take_except(1), 0);
    store.add(REQUIRE(StoreInspector::make(4, 0)));
    EXPECT_EQ(take_except(1), 4);
    for (u32 i = 0; i < 3; ++i)
        EXPECT_EQ(take_except(5), 1);
    EXPECT_EQ(take_except(5), 0);
    store.add(REQUIRE(StoreInspector::make(5, 0)));
    EXPECT_EQ(take_except(5), 0);
    EXPECT_EQ(take_except(1), 5);
    EXPECT(StoreInspector::is_sound(store));
}

TEST_CASE(StoreTest, a_copy_has_the_type_and_text_of_its_original)
{
    /* Around the ends of the size classes, of the first page and of the blocks that follow. */
    for (const usize border : { 3ul, 16ul, 48ul, 144ul, 464ul, 2000ul, 4032ul, 4096ul, 5064ul,
                                8120ul, 8192ul, 20'000ul }) {
        for (usize size = border - 3; size <= border + 3; ++size) {
            const Box<Message> original = REQUIRE(StoreInspector::make(9, size));
            const usize text_size = StoreInspector::text_size(*original);
            for (usize i = 0; i < text_size; ++i)
                StoreInspector::text(*original)[i] = static_cast<u8>(i * 7 + size);
            const Box<Message> copy = REQUIRE(Message::create_blank(size + border));
            copy->copy_from(*original);
            EXPECT_EQ(copy->type(), 9);
            EXPECT_EQ(__builtin_memcmp(StoreInspector::text(*copy), StoreInspector::text(*original),
                                       text_size),
                      0);
        }
    }
}

} // namespace sysvipc
