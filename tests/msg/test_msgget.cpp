// SPDX-License-Identifier: GPL-2.0
/*
 * msgget(2): keys, flags, the order of the checks, and the state of a new queue.
 * Ids and the limit on their number: test_msg_ids.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <sys/stat.h>

namespace {

// A call by a user who is neither owner nor group member of a queue created by root.
Outcome get_as_stranger(key_t key, int flags)
{
    return play(kAlice, [&] { return sysv::msgget(key, flags); });
}

TEST(private_key_makes_a_new_queue_each_time)
{
    const Queue first;
    const Queue second;
    EXPECT(first.id() != second.id());
}

TEST(private_key_needs_no_creat_flag)
{
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(sysv::msgget(IPC_PRIVATE, 0))));
    EXPECT_EQ(queue.stat().perm.mode, 0u);
}

TEST(private_key_ignores_excl)
{
    const auto made = sysv::msgget(IPC_PRIVATE, IPC_CREAT | IPC_EXCL | 0600);
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    EXPECT_EQ(queue.stat().perm.key, IPC_PRIVATE);
}

TEST(private_queue_is_not_found_by_key_zero)
{
    const Queue first;
    const auto second = Queue::adopt(static_cast<int>(REQUIRE_OK(sysv::msgget(0, 0600))));
    EXPECT(second.id() != first.id());
}

TEST(creat_makes_a_queue_for_a_free_key)
{
    const key_t key = unused_key();
    const auto made = sysv::msgget(key, IPC_CREAT | 0600);
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    EXPECT_EQ(queue.stat().perm.key, key);
}

TEST(free_key_without_creat_is_enoent)
{
    EXPECT_ERR(sysv::msgget(unused_key(), 0600), ENOENT);
}

TEST(free_key_with_excl_alone_is_enoent)
{
    EXPECT_ERR(sysv::msgget(unused_key(), IPC_EXCL | 0600), ENOENT);
}

TEST(taken_key_gives_the_id_of_its_queue)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_EQ(sysv::msgget(key, 0600), Outcome::raw(queue.id()));
}

TEST(taken_key_with_creat_gives_the_id_of_its_queue)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_EQ(sysv::msgget(key, IPC_CREAT | 0600), Outcome::raw(queue.id()));
}

TEST(taken_key_with_creat_and_excl_is_eexist)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_ERR(sysv::msgget(key, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
}

TEST(taken_key_with_excl_alone_is_found)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_EQ(sysv::msgget(key, IPC_EXCL | 0600), Outcome::raw(queue.id()));
}

TEST(getting_a_queue_with_creat_leaves_its_mode_alone)
{
    const key_t key = unused_key();
    const Queue queue { 0640, key };
    EXPECT_OK(sysv::msgget(key, IPC_CREAT | 0777));
    EXPECT_EQ(queue.stat().perm.mode, 0640u);
}

TEST(eexist_comes_before_eacces)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_ERR(get_as_stranger(key, IPC_CREAT | IPC_EXCL | 0666), EEXIST);
}

TEST(asking_for_more_than_the_mode_grants_is_eacces)
{
    const key_t key = unused_key();
    const Queue queue { 0604, key };
    EXPECT_ERR(get_as_stranger(key, 0006), EACCES);
    EXPECT_ERR(get_as_stranger(key, IPC_CREAT | 0002), EACCES);
    EXPECT_EQ(get_as_stranger(key, 0004), Outcome::raw(queue.id()));
}

TEST(asking_for_nothing_is_always_granted)
{
    const key_t key = unused_key();
    const Queue queue { 0000, key };
    EXPECT_EQ(get_as_stranger(key, 0), Outcome::raw(queue.id()));
    EXPECT_EQ(get_as_stranger(key, IPC_CREAT), Outcome::raw(queue.id()));
}

TEST(requests_for_user_group_and_other_bits_are_one_request)
{
    const key_t key = unused_key();
    const Queue queue { 0604, key };
    for (const int request : { 0400, 0040, 0004, 0444 })
        EXPECT_OK(get_as_stranger(key, request));
    for (const int request : { 0200, 0020, 0002, 0420, 0402, 0042, 0666 })
        EXPECT_ERR(get_as_stranger(key, request), EACCES);
}

TEST(execute_bits_are_checked_like_the_others)
{
    const key_t key = unused_key();
    const Queue queue { 0606, key };
    EXPECT_ERR(get_as_stranger(key, 0001), EACCES);
    EXPECT_ERR(get_as_stranger(key, 0100), EACCES);
    REQUIRE_OK(queue.set_mode(0601));
    EXPECT_OK(get_as_stranger(key, 0111));
}

TEST(root_is_granted_every_request)
{
    const key_t key = unused_key();
    const Queue queue { 0000, key };
    EXPECT_EQ(sysv::msgget(key, 0777), Outcome::raw(queue.id()));
}

TEST(mode_keeps_all_nine_low_bits)
{
    for (const int mode : { 0000, 0111, 0421, 0777 }) {
        const Queue queue { mode };
        EXPECT_EQ(queue.stat().perm.mode, static_cast<unsigned>(mode));
    }
}

TEST(mode_takes_nothing_but_the_nine_low_bits)
{
    const auto made = sysv::msgget(IPC_PRIVATE, 0x7ffff000 | IPC_CREAT | 0640);
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    EXPECT_EQ(queue.stat().perm.mode, 0640u);
}

TEST(umask_does_not_touch_the_mode)
{
    const mode_t old_mask = umask(0777);
    const Queue queue { 0666 };
    umask(old_mask);
    EXPECT_EQ(queue.stat().perm.mode, 0666u);
}

TEST(unknown_flags_are_ignored)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    const int unknown = 0x7ffff000 & ~(IPC_CREAT | IPC_EXCL);
    EXPECT_EQ(sysv::msgget(key, unknown | 0600), Outcome::raw(queue.id()));
    EXPECT_ERR(sysv::msgget(unused_key(), unknown | 0600), ENOENT);
}

TEST(all_flag_bits_at_once_create_exclusively)
{
    const key_t key = unused_key();
    const auto queue = Queue::adopt(static_cast<int>(REQUIRE_OK(sysv::msgget(key, -1))));
    EXPECT_EQ(queue.stat().perm.mode, 0777u);
    EXPECT_ERR(sysv::msgget(key, -1), EEXIST);
}

TEST(negative_and_extreme_keys_are_keys_like_others)
{
    for (const key_t key : { INT_MIN, INT_MIN + 1, -1, INT_MAX }) {
        const Queue queue { 0600, key };
        EXPECT_EQ(sysv::msgget(key, 0), Outcome::raw(queue.id()));
        EXPECT_EQ(queue.stat().perm.key, key);
    }
}

TEST(keys_that_differ_in_one_bit_are_different_keys)
{
    const key_t key = 0x13572468;
    const Queue queue { 0600, key };
    for (int bit = 0; bit < 32; ++bit)
        EXPECT_ERR(sysv::msgget(static_cast<key_t>(key ^ (1u << bit)), 0), ENOENT);
}

TEST(a_key_is_free_again_after_removal)
{
    const key_t key = unused_key();
    Queue queue { 0600, key };
    REQUIRE_OK(queue.remove());
    EXPECT_ERR(sysv::msgget(key, 0600), ENOENT);
    const Queue again { 0600, key };
    EXPECT_EQ(sysv::msgget(key, 0), Outcome::raw(again.id()));
}

TEST(new_queue_belongs_to_the_effective_ids)
{
    const Actor::Body make_and_compare = [] {
        REQUIRE_EQ(setresgid(4005, 4006, 4007), 0);
        REQUIRE_EQ(setresuid(3005, 3006, 3007), 0);
        const Queue queue { 0600 };
        const auto perm = queue.stat().perm;
        EXPECT_EQ(perm.uid, 3006u);
        EXPECT_EQ(perm.cuid, 3006u);
        EXPECT_EQ(perm.gid, 4006u);
        EXPECT_EQ(perm.cgid, 4006u);
        return Outcome::raw(0);
    };
    (void)Actor { make_and_compare }.join();
}

TEST(new_queue_is_empty_and_was_never_used)
{
    const auto stat = Queue {}.stat();
    EXPECT_EQ(stat.qnum, 0u);
    EXPECT_EQ(stat.cbytes, 0u);
    EXPECT_EQ(stat.lspid, 0);
    EXPECT_EQ(stat.lrpid, 0);
    EXPECT_EQ(stat.stime, 0);
    EXPECT_EQ(stat.rtime, 0);
}

TEST(new_queue_has_the_default_byte_limit)
{
    sysv::Info info {};
    REQUIRE_OK(sysv::msgctl(0, IPC_INFO, &info));
    EXPECT_EQ(Queue {}.stat().qbytes, info.msgmnb);
}

TEST(anyone_may_create_queues)
{
    const auto outcome = play(kBob, [] {
        const Queue queue { 0600, unused_key() };
        return Outcome::raw(queue.stat().perm.cuid);
    });
    EXPECT_EQ(outcome, Outcome::raw(kBob.uid));
}

TEST(library_wrappers_see_the_same_queue)
{
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    EXPECT_EQ(::msgget(key, 0), queue.id());
    msqid_ds stat {};
    EXPECT_EQ(::msgctl(queue.id(), IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.msg_perm.__key, key);
    errno = 0;
    EXPECT_EQ(::msgget(key, IPC_CREAT | IPC_EXCL), -1);
    EXPECT_EQ(errno, EEXIST);
}

} // namespace
