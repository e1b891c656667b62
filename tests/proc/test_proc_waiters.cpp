// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/msg_waiters and sem_waiters: the waiting tasks, what they wait for, and since when; only at objects
 * that the reader may read.
 */
#include "lib/actor.hpp"
#include "lib/own_table.hpp"
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/roles.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace {

std::vector<OwnRow> waiters_of(const Queue& queue)
{
    return rows_where("msg_waiters", "msqid", std::to_string(queue.id()));
}
std::vector<OwnRow> waiters_of(const SemSet& set)
{
    return rows_where("sem_waiters", "semid", std::to_string(set.id()));
}

template <class Object>
OwnRow only_waiter_of(const Object& object)
{
    const auto rows = waiters_of(object);
    REQUIRE_EQ(rows.size(), std::size_t { 1 });
    return rows[0];
}

using Texts = std::map<std::string, std::string>;

void expect_row(const OwnRow& row, const Texts& expected)
{
    for (const auto& [column, text] : expected) {
        const auto found = row.find(column);
        REQUIRE(found != row.end());
        EXPECT_EQ(column + " " + found->second, column + " " + text);
    }
}

// --- Queues.

TEST(a_new_queue_or_set_has_no_waiters)
{
    require_module();
    const Queue queue;
    const SemSet set;
    EXPECT(waiters_of(queue).empty());
    EXPECT(waiters_of(set).empty());
}

TEST(a_sender_is_shown_with_its_message)
{
    require_module();
    const Queue queue;
    queue.fill();
    Actor sender { [&] { return queue.send(17, "12345", 0); } };
    sender.wait_asleep_in_msgsnd();
    const auto pid = std::to_string(sender.pid());
    expect_row(only_waiter_of(queue),
               { { "pid", pid },
                 { "tid", pid },
                 { "waits_for", "room" },
                 { "type", "17" },
                 { "size", "5" } });
    REQUIRE_OK(queue.receive().outcome);
    REQUIRE_OK(sender.join());
    EXPECT(waiters_of(queue).empty());
}

TEST(a_receiver_is_shown_with_what_it_asks_for)
{
    struct Case {
        long type;
        int flags;
        const char* waits_for;
    };
    require_module();
    const Queue queue;
    for (const Case& one : { Case { 0, 0, "message" }, Case { 5, 0, "message" },
                             Case { -9, 0, "message" }, Case { 5, MSG_EXCEPT, "except" } }) {
        Actor receiver { [&] { return queue.receive(one.type, one.flags, 100).outcome; } };
        receiver.wait_asleep_in_msgrcv();
        expect_row(only_waiter_of(queue),
                   { { "pid", std::to_string(receiver.pid()) },
                     { "waits_for", one.waits_for },
                     { "type", std::to_string(one.type) },
                     { "size", "100" } });
        receiver.signal(SIGKILL);
        receiver.join_killed(SIGKILL);
    }
}

TEST(the_time_that_it_waits_grows)
{
    require_module();
    const Queue queue;
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    const long long before = number_in(only_waiter_of(queue), "waited_ms");
    usleep(30'000);
    EXPECT(number_in(only_waiter_of(queue), "waited_ms") >= before + 29);
    REQUIRE_OK(queue.send(1, "x"));
    REQUIRE_OK(receiver.join());
}

TEST(many_waiters_are_all_shown_in_their_order)
{
    constexpr int kMany = 60;
    require_module();
    const Queue queue;
    std::vector<Actor> receivers;
    for (int i = 1; i <= kMany; ++i) {
        receivers.emplace_back([&queue, i] { return queue.receive(i, 0).outcome; });
        receivers.back().wait_asleep_in_msgrcv();
    }
    const auto rows = waiters_of(queue);
    REQUIRE_EQ(rows.size(), std::size_t { kMany });
    for (int i = 1; i <= kMany; ++i)
        expect_row(rows[static_cast<std::size_t>(i - 1)],
                   { { "pid", std::to_string(receivers[static_cast<std::size_t>(i - 1)].pid()) },
                     { "type", std::to_string(i) } });
    for (int i = 1; i <= kMany; ++i)
        REQUIRE_OK(queue.send(i, "x"));
    for (Actor& receiver : receivers)
        REQUIRE_OK(receiver.join());
}

TEST(a_thread_is_shown_with_its_process)
{
    require_module();
    const Queue queue;
    std::atomic<pid_t> tid { 0 };
    std::thread receiver { [&] {
        tid = gettid();
        (void)queue.receive(0, 0);
    } };
    while (waiters_of(queue).empty())
        usleep(1000);
    expect_row(only_waiter_of(queue),
               { { "pid", std::to_string(getpid()) }, { "tid", std::to_string(tid) } });
    REQUIRE_OK(queue.send(1, "x"));
    receiver.join();
}

// --- Sets.

TEST(an_operation_is_shown_with_its_semaphore)
{
    require_module();
    const SemSet set { Values { 0, 0, 2, 0 } };
    REQUIRE_OK(set.attempt({ up(2) }));
    Actor sleeper = sleeper_in(set, { undone(down(2, 5)) });
    const auto pid = std::to_string(sleeper.pid());
    expect_row(only_waiter_of(set),
               { { "pid", pid },
                 { "tid", pid },
                 { "semnum", "2" },
                 { "semop", "-5" },
                 { "undo", "1" },
                 { "nsops", "1" },
                 { "semval", "3" },
                 { "sempid", std::to_string(getpid()) } });
    REQUIRE_OK(set.attempt({ up(2, 2) }));
    REQUIRE_OK(sleeper.join());
    EXPECT(waiters_of(set).empty());
}

TEST(a_wait_for_zero_is_shown)
{
    require_module();
    const SemSet set { Values { 0, 4 } };
    Actor sleeper = sleeper_in(set, { zero(1) });
    expect_row(only_waiter_of(set),
               { { "semnum", "1" }, { "semop", "0" }, { "undo", "0" }, { "semval", "4" } });
    REQUIRE_OK(set.attempt({ down(1, 4) }));
    REQUIRE_OK(sleeper.join());
}

TEST(the_first_operation_that_blocks_is_shown)
{
    require_module();
    const SemSet set { Values { 9, 1, 0 } };
    Actor changer = sleeper_in(set, { down(0, 9), down(1, 2), zero(2) });
    expect_row(only_waiter_of(set),
               { { "semnum", "1" }, { "semop", "-2" }, { "nsops", "3" }, { "semval", "1" } });
    REQUIRE_OK(set.attempt({ up(1), up(2) }));
    expect_row(only_waiter_of(set), { { "semnum", "2" }, { "semop", "0" }, { "semval", "1" } });
    REQUIRE_OK(set.attempt({ down(2) }));
    REQUIRE_OK(changer.join());
}

TEST(single_and_several_operations_are_shown_once_each)
{
    require_module();
    const SemSet set { Values { 0, 1, 0, 0 } };
    std::vector<Actor> sleepers;
    sleepers.push_back(sleeper_in(set, { down(0) }));
    sleepers.push_back(sleeper_in(set, { zero(1) }));
    sleepers.push_back(sleeper_in(set, { down(3) }));
    sleepers.push_back(sleeper_in(set, { down(0), up(2) }));
    sleepers.push_back(sleeper_in(set, { zero(1), zero(0) }));
    sleepers.push_back(sleeper_in(set, { down(2) }));
    std::vector<long long> pids;
    for (const OwnRow& row : waiters_of(set))
        pids.push_back(number_in(row, "pid"));
    std::vector<long long> expected;
    for (const Actor& sleeper : sleepers)
        expected.push_back(sleeper.pid());
    std::sort(pids.begin(), pids.end());
    std::sort(expected.begin(), expected.end());
    EXPECT(pids == expected);
}

// --- Permissions.

// A queue and a set with this mode, of kCreator and kOwner, at which a process waits that has something to undo.
class Watched {
public:
    explicit Watched(unsigned mode)
        : queue_ { Queue::adopt(made_by_creator([] { return sysv::msgget(IPC_PRIVATE, 0600); })) },
          set_ { SemSet::adopt(made_by_creator([] { return sysv::semget(IPC_PRIVATE, 2, 0600); })) }
    {
        auto owned_queue = queue_.stat();
        owned_queue.perm.uid = kOwner.uid;
        owned_queue.perm.gid = kOwner.gid;
        owned_queue.perm.mode = mode;
        REQUIRE_OK(queue_.set(owned_queue));
        auto owned_set = set_.stat();
        owned_set.perm.uid = kOwner.uid;
        owned_set.perm.gid = kOwner.gid;
        owned_set.perm.mode = mode;
        REQUIRE_OK(set_.set(owned_set));
        receiver_.emplace([&] { return queue_.receive(0, 0).outcome; });
        receiver_->wait_asleep_in_msgrcv();
        sleeper_.emplace([&] {
            REQUIRE_OK(set_.attempt({ undone(up(1)) }));
            return set_.operate({ down() });
        });
        sleeper_->wait_asleep_in(sysv::kSemopNumber);
    }

    // This process sees the waiters exactly if it may query the state of the object (IPC_STAT).
    void expect_what_stat_says() const
    {
        sysv::QueueStat queue;
        const bool reads_queue = sysv::msgctl(queue_.id(), IPC_STAT, &queue).ok();
        EXPECT_EQ(waiters_of(queue_).size(), reads_queue ? std::size_t { 1 } : 0);
        sysv::SetStat set;
        const bool reads_set = sysv::semctl(set_.id(), 0, IPC_STAT, &set).ok();
        EXPECT_EQ(waiters_of(set_).size(), reads_set ? std::size_t { 1 } : 0);
        EXPECT_EQ(rows_where("sem_undo", "semid", std::to_string(set_.id())).size(),
                  reads_set ? std::size_t { 1 } : 0);
    }

private:
    static int made_by_creator(const Actor::Body& make)
    {
        Actor maker { kCreator, make };
        const Outcome made = maker.join();
        REQUIRE_OK(made);
        return static_cast<int>(made.value());
    }

    Queue queue_;
    SemSet set_;
    std::optional<Actor> receiver_;
    std::optional<Actor> sleeper_;
};

TEST(waiters_are_shown_only_to_readers_of_the_object)
{
    require_module();
    for (const unsigned mode : { 0000u, 0400u, 0040u, 0004u, 0222u, 0444u }) {
        const Watched watched { mode };
        for (const Role& role : kRoles) {
            Actor reader { [&] {
                if (role.dropped_capability)
                    drop_capability(*role.dropped_capability);
                become(role.identity);
                watched.expect_what_stat_says();
                return Outcome::raw(0);
            } };
            REQUIRE_OK(reader.join());
        }
    }
}

// A program with more rights that is given an open file does not read on behalf of its opener.
TEST(an_open_file_shows_only_objects_readable_to_both_opener_and_reader)
{
    require_module();
    const Queue queue { 0600 };
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    borrow(kAlice);
    const ProcFile opened_by_alice { "/proc/sysvipc/msg_waiters" };
    return_to_root();
    EXPECT(parse_own_table(opened_by_alice.read_rest()).empty());
    EXPECT_EQ(waiters_of(queue).size(), std::size_t { 1 });
    const ProcFile opened_by_root { "/proc/sysvipc/msg_waiters" };
    Actor alice { [&] {
        become(kAlice);
        EXPECT(parse_own_table(opened_by_root.read_rest()).empty());
        return Outcome::raw(0);
    } };
    REQUIRE_OK(alice.join());
    REQUIRE_OK(queue.send(1, "x"));
    REQUIRE_OK(receiver.join());
}

TEST(another_namespace_has_no_waiters)
{
    require_module();
    const Queue queue;
    Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    in_a_new_ipc_namespace([] { EXPECT(read_own_table("msg_waiters").empty()); });
    REQUIRE_OK(queue.send(1, "x"));
    REQUIRE_OK(receiver.join());
}

TEST(pids_are_those_of_the_openers_pid_namespace)
{
    require_module();
    require_namespaces("pid");
    const Queue queue;
    Actor outside { [&] { return queue.receive(1, 0).outcome; } };
    outside.wait_asleep_in_msgrcv();
    Actor parent_of_init { [&] {
        REQUIRE_OK(let_go(CLONE_NEWPID));
        Actor init { [&] {
            std::thread receiver { [&] { (void)queue.receive(2, 0); } };
            while (waiters_of(queue).size() < 2)
                usleep(1000);
            const auto rows = waiters_of(queue);
            expect_row(rows[0], { { "pid", "0" }, { "tid", "0" }, { "type", "1" } });
            expect_row(rows[1], { { "pid", "1" }, { "tid", "2" }, { "type", "2" } });
            REQUIRE_OK(queue.send(2, "x"));
            receiver.join();
            return Outcome::raw(0);
        } };
        return init.join();
    } };
    REQUIRE_OK(parent_of_init.join());
    REQUIRE_OK(queue.send(1, "x"));
    REQUIRE_OK(outside.join());
}

} // namespace
