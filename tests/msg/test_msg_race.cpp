// SPDX-License-Identifier: GPL-2.0
/*
 * Several processes use one queue at once, on all CPUs: no message is lost, duplicated or mixed
 * up.  Queues created and removed meanwhile: test_msg_lifetime_race.cpp.  All runs are bounded by
 * counts, never by time.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <cstring>
#include <list>
#include <random>

namespace {

// A message with its sender and its position; the rest is a pattern that shows whether it is whole.
struct Parcel {
    std::uint32_t producer;
    std::uint32_t number;

    std::string pack() const
    {
        std::string text(sizeof(*this), '\0');
        std::memcpy(text.data(), this, sizeof(*this));
        return text + pattern(number * 37 % 700, seed());
    }
    static Parcel unpack(const std::string& text)
    {
        Parcel parcel {};
        REQUIRE(text.size() >= sizeof(parcel));
        std::memcpy(&parcel, text.data(), sizeof(parcel));
        REQUIRE(text == parcel.pack());
        return parcel;
    }

private:
    std::uint32_t seed() const { return producer * 1000003u + number; }
};

constexpr std::uint32_t kProducers = 3;
constexpr int kMostParcels = 2000;
const auto kParcels = static_cast<std::uint32_t>(harness::affordable(kMostParcels)); // from each
constexpr long kLastType = 1'000'000;

struct Tally {
    std::atomic<unsigned char> seen[kProducers][kMostParcels];
    std::atomic<std::uint32_t> total;

    void count(const Parcel& parcel)
    {
        REQUIRE(parcel.producer < kProducers && parcel.number < kParcels);
        EXPECT_EQ(seen[parcel.producer][parcel.number].fetch_add(1), 0);
        ++total;
    }
};

struct Consumer {
    long type; // the requested type
    int flags;
    bool in_order; // parcels of one producer must come in the order of sending
};

// Producers send parcels of type producer + 1, then each consumer gets one message to stop.
void run_traffic(unsigned long qbytes, const std::vector<Consumer>& consumers,
                 const std::vector<long>& stop_types)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(qbytes));
    const Shared<Tally> tally;
    std::list<Actor> producing;
    std::list<Actor> consuming;
    for (const Consumer& consumer : consumers)
        consuming.emplace_back([&] {
            std::uint32_t next[kProducers] {};
            for (;;) {
                const auto received = queue.receive(consumer.type, consumer.flags);
                REQUIRE_OK(received.outcome);
                if (received.type >= kLastType || received.text == "stop")
                    return Outcome::raw(0);
                const auto parcel = Parcel::unpack(received.text);
                REQUIRE_EQ(received.type, parcel.producer + 1);
                tally->count(parcel);
                if (consumer.in_order)
                    EXPECT(parcel.number >= next[parcel.producer]);
                next[parcel.producer] = parcel.number + 1;
            }
        });
    for (std::uint32_t producer = 0; producer < kProducers; ++producer)
        producing.emplace_back([&, producer] {
            for (std::uint32_t number = 0; number < kParcels; ++number)
                REQUIRE_OK(queue.send(producer + 1, Parcel { producer, number }.pack(), 0));
            return Outcome::raw(0);
        });
    for (auto& actor : producing)
        EXPECT_OK(actor.join());
    for (const long type : stop_types)
        EXPECT_OK(queue.send(type, "stop", 0));
    for (auto& actor : consuming)
        EXPECT_OK(actor.join());
    EXPECT_EQ(tally->total.load(), kProducers * kParcels);
    EXPECT_EQ(queue.stat().qnum, 0u);
    EXPECT_EQ(queue.stat().cbytes, 0u);
}

TEST(one_consumer_gets_every_message_once_and_in_order)
{
    run_traffic(16384, { { 0, 0, true } }, { kLastType });
}

TEST(many_consumers_get_every_message_once)
{
    run_traffic(16384, { { 0, 0, true }, { 0, 0, true }, { 0, 0, true } },
                { kLastType, kLastType, kLastType });
}

TEST(a_narrow_queue_passes_every_message_once)
{
    run_traffic(800, { { 0, 0, true }, { 0, 0, true } }, { kLastType, kLastType });
}

TEST(typed_consumers_get_all_of_their_types)
{
    run_traffic(4096, { { 1, 0, true }, { 2, 0, true }, { 3, 0, true } }, { 1, 2, 3 });
}

TEST(consumers_of_negative_and_excepted_types_get_every_message_once)
{
    // Together they cover all types; the stop messages go to the first that matches.
    run_traffic(4096, { { -2, 0, true }, { 1, MSG_EXCEPT, true }, { 2, MSG_EXCEPT, true } },
                { kLastType, kLastType, 1 });
}

TEST(a_limit_that_changes_all_the_time_loses_no_message)
{
    const Queue queue;
    const auto parcels = static_cast<std::uint32_t>(harness::affordable(3000));
    Actor producer { [&] {
        for (std::uint32_t number = 0; number < parcels; ++number)
            REQUIRE_OK(queue.send(1, Parcel { 0, number }.pack(), 0));
        return Outcome::raw(0);
    } };
    Actor consumer { [&] {
        for (std::uint32_t number = 0; number < parcels; ++number) {
            const auto received = queue.receive(0, 0);
            REQUIRE_OK(received.outcome);
            REQUIRE_EQ(Parcel::unpack(received.text).number, number);
        }
        return Outcome::raw(0);
    } };
    for (unsigned long i = 0; consumer.is_running(); ++i)
        REQUIRE_OK(queue.set_qbytes(i % 2 ? 708 : 2000));
    EXPECT_OK(producer.join());
    EXPECT_OK(consumer.join());
}

TEST(stat_under_traffic_never_shows_a_half_done_state)
{
    const Queue queue;
    const int kMessages = harness::affordable(10000);
    Actor producer { [&] {
        for (int i = 0; i < kMessages; ++i)
            REQUIRE_OK(queue.send(1, "12345678", 0));
        return Outcome::raw(0);
    } };
    Actor consumer { [&] {
        for (int i = 0; i < kMessages; ++i)
            REQUIRE_OK(queue.receive(0, 0).outcome);
        return Outcome::raw(0);
    } };
    while (consumer.is_running()) {
        const auto stat = queue.stat();
        REQUIRE_EQ(stat.cbytes, stat.qnum * 8);
        REQUIRE(stat.cbytes <= stat.qbytes);
        REQUIRE(stat.lspid == 0 || stat.stime != 0);
    }
    EXPECT_OK(producer.join());
    EXPECT_OK(consumer.join());
}

TEST(killing_users_at_any_moment_leaves_a_sane_queue)
{
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(64));
    std::mt19937 random { 4242 };
    for (int round = 0; round < 150; ++round) {
        Actor sender { [&] {
            while (queue.send(1, "12345678", 0).ok())
                ;
            return Outcome::raw(0);
        } };
        Actor receiver { [&] {
            while (queue.receive(0, 0).outcome.ok())
                ;
            return Outcome::raw(0);
        } };
        for (auto yields = random() % 30; yields > 0; --yields)
            sched_yield();
        sender.signal(SIGKILL);
        receiver.signal(SIGKILL);
        sender.join_killed(SIGKILL);
        receiver.join_killed(SIGKILL);
        const auto stat = queue.stat();
        REQUIRE_EQ(stat.cbytes, stat.qnum * 8);
        REQUIRE(stat.cbytes <= stat.qbytes);
    }
    while (queue.receive().outcome.ok())
        ;
    EXPECT_EQ(queue.stat().qnum, 0u);
    EXPECT_OK(queue.send(1, "text"));
    EXPECT(queue.receive().is(1, "text"));
}

} // namespace
