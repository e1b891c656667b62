// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/limits: the value of each limit, the current and highest use, and how often a call hit it.
 * In an IPC namespace of its own: other users do not count.
 */
#include "lib/own_table.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace {

const char* const kLimitNames[] = { "msgmax", "msgmnb", "msgmni", "semmsl", "semmns",
                                    "semopm", "semmni", "shmmax", "shmall", "shmmni" };

OwnRow limit(const std::string& name)
{
    return row_where("limits", "limit", name);
}

long long hits(const std::string& name)
{
    return number_in(limit(name), "hits");
}

void expect_use(const std::string& name, long long in_use, long long highest)
{
    const OwnRow row = limit(name);
    EXPECT_EQ(number_in(row, "in_use"), in_use);
    EXPECT_EQ(number_in(row, "highest"), highest);
}

// No other limit was hit than `name`, and that so often.
void expect_only_hits_of(const std::string& name, long long count)
{
    for (const char* other : kLimitNames)
        EXPECT_EQ(hits(other), other == name ? count : 0);
}

void alone(const std::function<void()>& body)
{
    require_module();
    in_a_new_ipc_namespace(body);
}

TEST(the_limits_have_a_row_each_in_this_order)
{
    const auto rows = read_own_table("limits");
    REQUIRE_EQ(rows.size(), std::size(kLimitNames));
    for (std::size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(rows[i].at("limit"), kLimitNames[i]);
}

TEST(the_file_is_regular_empty_and_readable_by_all)
{
    require_module();
    struct stat status { };
    REQUIRE_EQ(stat("/proc/sysvipc/limits", &status), 0);
    EXPECT_EQ(status.st_mode, static_cast<unsigned>(S_IFREG | 0444));
    EXPECT_EQ(status.st_uid, 0u);
}

TEST(the_values_are_those_of_proc_sys_kernel)
{
    require_module();
    for (const char* name : { "msgmax", "msgmnb", "msgmni", "shmmni" }) {
        const auto value = read_number((std::string { "/proc/sys/kernel/" } + name).c_str());
        REQUIRE(value.has_value());
        EXPECT_EQ(number_in(limit(name), "value"), *value);
    }
    for (const char* name : { "shmmax", "shmall" }) {
        const auto text = read_file((std::string { "/proc/sys/kernel/" } + name).c_str());
        REQUIRE(text.has_value());
        EXPECT_EQ(limit(name).at("value") + "\n", *text);
    }
    const auto sem = read_file("/proc/sys/kernel/sem");
    REQUIRE(sem.has_value());
    EXPECT_EQ(limit("semmsl").at("value") + "\t" + limit("semmns").at("value") + "\t"
                  + limit("semopm").at("value") + "\t" + limit("semmni").at("value") + "\n",
              *sem);
}

TEST(a_change_of_a_limit_shows_at_once)
{
    alone([] {
        const LimitOverride few { "msgmni", 7 };
        EXPECT_EQ(number_in(limit("msgmni"), "value"), 7);
    });
}

TEST(use_falls_and_the_highest_value_stays)
{
    alone([] {
        expect_use("msgmni", 0, 0);
        expect_use("semmns", 0, 0);
        {
            const Queue first;
            const Queue second;
            const SemSet set { 5 };
            const SemSet other { 2 };
            const Segment segment { 3 * 4096 + 1 };
            expect_use("msgmni", 2, 2);
            expect_use("semmni", 2, 2);
            expect_use("semmns", 7, 7);
            expect_use("shmmni", 1, 1);
            expect_use("shmall", 4, 4);
        }
        const Queue third;
        expect_use("msgmni", 1, 2);
        expect_use("semmni", 0, 2);
        expect_use("semmns", 0, 7);
        expect_use("shmmni", 0, 1);
        expect_use("shmall", 0, 4);
    });
}

TEST(limits_of_one_call_have_nothing_in_use)
{
    for (const char* name : { "msgmax", "msgmnb", "semmsl", "semopm", "shmmax" }) {
        EXPECT_EQ(limit(name).at("in_use"), "-");
        EXPECT_EQ(limit(name).at("highest"), "-");
    }
}

TEST(too_many_queues_hit_msgmni)
{
    alone([] {
        const LimitOverride one { "msgmni", 1 };
        const Queue queue;
        EXPECT_ERR(sysv::msgget(IPC_PRIVATE, IPC_CREAT), ENOSPC);
        EXPECT_ERR(sysv::msgget(1, IPC_CREAT), ENOSPC);
        EXPECT_ERR(sysv::msgget(1, 0), ENOENT);
        expect_only_hits_of("msgmni", 2);
    });
}

TEST(too_long_a_message_hits_msgmax)
{
    alone([] {
        const Queue queue;
        EXPECT_ERR(queue.send(1, std::string(8193, 'x')), EINVAL);
        expect_only_hits_of("msgmax", 1);
        EXPECT_ERR(send(-1, 1, "x"), EINVAL);
        EXPECT_ERR(queue.send(0, "x"), EINVAL);
        expect_only_hits_of("msgmax", 1);
    });
}

TEST(a_full_queue_hits_msgmnb_whether_the_sender_waits_or_not)
{
    alone([] {
        const Queue queue;
        queue.fill();
        EXPECT_ERR(queue.send(1, "x"), EAGAIN);
        expect_only_hits_of("msgmnb", 1);
        Actor sender { [&] { return queue.send(1, "x", 0); } };
        sender.wait_asleep_in_msgsnd();
        expect_only_hits_of("msgmnb", 2);
        EXPECT(queue.receive().outcome.ok());
        REQUIRE_OK(sender.join());
        expect_only_hits_of("msgmnb", 2);
    });
}

TEST(semaphores_hit_the_limit_that_they_exceed)
{
    alone([] {
        const LimitOverride few { "sem", "4 6 3 2" };
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 5, IPC_CREAT), EINVAL);
        expect_only_hits_of("semmsl", 1);
    });
    alone([] {
        const LimitOverride few { "sem", "4 6 3 2" };
        const SemSet set { 4 };
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 3, IPC_CREAT), ENOSPC);
        expect_only_hits_of("semmns", 1);
    });
    alone([] {
        const LimitOverride few { "sem", "4 6 3 2" };
        const SemSet set { 4 };
        EXPECT_ERR(set.attempt(times(4, up())), E2BIG);
        expect_only_hits_of("semopm", 1);
    });
    alone([] {
        const LimitOverride few { "sem", "4 6 3 2" };
        const SemSet first;
        const SemSet second;
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, IPC_CREAT), ENOSPC);
        expect_only_hits_of("semmni", 1);
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 0, IPC_CREAT), EINVAL);
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, -1, IPC_CREAT), EINVAL);
        expect_only_hits_of("semmni", 1);
    });
}

TEST(segments_hit_the_limit_that_they_exceed)
{
    alone([] {
        const LimitOverride small { "shmmax", 5000 };
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 5001, IPC_CREAT), EINVAL);
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 0, IPC_CREAT), EINVAL);
        expect_only_hits_of("shmmax", 1);
    });
    alone([] {
        const LimitOverride few { "shmall", 2 };
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 8193, IPC_CREAT), ENOSPC);
        expect_only_hits_of("shmall", 1);
    });
    alone([] {
        const LimitOverride one { "shmmni", 1 };
        const Segment segment { 1 };
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, 1, IPC_CREAT), ENOSPC);
        expect_only_hits_of("shmmni", 1);
    });
}

TEST(the_limits_are_those_of_the_opener_s_namespace)
{
    alone([] {
        const Queue queue;
        in_a_new_ipc_namespace([] { expect_use("msgmni", 0, 0); });
        expect_use("msgmni", 1, 1);
    });
}

TEST(reads_in_pieces_give_the_same_text)
{
    require_module();
    in_a_new_ipc_namespace([] {
        const auto whole = read_file("/proc/sysvipc/limits");
        REQUIRE(whole.has_value());
        for (const std::size_t step : { 1u, 7u, 92u, 93u, 1000u })
            EXPECT(read_file("/proc/sysvipc/limits", step) == whole);
    });
}

} // namespace
