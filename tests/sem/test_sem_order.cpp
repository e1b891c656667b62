// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which sleepers are served and woken, as several programs on one set can observe it.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <list>

namespace {

// Sleepers on one CPU with real-time FIFO scheduling, so that they return from semop(2) in the
// order in which they were woken; each records its letter.
class WakeOrder {
public:
    void add(const SemSet& set, char letter, const Operations& operations)
    {
        sleepers_.emplace_back([this, &set, letter, operations] {
            pin_to_cpu(0);
            use_fifo_scheduling();
            const auto outcome = set.operate(operations);
            log_->letters[log_->count++] = letter;
            return outcome;
        });
        sleepers_.back().wait_asleep_in(sysv::kSemopNumber);
    }

    // Makes a call that must serve them all, and returns their letters in the order of waking.
    std::string after(const Actor::Body& call)
    {
        Actor waker { [&] {
            pin_to_cpu(0);
            return call();
        } };
        REQUIRE_OK(waker.join());
        for (auto& sleeper : sleepers_)
            EXPECT_OK(sleeper.join());
        return log_->letters;
    }

private:
    struct Log {
        std::atomic<int> count;
        char letters[32];
    };
    Shared<Log> log_;
    std::list<Actor> sleepers_;
};

// Waits until the calls of exactly these sleepers have ended, with success.
void expect_served(std::initializer_list<Actor*> served, std::initializer_list<Actor*> waiting)
{
    for (Actor* sleeper : served)
        EXPECT_OK(sleeper->join());
    for (Actor* sleeper : waiting)
        sleeper->wait_asleep_in(sysv::kSemopNumber);
}

TEST(equal_decreases_are_served_in_the_order_they_came)
{
    const SemSet set;
    std::list<Actor> sleepers;
    for (int i = 0; i < 8; ++i)
        sleepers.push_back(sleeper_in(set, { down() }));
    for (auto& sleeper : sleepers) {
        REQUIRE_OK(set.operate({ up() }));
        EXPECT_EQ(set.last_pid(), sleeper.pid());
        EXPECT_OK(sleeper.join());
    }
}

TEST(equal_decreases_are_woken_in_the_order_they_came)
{
    const SemSet set;
    WakeOrder order;
    for (const char letter : { 'a', 'b', 'c', 'd', 'e' })
        order.add(set, letter, { down() });
    EXPECT_EQ(order.after([&] { return set.operate({ up(0, 5) }); }), "abcde");
}

TEST(a_smaller_decrease_overtakes_one_that_cannot_be_done)
{
    const SemSet set;
    auto large = sleeper_in(set, { down(0, 5) });
    auto small = sleeper_in(set, { down(0, 1) });
    REQUIRE_OK(set.operate({ up(0, 3) }));
    expect_served({ &small }, { &large });
    EXPECT_EQ(set.value(), 2);
    REQUIRE_OK(set.operate({ up(0, 3) }));
    EXPECT_OK(large.join());
}

TEST(the_first_decrease_is_preferred_when_either_could_be_done)
{
    const SemSet set;
    auto large = sleeper_in(set, { down(0, 5) });
    auto small = sleeper_in(set, { down(0, 1) });
    REQUIRE_OK(set.operate({ up(0, 5) }));
    expect_served({ &large }, { &small });
    REQUIRE_OK(set.operate({ up() }));
    EXPECT_OK(small.join());
}

TEST(a_new_operation_succeeds_where_the_sleepers_cannot)
{
    const SemSet set;
    auto sleeper = sleeper_in(set, { down(0, 5) });
    REQUIRE_OK(set.operate({ up(0, 4) }));
    EXPECT_OK(set.attempt({ down(0, 4) }));
    REQUIRE_OK(set.operate({ up(0, 5) }));
    EXPECT_OK(sleeper.join());
}

TEST(waits_for_zero_are_woken_in_the_order_they_came)
{
    const SemSet set { Values { 1 } };
    WakeOrder order;
    for (const char letter : { 'a', 'b', 'c', 'd' })
        order.add(set, letter, { zero() });
    EXPECT_EQ(order.after([&] { return set.operate({ down() }); }), "abcd");
}

TEST(a_wait_for_zero_is_served_when_a_woken_decrease_reaches_zero)
{
    const SemSet set { Values { 1 } };
    auto waiting = sleeper_in(set, { zero() });
    auto decreasing = sleeper_in(set, { down(0, 3) });
    REQUIRE_OK(set.operate({ up(0, 2) }));
    EXPECT_OK(decreasing.join());
    EXPECT_OK(waiting.join());
}

TEST(a_wait_for_zero_is_woken_before_the_decrease_that_made_it_possible)
{
    const SemSet set { Values { 1 } };
    WakeOrder order;
    order.add(set, 'd', { down(0, 3) });
    order.add(set, 'z', { zero() });
    EXPECT_EQ(order.after([&] { return set.operate({ up(0, 2) }); }), "zd");
}

TEST(waits_for_zero_are_served_before_an_array_that_ends_the_zero)
{
    // The array is older, but arrays with changes come after all that only wait.
    const SemSet set { Values { 1 } };
    auto array = sleeper_in(set, { zero(), up() });
    auto waiting = sleeper_in(set, { zero() });
    REQUIRE_OK(set.operate({ down() }));
    EXPECT_OK(waiting.join());
    EXPECT_OK(array.join());
    EXPECT_EQ(set.value(), 1);
}

TEST(arrays_of_zeros_are_served_before_an_array_that_ends_the_zero)
{
    const SemSet set { Values { 1, 0 } };
    auto array = sleeper_in(set, { zero(0), up(0) });
    auto waiting = sleeper_in(set, { zero(0), zero(1) });
    REQUIRE_OK(set.operate({ down(0) }));
    EXPECT_OK(waiting.join());
    EXPECT_OK(array.join());
}

TEST(single_waits_for_zero_are_woken_before_arrays_of_zeros)
{
    const SemSet set { Values { 1, 0 } };
    WakeOrder order;
    order.add(set, 'A', { zero(0), zero(1) });
    order.add(set, 'b', { zero(0) });
    order.add(set, 'C', { zero(1), zero(0) });
    order.add(set, 'd', { zero(0) });
    EXPECT_EQ(order.after([&] { return set.operate({ down(0) }); }), "bdAC");
}

TEST(waits_for_zero_are_woken_before_decreases)
{
    const SemSet set { Values { 0, 1 } };
    WakeOrder order;
    order.add(set, 'd', { down(0) });
    order.add(set, 'z', { zero(1) });
    EXPECT_EQ(order.after([&] { return set.operate({ up(0), down(1) }); }), "zd");
}

TEST(the_order_of_several_zero_operations_counts)
{
    const SemSet set { Values { 1, 1, 1 } };
    WakeOrder order;
    order.add(set, 'a', { zero(0) });
    order.add(set, 'b', { zero(1) });
    order.add(set, 'c', { zero(2) });
    EXPECT_EQ(order.after([&] { return set.operate({ down(2), down(0), down(1) }); }), "cab");
}

TEST(after_setall_the_order_of_the_semaphores_counts)
{
    const SemSet set { Values { 0, 0, 1, 1 } };
    WakeOrder order;
    order.add(set, 'z', { zero(3) });
    order.add(set, 'y', { zero(2) });
    order.add(set, 'b', { down(1) });
    order.add(set, 'a', { down(0) });
    EXPECT_EQ(order.after([&] { return set.set_values({ 1, 1, 0, 0 }); }), "yzab");
}

TEST(arrays_are_served_in_the_order_they_came)
{
    const SemSet set { Values { 0, 3 } };
    std::list<Actor> sleepers;
    for (int i = 0; i < 3; ++i)
        sleepers.push_back(sleeper_in(set, { down(0), down(1) }));
    for (auto& sleeper : sleepers) {
        REQUIRE_OK(set.operate({ up(0) }));
        EXPECT_EQ(set.last_pid(0), sleeper.pid());
        EXPECT_OK(sleeper.join());
    }
}

TEST(an_older_single_decrease_is_served_before_an_array)
{
    const SemSet set { Values { 0, 1 } };
    auto single = sleeper_in(set, { down(0) });
    auto array = sleeper_in(set, { down(0), down(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    expect_served({ &single }, { &array });
    EXPECT_EQ(set.text(), "0 1");
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(array.join());
}

TEST(an_older_array_is_served_before_a_single_decrease)
{
    const SemSet set { Values { 0, 1 } };
    auto array = sleeper_in(set, { down(0), down(1) });
    auto single = sleeper_in(set, { down(0) });
    REQUIRE_OK(set.operate({ up(0) }));
    expect_served({ &array }, { &single });
    EXPECT_EQ(set.text(), "0 0");
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(single.join());
}

TEST(sleepers_on_one_semaphore_keep_their_order_while_arrays_wait_and_leave)
{
    const SemSet set { 2 };
    auto first = sleeper_in(set, { down(0) });
    auto passing = sleeper_in(set, { zero(0), down(1) });
    auto second = sleeper_in(set, { down(0) });
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(passing.join());
    auto third = sleeper_in(set, { down(0) });
    auto again = sleeper_in(set, { zero(0), down(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    expect_served({ &first }, { &second, &third });
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(again.join());
    REQUIRE_OK(set.operate({ up(0) }));
    expect_served({ &second }, { &third });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(third.join());
}

TEST(an_array_that_cannot_be_done_is_overtaken)
{
    const SemSet set { 2 };
    auto array = sleeper_in(set, { down(0), down(1) });
    auto single = sleeper_in(set, { down(0) });
    REQUIRE_OK(set.operate({ up(0) }));
    expect_served({ &single }, { &array });
    REQUIRE_OK(set.operate({ up(0), up(1) }));
    EXPECT_OK(array.join());
}

TEST(the_increase_of_a_served_array_serves_the_next_sleeper)
{
    const SemSet set { 4 };
    auto fourth = sleeper_in(set, { down(3) });
    auto third = sleeper_in(set, { down(2), up(3) });
    auto second = sleeper_in(set, { down(1), up(2) });
    auto first = sleeper_in(set, { down(0), up(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    for (Actor* sleeper : { &first, &second, &third, &fourth })
        EXPECT_OK(sleeper->join());
    EXPECT_EQ(set.text(), "0 0 0 0");
}

TEST(after_each_served_array_the_oldest_sleeper_is_tried_first)
{
    // The array adds two; the older large decrease is tried again before the younger small ones.
    const SemSet set { 2 };
    auto large = sleeper_in(set, { down(1, 2) });
    auto array = sleeper_in(set, { down(0), up(1, 2) });
    auto small = sleeper_in(set, { down(1) });
    REQUIRE_OK(set.operate({ up(0) }));
    EXPECT_OK(array.join());
    expect_served({ &large }, { &small });
    REQUIRE_OK(set.operate({ up(1) }));
    EXPECT_OK(small.join());
}

TEST(an_array_with_zero_and_increase_locks_out_the_next_of_its_kind)
{
    const SemSet set { Values { 1 } };
    auto first = sleeper_in(set, { zero(), up() });
    auto second = sleeper_in(set, { zero(), up() });
    REQUIRE_OK(set.operate({ down() }));
    expect_served({ &first }, { &second });
    EXPECT_EQ(set.value(), 1);
    REQUIRE_OK(set.operate({ down() }));
    EXPECT_OK(second.join());
}

TEST(beside_an_array_sleepers_of_several_semaphores_are_woken_in_the_order_they_came)
{
    const SemSet set { Values { 0, 0, 0, 9 } };
    WakeOrder order;
    order.add(set, 'A', { down(3, 10), down(0, 1) });
    order.add(set, 'b', { down(2) });
    order.add(set, 'c', { down(0) });
    order.add(set, 'd', { down(1) });
    EXPECT_EQ(order.after([&] { return set.operate({ up(0, 2), up(1), up(2), up(3) }); }), "Abcd");
}

TEST(sleepers_older_than_the_first_array_are_woken_from_the_highest_semaphore_down)
{
    // Linux collects the lists of the semaphores when the first array begins to wait, and puts
    // each before those it has.
    const SemSet set { 4 };
    WakeOrder order;
    order.add(set, 'a', { down(0) });
    order.add(set, 'b', { down(0) });
    order.add(set, 'c', { down(1) });
    order.add(set, 'd', { down(2) });
    order.add(set, 'E', { down(3), up(3) });
    EXPECT_EQ(order.after([&] { return set.set_values({ 2, 1, 1, 1 }); }), "dcabE");
}

TEST(without_arrays_sleepers_are_woken_semaphore_by_semaphore)
{
    const SemSet set { 3 };
    WakeOrder order;
    order.add(set, 'a', { down(2) });
    order.add(set, 'b', { down(1) });
    order.add(set, 'c', { down(0) });
    order.add(set, 'd', { down(2) });
    EXPECT_EQ(order.after([&] { return set.operate({ up(1), up(2, 2), up(0) }); }), "badc");
}

TEST(removal_wakes_arrays_first_then_semaphore_by_semaphore)
{
    SemSet set { Values { 1, 1 } };
    const Shared<std::atomic<int>> count;
    std::list<Actor> sleepers;
    // In the order of waking that is expected.
    const Operations expected[] = {
        { zero(0), zero(1) },
        { down(0, 2), up(0) },
        { zero(0) },
        { zero(1) },
    };
    for (int place = 3; place >= 0; --place) {
        sleepers.emplace_back([&, place] {
            pin_to_cpu(0);
            use_fifo_scheduling();
            const auto outcome = set.operate(expected[place]);
            EXPECT_EQ((*count)++, place);
            return outcome;
        });
        sleepers.back().wait_asleep_in(sysv::kSemopNumber);
    }
    const int id = set.id();
    EXPECT_OK(Actor([&] {
                  pin_to_cpu(0);
                  return sysv::semctl(id, 0, IPC_RMID);
              }).join());
    for (auto& sleeper : sleepers)
        EXPECT_ERR(sleeper.join(), EIDRM);
    EXPECT_ERR(set.remove(), EINVAL);
}

} // namespace
