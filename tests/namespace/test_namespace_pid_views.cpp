// SPDX-License-Identifier: GPL-2.0
/*
 * Process numbers in other pid namespaces: creators, exits, sleepers, threads, open files.
 */
#include "lib/facility.hpp"
#include "namespace/pid_numbers.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <thread>

namespace {

struct Numbers {
    int at[2];
};

TEST(the_creator_of_a_segment_has_a_number_inside_and_another_outside)
{
    require_namespaces("pid");
    const Shared<int> id;
    const pid_t outer = in_new_pids([&] {
        *id = kFacilities[2].make();
        EXPECT_EQ(segment_stat_of(*id).cpid, 1);
        EXPECT_EQ(segment_columns(*id).first, 1);
        EXPECT_EQ(segment_stat_of(*id).lpid, 0);
    });
    const Segment segment = Segment::adopt(*id);
    EXPECT_EQ(segment.stat().cpid, outer);
    EXPECT_EQ(segment_columns(*id).first, outer);
    EXPECT_EQ(segment_columns(*id).second, 0);
    in_new_pids([&] {
        EXPECT_EQ(segment_stat_of(*id).cpid, 0);
        EXPECT_EQ(segment_columns(*id).first, 0);
    });
}

TEST(an_exit_that_detaches_records_the_pid_of_the_exited_process)
{
    require_namespaces("pid");
    const Segment segment;
    const pid_t outer =
        in_new_pids([&] { (void)REQUIRE_OK(sysv::shmat(segment.id(), nullptr, 0)); });
    EXPECT_EQ(segment.stat().lpid, outer);
}

TEST(an_exit_that_undoes_records_the_pid_of_the_exited_process)
{
    require_namespaces("pid");
    const SemSet set { Values { 5 } };
    const pid_t outer = in_new_pids([&] {
        REQUIRE_OK(set.operate({ undone(down()) }));
        in_a_process([&] { REQUIRE_OK(set.operate({ up(), down() })); });
        EXPECT_EQ(set.last_pid(), 2);
    });
    EXPECT_EQ(set.value(), 5);
    EXPECT_EQ(set.last_pid(), outer);
}

TEST(a_woken_sleeper_is_shown_with_the_pid_in_the_readers_namespace)
{
    require_namespaces("pid");
    const Queue queue;
    const SemSet set { Values { 0 } };
    Actor init { kNewPids, [&] {
                    REQUIRE_OK(queue.receive(0, 0).outcome);
                    EXPECT_EQ(queue.stat().lspid, 0);
                    EXPECT_EQ(queue.stat().lrpid, 1);
                    return set.operate({ down() });
                } };
    init.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(1, "text"));
    EXPECT_EQ(queue.stat().lrpid, init.pid());
    init.wait_asleep_in(sysv::kSemopNumber);
    REQUIRE_OK(set.operate({ up() }));
    const pid_t outer = init.pid();
    EXPECT_OK(init.join());
    EXPECT_EQ(set.last_pid(), outer);
}

TEST(threads_have_the_number_of_their_process)
{
    require_namespaces("pid");
    const Queue queue;
    const SemSet set { Values { 0 } };
    const Segment segment;
    const pid_t outer = in_new_pids([&] {
        std::thread { [&] {
            EXPECT(gettid() != getpid());
            REQUIRE_OK(queue.send(1, "text"));
            REQUIRE_OK(queue.receive().outcome);
            EXPECT_OK(set.operate({ up() }));
            REQUIRE_OK(kFacilities[2].write(segment.id()));
        } }.join();
        EXPECT_EQ(queue.stat().lspid, 1);
        EXPECT_EQ(set.last_pid(), 1);
        EXPECT_EQ(segment.stat().lpid, 1);
    });
    EXPECT_EQ(queue.stat().lspid, outer);
    EXPECT_EQ(queue.stat().lrpid, outer);
    EXPECT_EQ(set.last_pid(), outer);
    EXPECT_EQ(segment.stat().lpid, outer);
}

TEST(own_pids_are_shown_inside_and_outer_pids_outside)
{
    const Realm realm { CLONE_NEWPID | new_ipc() };
    const Shared<Numbers> numbers;
    realm.in([&] {
        std::ranges::copy(own_numbers(), numbers->at);
        const int queue = kFacilities[0].make();
        REQUIRE_OK(send(queue, 1, "text"));
        REQUIRE_OK(receive(queue).outcome);
        EXPECT_EQ(stat_of(queue).lspid, getpid());
        EXPECT_EQ(queue_columns(queue).second, numbers->at[1]);
    });
    // From outside, in its IPC namespace but not among its processes.
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        EXPECT_EQ(stat_of(0).lspid, numbers->at[0]);
        EXPECT_EQ(queue_columns(0).first, numbers->at[0]);
    });
}

TEST(a_file_opened_outside_shows_the_outer_numbers_inside)
{
    require_namespaces("pid");
    const Queue queue;
    const Segment segment;
    REQUIRE_OK(queue.send(1, "text"));
    REQUIRE_OK(queue.receive().outcome);
    const ProcFile queues { kProcMsg };
    const ProcFile segments { kProcShm };
    const pid_t outside = getpid();
    in_new_pids([&] {
        const auto queue_numbers = columns_in(queues.read_rest(), kQueueFormat, queue.id());
        EXPECT_EQ(queue_numbers.first, outside);
        EXPECT_EQ(queue_numbers.second, outside);
        const auto numbers = columns_in(segments.read_rest(), kSegmentFormat, segment.id());
        EXPECT_EQ(numbers.first, outside);
        EXPECT_EQ(numbers.second, 0);
        EXPECT_EQ(segment_columns(segment.id()).first, 0);
    });
}

TEST(a_file_opened_inside_shows_the_inner_numbers_outside)
{
    require_namespaces("pid");
    const Queue queue;
    const Shared<int> number;
    const Shared<Rendezvous> gate;
    Actor init { kNewPids, [&] {
                    const ProcFile file { kProcMsg };
                    *number = file.fd();
                    gate->meet(2);
                    gate->meet(2);
                    REQUIRE_OK(queue.receive().outcome);
                    return Outcome::raw(0);
                } };
    gate->meet(2);
    const int process = static_cast<int>(syscall(SYS_pidfd_open, init.pid(), 0));
    const int file = static_cast<int>(syscall(SYS_pidfd_getfd, process, *number, 0));
    REQUIRE(file >= 0);
    REQUIRE_OK(queue.send(1, "text"));
    gate->meet(2);
    REQUIRE_OK(init.join());
    // The process and its pid namespace have ended; the file still shows pids of that namespace.
    std::string text(65536, '\0');
    text.resize(
        static_cast<std::size_t>(REQUIRE_OK(Outcome::of(read(file, text.data(), text.size())))));
    const auto numbers = columns_in(text, kQueueFormat, queue.id());
    EXPECT_EQ(numbers.first, 0);
    EXPECT_EQ(numbers.second, 1);
    close(file);
    close(process);
}

} // namespace
