// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_receiver_line: a line of receivers gives those that accept a message in the order in
 * which a search of all of them, one by one, would.
 */
#include "random.hpp"
#include "test.hpp"

#include <msg/receiver_line.hpp>
#include <base/optional.hpp>
#include <mem/heap.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

MessageSelector ask(i64 type, bool except = false) noexcept
{
    return MessageSelector::from_request(type, except, false);
}

/* Some receivers of all kinds that join and leave at random, and the order in which they came. */
class Crowd : Pinned {
public:
    static constexpr u32 kMost = 64;
    static constexpr u32 kTypes = 5;

    static void destroy(Crowd* crowd) noexcept { heap_destroy(crowd); }
    ~Crowd()
    {
        while (count_ != 0)
            leave(0);
    }

    void change() noexcept
    {
        if (count_ < kMost && random_.below(kMost) >= count_ / 2)
            join();
        else if (count_ != 0)
            leave(random_.below(count_));
    }
    [[nodiscard]] i64 any_type() noexcept { return i64 { random_.below(kTypes + 1) } + 1; }

    /* Whether the line offers a message of @type to the same receivers in the same order. */
    [[nodiscard]] bool agrees(i64 type) noexcept
    {
        ReceiverLine::Accepting accepting { line, type };
        for (u32 i = 0; i < count_; ++i) {
            if (order_[i]->selector.accepts(type) && accepting.next() != order_[i])
                return false;
        }
        return accepting.next() == nullptr;
    }
    /* Whether walking the line gives each receiver once. */
    [[nodiscard]] bool is_walked() noexcept
    {
        u32 found = 0;
        for (Receiver* receiver = line.first(); receiver; receiver = line.next(*receiver)) {
            if (!receiver->is_linked())
                return false;
            ++found;
        }
        return found == count_ && line.is_empty() == (count_ == 0);
    }
    /*
     * All are removed, those of a kind in order of arrival, and come back in another order.  A removed receiver
     * is not read any more.
     */
    [[nodiscard]] bool leave_and_come_back() noexcept
    {
        bool is_right = true;
        u32 taken = 0;
        u32 next_of_kind[kTypes + 1] {};
        line.take_all([&](Receiver& receiver) {
            const u32 arrival = arrival_of(receiver);
            u32& next = next_of_kind[kind_of(receiver)];
            is_right &= !receiver.is_linked() && arrival >= next;
            next = arrival + 1;
            kept_[arrival].keep(receiver);
            ++taken;
        });
        is_right &= taken == count_ && line.is_empty();
        for (u32 i = 0; i < count_; ++i) {
            kept_[i].give_back(*order_[i]);
            is_right &= !order_[i]->is_linked();
        }
        for (u32 i = 0; i < count_; ++i)
            line.join(*order_[count_ - 1 - i]);
        return is_right;
    }

    ReceiverLine line;

private:
    using Place = Optional<Receiver>;

    /* The bytes of a receiver whose memory has been reused. */
    struct Kept {
        void keep(Receiver& receiver) noexcept
        {
            void* const memory = &receiver;
            __builtin_memcpy(bytes, memory, sizeof(bytes));
            __builtin_memset(memory, 0xa5, sizeof(bytes));
        }
        void give_back(Receiver& receiver) const noexcept
        {
            void* const memory = &receiver;
            __builtin_memcpy(memory, bytes, sizeof(bytes));
        }
        u8 bytes[sizeof(Receiver)];
    };

    /* 0: one that accepts several types. */
    [[nodiscard]] static u32 kind_of(const Receiver& receiver) noexcept
    {
        const bool is_of_one = receiver.selector.rule() == MessageSelector::Rule::Equal;
        return is_of_one ? static_cast<u32>(receiver.selector.operand()) : 0;
    }
    [[nodiscard]] u32 arrival_of(const Receiver& receiver) const noexcept
    {
        u32 arrival = 0;
        while (order_[arrival] != &receiver)
            ++arrival;
        return arrival;
    }

    void join() noexcept
    {
        Place* place = places_;
        while (place->has_value())
            ++place;
        const i64 type = i64 { random_.below(2 * kTypes + 1) } - kTypes;
        const bool is_except = random_.one_in(4);
        place->emplace([&] { return Receiver { ask(type, is_except), 0 }; });
        line.join(**place);
        order_[count_++] = &**place;
    }

    void leave(u32 index) noexcept
    {
        Receiver& gone = *order_[index];
        line.leave(gone);
        place_of(gone).reset();
        --count_;
        for (u32 i = index; i < count_; ++i)
            order_[i] = order_[i + 1];
    }

    Place& place_of(Receiver& receiver) noexcept
    {
        Place* place = places_;
        while (!place->has_value() || &**place != &receiver)
            ++place;
        return *place;
    }

    Random random_ { 11 };
    u32 count_ { 0 };
    Receiver* order_[kMost] {};
    Kept kept_[kMost];
    Place places_[kMost];
};

struct ReceiverLineTest : Fixture {
    using Fixture::Fixture;
};

} // namespace

TEST_CASE(ReceiverLineTest, receivers_are_offered_a_message_as_a_search_of_all_would_find_them)
{
    const Box<Crowd> crowd = REQUIRE(heap_create<Crowd>());
    for (u32 step = 0; step < 5'000; ++step) {
        crowd->change();
        if (!EXPECT(crowd->agrees(crowd->any_type())) || !EXPECT(crowd->is_walked()))
            return;
    }
}

TEST_CASE(ReceiverLineTest, receivers_that_come_back_have_the_places_that_they_had)
{
    const Box<Crowd> crowd = REQUIRE(heap_create<Crowd>());
    for (u32 step = 0; step < 2'000; ++step) {
        crowd->change();
        if (!EXPECT(crowd->leave_and_come_back()) || !EXPECT(crowd->agrees(crowd->any_type()))
            || !EXPECT(crowd->is_walked()))
            return;
    }
}

TEST_CASE(ReceiverLineTest, a_receiver_that_leaves_during_an_offer_does_not_end_the_search)
{
    ReceiverLine line;
    Receiver one { ask(1), 0 };
    Receiver any { ask(0), 0 };
    Receiver other { ask(2), 0 };
    Receiver second { ask(1), 0 };
    Receiver at_most { ask(-3), 0 };
    for (Receiver* receiver : { &one, &any, &other, &second, &at_most })
        line.join(*receiver);
    ReceiverLine::Accepting accepting { line, 1 };
    for (Receiver* expected : { &one, &any, &second, &at_most }) {
        Receiver* next = accepting.next();
        EXPECT(next == expected);
        if (next)
            line.leave(*next);
    }
    EXPECT(!accepting.next());
    EXPECT(line.first() == &other);
    line.leave(other);
    EXPECT(line.is_empty());
}

} // namespace sysvipc
