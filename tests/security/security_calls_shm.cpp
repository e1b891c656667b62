// SPDX-License-Identifier: GPL-2.0
/*
 * test_security_calls: segments.
 */
#include "lib/actor.hpp"
#include "security/hook_calls.hpp"
#include "lib/segment.hpp"

#include <sstream>

namespace {

TEST(making_opening_and_attaching_segments)
{
    Trace trace;
    const key_t key = unused_segment_key();
    int id = -1;
    EXPECT_CALLS(trace,
                 id = static_cast<int>(REQUIRE_OK(sysv::shmget(key, kPage, IPC_CREAT | 0700))),
                 "shm_alloc");
    const Segment segment = Segment::adopt(id);
    EXPECT_CALLS(trace, EXPECT_OK(sysv::shmget(key, kPage, 0400)), "ipc_permission flag=0400",
                 "shm_associate flag=0400");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::shmget(key, 2 * kPage, 0400), EINVAL));
    EXPECT_CALLS(trace, Attachment { segment }, "ipc_permission flag=0666",
                 "shm_shmat address=0x0 flag=0");
    EXPECT_CALLS(trace, Attachment(segment, SHM_RDONLY), kMayRead,
                 "shm_shmat address=0x0 flag=010000");
    EXPECT_CALLS(trace, Attachment(segment, SHM_EXEC), "ipc_permission flag=0777",
                 "shm_shmat address=0x0 flag=0100000");
    // The address is the one that was asked for, not yet rounded.
    Hole hole { kPage };
    const auto* address = hole.open() + 5;
    std::ostringstream asked;
    asked << "shm_shmat address=0x" << std::hex << reinterpret_cast<unsigned long>(address)
          << " flag=020000";
    EXPECT_CALLS(trace, Attachment(segment, SHM_RND, address), "ipc_permission flag=0666",
                 asked.str());
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::shmat(segment.id(), nullptr, SHM_REMAP), EINVAL));
}

TEST(a_failure_after_labelling_frees_the_label)
{
    Trace trace;
    const key_t key = unused_segment_key();
    // There are no huge pages of 8 KiB.
    EXPECT_CALLS(
        trace,
        EXPECT_ERR(sysv::shmget(key, kPage, IPC_CREAT | SHM_HUGETLB | 13 << SHM_HUGE_SHIFT | 0600),
                   EINVAL),
        "shm_alloc");
    trace.wait_for_end_of(key, "shm_free");
}

TEST(commands_for_segments)
{
    Trace trace;
    Segment segment;
    sysv::SegmentStat stat {};
    unsigned long info[16] {};
    const auto control = [&](int command, void* buffer, int id) {
        return joined(trace.calls_of([&] { EXPECT_OK(sysv::shmctl(id, command, buffer)); }));
    };
    const std::string read = kMayRead;
    const int index = sysv::index_of(segment.id());
    EXPECT_EQ(control(IPC_STAT, &stat, segment.id()), read + ", shm_shmctl cmd=2");
    EXPECT_EQ(control(SHM_STAT, &stat, index), read + ", shm_shmctl cmd=13");
    EXPECT_EQ(control(SHM_STAT_ANY, &stat, index), "shm_shmctl cmd=15");
    EXPECT_EQ(control(IPC_INFO, info, 0), "shm_shmctl of all cmd=3");
    EXPECT_EQ(control(SHM_INFO, info, 0), "shm_shmctl of all cmd=14");
    EXPECT_EQ(control(IPC_SET, &stat, segment.id()), "shm_shmctl cmd=1");
    EXPECT_EQ(control(SHM_LOCK, nullptr, segment.id()), "shm_shmctl cmd=11");
    EXPECT_EQ(control(SHM_UNLOCK, nullptr, segment.id()), "shm_shmctl cmd=12");
    EXPECT_CALLS(trace, EXPECT_OK(segment.remove()), "shm_shmctl cmd=0");
}

TEST(forks_and_detaching_call_no_hook)
{
    Trace trace;
    const Segment segment;
    Attachment attachment { segment };
    EXPECT_CALLS(trace, {
        in_a_process([] {});
        EXPECT_OK(attachment.detach());
    });
}

TEST(a_segment_is_shown_locked_and_marked)
{
    Trace trace;
    const key_t key = unused_segment_key();
    Segment segment { kPage, 0600, key };
    (void)trace.calls_of([&] {
        REQUIRE_OK(segment.lock());
        EXPECT_OK(sysv::shmget(key, 0, 0));
    });
    EXPECT_EQ(trace.object_given_to("shm_shmctl", key).mode, 0600);
    EXPECT_EQ(trace.object_given_to("ipc_permission", key).mode, 02600);
    REQUIRE_OK(segment.unlock());
    const Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    // It has no key any more: match the id in front of the key.
    (void)trace.calls_of([&] { (void)segment.stat(); });
    const HookTrace::Object object = trace.object_with_id("shm_shmctl", segment.id());
    EXPECT_EQ(object.key, IPC_PRIVATE);
    EXPECT_EQ(object.mode, 01600);
}

} // namespace
