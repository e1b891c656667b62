// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sys/kernel/shm_rmid_forced: segments are removed with their last attachment, or with their
 * creator.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/segment.hpp"

#include <csignal>
#include <thread>

namespace {

constexpr const char* kName = "shm_rmid_forced";
constexpr const char* kFile = "/proc/sys/kernel/shm_rmid_forced";

// A segment made by a process that has ended.
int make_in_a_process(std::size_t size = kPage)
{
    const Shared<int> id;
    in_a_process(
        [&] { *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, size, 0600))); });
    return *id;
}

TEST(it_is_off_by_default_and_accepts_0_and_1)
{
    EXPECT(read_file(kFile) == "0\n");
    const LimitOverride saved { kName, 0 };
    errno = 0;
    EXPECT(!write_file(kFile, "2"));
    EXPECT_EQ(errno, EINVAL);
    EXPECT(!write_file(kFile, "-1"));
    EXPECT_EQ(errno, EINVAL);
    EXPECT(read_file(kFile) == "0\n");
}

TEST(when_it_is_off_segments_outlive_their_creators)
{
    const Segment segment = Segment::adopt(make_in_a_process());
    EXPECT_EQ(segment.attaches(), 0u);
    const Attachment attachment { segment };
    attachment[0] = 'x';
}

TEST(the_creators_exit_removes_unattached_segments)
{
    const LimitOverride on { kName, 1 };
    EXPECT(!segment_exists(make_in_a_process()));
}

TEST(the_creators_death_by_a_signal_removes_them_too)
{
    const LimitOverride on { kName, 1 };
    const Shared<int> id;
    Actor creator { [&] {
        *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        raise(SIGKILL);
        return Outcome::raw(0);
    } };
    creator.join_killed(SIGKILL);
    EXPECT(!segment_exists(*id));
}

TEST(attaching_over_the_only_attachment_does_not_remove_the_segment)
{
    const LimitOverride on { kName, 1 };
    const Segment segment;
    Attachment attachment { segment };
    attachment[0] = 'x';
    const Attachment again { segment, SHM_REMAP, attachment.data() };
    attachment.forget();
    EXPECT_EQ(again[0], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
}

TEST(a_failed_attachment_counts_as_the_last_detachment)
{
    const LimitOverride on { kName, 1 };
    const Segment segment;
    const Hole hole { kPage };
    EXPECT_ERR(sysv::shmat(segment.id(), hole.data(), 0), EINVAL);
    EXPECT(!segment_exists(segment.id()));
}

TEST(a_segment_attached_by_another_stays_until_its_detachment)
{
    const LimitOverride on { kName, 1 };
    const Shared<int> id;
    const Shared<Rendezvous> gate;
    Actor creator { [&] {
        *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        gate->meet(2);
        gate->meet(2);
        return Outcome::raw(0);
    } };
    gate->meet(2);
    Segment segment = Segment::adopt(*id);
    Attachment attachment { segment };
    gate->meet(2);
    REQUIRE_OK(creator.join());
    EXPECT(segment_exists(segment.id()));
    // It is an orphan, but not marked.
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
    attachment[0] = 'x';
    REQUIRE_OK(attachment.detach());
    EXPECT(!segment_exists(segment.id()));
    EXPECT_ERR(segment.remove(), EINVAL);
}

TEST(the_last_detachment_removes_it_while_its_creator_lives)
{
    const LimitOverride on { kName, 1 };
    Segment segment;
    Attachment first { segment };
    Attachment second { segment };
    REQUIRE_OK(first.detach());
    EXPECT(segment_exists(segment.id()));
    REQUIRE_OK(second.detach());
    EXPECT(!segment_exists(segment.id()));
    EXPECT_ERR(segment.remove(), EINVAL);
}

TEST(a_segment_never_attached_stays_while_its_creator_lives)
{
    const LimitOverride on { kName, 1 };
    const Segment segment;
    in_a_process([&] { EXPECT(segment_exists(segment.id())); });
    EXPECT(segment_exists(segment.id()));
}

TEST(switching_it_on_removes_the_orphans)
{
    const Segment mine;
    const int first = make_in_a_process();
    const int second = make_in_a_process();
    const Segment attached = Segment::adopt(make_in_a_process());
    Attachment attachment { attached };
    EXPECT(segment_exists(first) && segment_exists(second));
    {
        const LimitOverride on { kName, 1 };
        EXPECT(!segment_exists(first));
        EXPECT(!segment_exists(second));
        EXPECT(segment_exists(mine.id()));
        EXPECT(segment_exists(attached.id()));
    }
    attachment[0] = 'x';
}

TEST(each_thread_is_a_separate_creator)
{
    int id = -1;
    std::thread { [&] {
        id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
    } }.join();
    EXPECT(segment_exists(id));
    const LimitOverride on { kName, 1 };
    wait_until([&] { return !segment_exists(id); });
}

TEST(a_child_does_not_inherit_the_segments_its_parent_created)
{
    const LimitOverride on { kName, 1 };
    const Shared<int> id;
    in_a_process([&] {
        *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
        in_a_process([&] { EXPECT(segment_exists(*id)); });
        EXPECT(segment_exists(*id));
    });
    EXPECT(!segment_exists(*id));
}

TEST(a_segment_removed_before_exit_is_ignored_at_exit)
{
    const LimitOverride on { kName, 1 };
    const auto before = shm_usage();
    in_a_process([] {
        for (int i = 0; i < 10; ++i) {
            Segment segment;
            const Attachment attachment { segment };
            REQUIRE_OK(segment.mark());
        }
    });
    EXPECT_EQ(shm_usage().used_ids, before.used_ids);
    EXPECT_EQ(shm_usage().shm_tot, before.shm_tot);
}

} // namespace
