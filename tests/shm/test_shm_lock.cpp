// SPDX-License-Identifier: GPL-2.0
/*
 * SHM_LOCK and SHM_UNLOCK: permission, charges, and the mode that IPC_STAT shows.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/segment.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

namespace {

// A segment that belongs to Alice.
Segment segment_of_alice(std::size_t size = kPage)
{
    Segment segment { size, 0600 };
    auto wanted = segment.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(segment.set(wanted));
    return segment;
}

// The result of `call` for Alice with this limit on locked bytes.
Outcome as_alice_with_limit(rlim_t bytes, const Actor::Body& call)
{
    return Actor {
        [&] {
            const rlimit limit { bytes, bytes };
            REQUIRE_EQ(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
            become(kAlice);
            return call();
        }
    }.join();
}

TEST(locking_shows_in_the_mode)
{
    const Segment segment;
    REQUIRE_OK(segment.lock());
    EXPECT_EQ(segment.stat().perm.mode, sysv::kLocked | 0600);
    REQUIRE_OK(segment.unlock());
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
}

TEST(locking_twice_changes_nothing)
{
    const Segment segment;
    REQUIRE_OK(segment.lock());
    EXPECT_OK(segment.lock());
    REQUIRE_OK(segment.unlock());
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
    EXPECT_OK(segment.unlock());
}

TEST(unlocking_an_unlocked_segment_changes_nothing)
{
    const Segment segment;
    EXPECT_OK(segment.unlock());
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
}

TEST(locking_keeps_the_time_of_change)
{
    const Segment segment;
    const auto before = segment.stat();
    wait_for_second_after(before.ctime);
    REQUIRE_OK(segment.lock());
    REQUIRE_OK(segment.unlock());
    EXPECT_EQ(segment.stat().ctime, before.ctime);
    EXPECT_EQ(segment.stat().lpid, 0);
}

TEST(other_users_may_not_lock_or_unlock)
{
    const Segment segment { kPage, 0777 };
    EXPECT_ERR(play(kAlice, [&] { return segment.lock(); }), EPERM);
    EXPECT_ERR(play(kAlice, [&] { return segment.unlock(); }), EPERM);
}

TEST(the_owner_may_lock_within_its_limit)
{
    const Segment segment = segment_of_alice();
    EXPECT_OK(as_alice_with_limit(16 * kPage, [&] { return segment.lock(); }));
    EXPECT_EQ(segment.stat().perm.mode, sysv::kLocked | 0600);
    EXPECT_OK(as_alice_with_limit(16 * kPage, [&] { return segment.unlock(); }));
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
}

TEST(the_creator_may_lock_too)
{
    const Shared<int> id;
    Actor creator { kBob, [&] {
                       *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600)));
                       return Outcome::raw(0);
                   } };
    REQUIRE_OK(creator.join());
    const Segment segment = Segment::adopt(*id);
    auto wanted = segment.stat();
    wanted.perm.uid = kAlice.uid;
    REQUIRE_OK(segment.set(wanted));
    EXPECT_OK(play(kBob, [&] { return segment.lock(); }));
    EXPECT_OK(play(kBob, [&] { return segment.unlock(); }));
}

TEST(an_owner_with_a_lock_limit_of_zero_is_eperm)
{
    const Segment segment = segment_of_alice();
    EXPECT_ERR(as_alice_with_limit(0, [&] { return segment.lock(); }), EPERM);
    EXPECT_OK(as_alice_with_limit(0, [&] { return segment.unlock(); }));
}

TEST(more_than_the_limit_is_enomem)
{
    const Segment segment = segment_of_alice(8 * kPage);
    EXPECT_ERR(as_alice_with_limit(7 * kPage, [&] { return segment.lock(); }), ENOMEM);
    EXPECT_EQ(segment.stat().perm.mode, 0600u);
    EXPECT_OK(as_alice_with_limit(8 * kPage, [&] { return segment.lock(); }));
}

TEST(the_lock_limit_covers_all_segments_together)
{
    const Segment first = segment_of_alice(4 * kPage);
    const Segment second = segment_of_alice(4 * kPage);
    EXPECT_OK(as_alice_with_limit(7 * kPage, [&] { return first.lock(); }));
    EXPECT_ERR(as_alice_with_limit(7 * kPage, [&] { return second.lock(); }), ENOMEM);
    EXPECT_OK(as_alice_with_limit(7 * kPage, [&] { return first.unlock(); }));
    EXPECT_OK(as_alice_with_limit(7 * kPage, [&] { return second.lock(); }));
}

TEST(a_removed_segment_is_uncharged_from_the_lock_limit)
{
    for (int i = 0; i < 5; ++i) {
        Segment segment = segment_of_alice(4 * kPage);
        EXPECT_OK(as_alice_with_limit(5 * kPage, [&] { return segment.lock(); }));
        REQUIRE_OK(segment.remove());
    }
}

TEST(cap_ipc_lock_overrides_the_limit)
{
    const Segment segment { 8 * kPage };
    in_a_process([&] {
        const rlimit none { 0, 0 };
        REQUIRE_EQ(setrlimit(RLIMIT_MEMLOCK, &none), 0);
        EXPECT_OK(segment.lock());
    });
}

TEST(root_without_cap_ipc_lock_is_like_others)
{
    const Segment mine;
    const Segment of_alice = segment_of_alice();
    const auto without = [](const Segment& segment) {
        return Actor {
            [&] {
                drop_capability(CAP_IPC_LOCK);
                return segment.lock();
            }
        }.join();
    };
    EXPECT_OK(without(mine));
    // Root made it, which is enough.
    EXPECT_OK(without(of_alice));
}

TEST(a_locked_segment_can_be_used_normally)
{
    const Segment segment { 4 * kPage };
    REQUIRE_OK(segment.lock());
    const Attachment attachment { segment };
    attachment[3 * kPage] = 'x';
    REQUIRE_OK(segment.unlock());
    EXPECT_EQ(attachment[3 * kPage], 'x');
}

TEST(a_marked_segment_can_be_locked)
{
    const Segment segment;
    const Attachment attachment { segment };
    REQUIRE_OK(segment.mark());
    EXPECT_OK(segment.lock());
    EXPECT_EQ(segment.stat().perm.mode, sysv::kMarked | sysv::kLocked | 0600);
    EXPECT_OK(segment.unlock());
}

TEST(locked_pages_become_evictable_again_when_unlocked)
{
    const Segment segment { 64 * kPage };
    const Attachment attachment { segment };
    std::memset(attachment.data(), 1, 64 * kPage);
    for (int i = 0; i < 10; ++i) {
        REQUIRE_OK(segment.lock());
        REQUIRE_OK(segment.unlock());
    }
    EXPECT_EQ(attachment[63 * kPage], 1);
}

} // namespace
