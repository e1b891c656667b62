// SPDX-License-Identifier: GPL-2.0
/*
 * semget(2): keys, flags, the number of semaphores, the order of the checks, and what a new set
 * looks like.  Limits: test_sem_limits.cpp.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>
#include <climits>
#include <set>
#include <sys/stat.h>

namespace {

// A set with a key, and the queries that most tests make.
struct KeyedSet {
    explicit KeyedSet(int nsems = 3, int mode = 0600) : set { nsems, mode, key } { }

    Outcome get(int nsems, int flags) const { return sysv::semget(key, nsems, flags); }
    // By a user who is neither owner nor group member.
    Outcome get_as_stranger(int nsems, int flags) const
    {
        return play(kAlice, [&] { return get(nsems, flags); });
    }

    key_t key = unused_set_key();
    SemSet set;
};

SemSet make(key_t key, int nsems, int flags)
{
    return SemSet::adopt(static_cast<int>(REQUIRE_OK(sysv::semget(key, nsems, flags))));
}

TEST(private_key_makes_a_new_set_each_time)
{
    const SemSet first;
    const SemSet second;
    EXPECT(first.id() != second.id());
}

TEST(private_key_needs_no_creat_flag)
{
    EXPECT_EQ(make(IPC_PRIVATE, 1, 0).stat().perm.mode, 0u);
}

TEST(private_key_ignores_excl)
{
    EXPECT_EQ(make(IPC_PRIVATE, 1, IPC_CREAT | IPC_EXCL | 0600).stat().perm.key, IPC_PRIVATE);
}

TEST(creat_makes_a_set_for_a_free_key)
{
    const key_t key = unused_set_key();
    EXPECT_EQ(make(key, 1, IPC_CREAT | 0600).stat().perm.key, key);
}

TEST(free_key_without_creat_is_enoent)
{
    EXPECT_ERR(sysv::semget(unused_set_key(), 1, 0600), ENOENT);
    EXPECT_ERR(sysv::semget(unused_set_key(), 1, IPC_EXCL | 0600), ENOENT);
}

TEST(free_key_without_creat_is_enoent_even_for_no_semaphores)
{
    EXPECT_ERR(sysv::semget(unused_set_key(), 0, 0600), ENOENT);
}

TEST(taken_key_gives_the_id_of_its_set)
{
    const KeyedSet keyed;
    EXPECT_EQ(keyed.get(3, 0600), Outcome::raw(keyed.set.id()));
    EXPECT_EQ(keyed.get(3, IPC_CREAT | 0600), Outcome::raw(keyed.set.id()));
    EXPECT_EQ(keyed.get(3, IPC_EXCL | 0600), Outcome::raw(keyed.set.id()));
}

TEST(taken_key_with_creat_and_excl_is_eexist)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get(3, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
}

TEST(an_existing_set_is_found_with_fewer_semaphores)
{
    const KeyedSet keyed;
    EXPECT_EQ(keyed.get(2, 0), Outcome::raw(keyed.set.id()));
    EXPECT_EQ(keyed.get(1, IPC_CREAT), Outcome::raw(keyed.set.id()));
}

TEST(an_existing_set_is_found_with_a_count_of_zero)
{
    const KeyedSet keyed;
    EXPECT_EQ(keyed.get(0, 0), Outcome::raw(keyed.set.id()));
    EXPECT_EQ(keyed.get(0, IPC_CREAT), Outcome::raw(keyed.set.id()));
}

TEST(more_semaphores_than_an_existing_set_has_is_einval)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get(4, 0600), EINVAL);
    EXPECT_ERR(keyed.get(4, IPC_CREAT | 0600), EINVAL);
    EXPECT_ERR(keyed.get(32000, 0600), EINVAL);
}

TEST(a_new_set_of_no_semaphores_is_einval)
{
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, 0, 0600), EINVAL);
    EXPECT_ERR(sysv::semget(unused_set_key(), 0, IPC_CREAT | 0600), EINVAL);
}

TEST(a_negative_number_of_semaphores_is_einval)
{
    const KeyedSet keyed;
    for (const int nsems : { -1, INT_MIN }) {
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, nsems, 0600), EINVAL);
        EXPECT_ERR(keyed.get(nsems, 0600), EINVAL);
    }
}

TEST(a_set_holds_up_to_semmsl_semaphores)
{
    const int semmsl = sem_info(IPC_INFO).semmsl;
    const SemSet set { semmsl };
    EXPECT_EQ(set.stat().nsems, semmsl);
    EXPECT_OK(set.operate({ up(semmsl - 1) }));
    EXPECT_EQ(set.value(semmsl - 1), 1);
}

TEST(more_than_semmsl_semaphores_is_einval)
{
    const int semmsl = sem_info(IPC_INFO).semmsl;
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, semmsl + 1, 0600), EINVAL);
    EXPECT_ERR(sysv::semget(IPC_PRIVATE, INT_MAX, 0600), EINVAL);
}

TEST(einval_for_an_impossible_number_comes_before_enoent)
{
    EXPECT_ERR(sysv::semget(unused_set_key(), -1, 0600), EINVAL);
    EXPECT_ERR(sysv::semget(unused_set_key(), INT_MAX, 0600), EINVAL);
}

TEST(einval_for_an_impossible_number_comes_before_eexist)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get(-1, IPC_CREAT | IPC_EXCL | 0600), EINVAL);
    EXPECT_ERR(keyed.get(INT_MAX, IPC_CREAT | IPC_EXCL | 0600), EINVAL);
}

TEST(eexist_comes_before_einval_for_too_many_semaphores)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get(4, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
}

TEST(eexist_comes_before_eacces_for_sets)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get_as_stranger(3, IPC_CREAT | IPC_EXCL | 0666), EEXIST);
}

TEST(einval_for_too_many_semaphores_comes_before_eacces)
{
    const KeyedSet keyed;
    EXPECT_ERR(keyed.get_as_stranger(4, 0600), EINVAL);
    EXPECT_ERR(keyed.get_as_stranger(3, 0600), EACCES);
}

TEST(asking_for_more_than_the_mode_of_a_set_grants_is_eacces)
{
    const KeyedSet keyed { 3, 0604 };
    EXPECT_ERR(keyed.get_as_stranger(3, 0006), EACCES);
    EXPECT_ERR(keyed.get_as_stranger(3, IPC_CREAT | 0002), EACCES);
    EXPECT_EQ(keyed.get_as_stranger(3, 0004), Outcome::raw(keyed.set.id()));
}

TEST(asking_for_nothing_is_always_granted_for_a_set)
{
    const KeyedSet keyed { 3, 0000 };
    EXPECT_EQ(keyed.get_as_stranger(3, 0), Outcome::raw(keyed.set.id()));
    EXPECT_EQ(keyed.get_as_stranger(0, IPC_CREAT), Outcome::raw(keyed.set.id()));
}

TEST(execute_bits_in_the_request_are_checked_like_the_others)
{
    const KeyedSet keyed { 3, 0606 };
    EXPECT_ERR(keyed.get_as_stranger(3, 0001), EACCES);
    EXPECT_ERR(keyed.get_as_stranger(3, 0100), EACCES);
    REQUIRE_OK(keyed.set.set_mode(0601));
    EXPECT_OK(keyed.get_as_stranger(3, 0111));
}

TEST(root_is_granted_every_request_for_a_set)
{
    const KeyedSet keyed { 3, 0000 };
    EXPECT_EQ(keyed.get(3, 0777), Outcome::raw(keyed.set.id()));
}

TEST(finding_a_set_leaves_its_mode_and_size_alone)
{
    const KeyedSet keyed { 3, 0640 };
    EXPECT_OK(keyed.get(2, IPC_CREAT | 0777));
    EXPECT_EQ(keyed.set.stat().perm.mode, 0640u);
    EXPECT_EQ(keyed.set.stat().nsems, 3u);
}

TEST(a_removed_set_leaves_its_key_free)
{
    const key_t key = unused_set_key();
    SemSet first { 3, 0600, key };
    REQUIRE_OK(first.remove());
    EXPECT_ERR(sysv::semget(key, 3, 0600), ENOENT);
    const SemSet second { 5, 0600, key };
    EXPECT_EQ(second.stat().nsems, 5u);
}

TEST(extreme_keys_are_ordinary_keys)
{
    for (const key_t key : { -1, INT_MIN, INT_MAX }) {
        const SemSet set { 1, 0600, key };
        EXPECT_EQ(sysv::semget(key, 1, 0600), Outcome::raw(set.id()));
        EXPECT_EQ(set.stat().perm.key, key);
    }
}

TEST(queues_and_sets_do_not_share_keys)
{
    const KeyedSet keyed;
    EXPECT_ERR(Outcome::of(syscall(SYS_msgget, keyed.key, 0600)), ENOENT);
}

TEST(a_new_set_stores_nine_bits_of_the_flags_as_its_mode)
{
    for (const int mode : { 0000, 0111, 0421, 0777 })
        EXPECT_EQ(SemSet(1, mode).stat().perm.mode, static_cast<unsigned>(mode));
    EXPECT_EQ(SemSet(1, 0xf000 | 0640).stat().perm.mode, 0640u);
}

TEST(the_umask_does_not_touch_the_mode_of_a_set)
{
    umask(0777);
    EXPECT_EQ(SemSet(1, 0666).stat().perm.mode, 0666u);
}

TEST(a_new_set_belongs_to_the_effective_ids)
{
    Actor creator { [] {
        REQUIRE_EQ(setresgid(4005, 4006, 4007), 0);
        REQUIRE_EQ(setresuid(3005, 3006, 3007), 0);
        const SemSet set;
        const auto perm = set.stat().perm;
        EXPECT_EQ(perm.uid, 3006u);
        EXPECT_EQ(perm.cuid, 3006u);
        EXPECT_EQ(perm.gid, 4006u);
        EXPECT_EQ(perm.cgid, 4006u);
        return Outcome::raw(0);
    } };
    EXPECT_OK(creator.join());
}

TEST(the_values_of_a_new_set_are_zero)
{
    const SemSet set { 1000 };
    EXPECT(std::ranges::all_of(set.values(), [](unsigned value) { return value == 0; }));
}

TEST(a_new_set_has_no_last_operation)
{
    const SemSet set { 3 };
    EXPECT_EQ(set.stat().otime, 0);
    for (const int number : { 0, 1, 2 }) {
        EXPECT_EQ(set.last_pid(number), 0);
        EXPECT_EQ(set.waiting_for_increase(number), 0);
        EXPECT_EQ(set.waiting_for_zero(number), 0);
    }
}

TEST(a_new_set_was_changed_just_now)
{
    const auto before = kernel_seconds();
    const SemSet set;
    const auto changed = set.stat().ctime;
    EXPECT(changed >= before && changed <= kernel_seconds());
}

TEST(a_set_at_a_reused_index_is_initialised)
{
    // The indices go round: one of these has the place of the first, used set.
    SemSet first { 5 };
    const int index = sysv::index_of(first.id());
    REQUIRE_OK(first.set_values({ 1, 2, 3, 4, 5 }));
    REQUIRE_OK(first.operate({ up(0) }));
    REQUIRE_OK(first.remove());
    for (int i = 0; i < 40000; ++i) {
        const SemSet set { 5 };
        if (sysv::index_of(set.id()) != index)
            continue;
        EXPECT_EQ(set.text(), "0 0 0 0 0");
        EXPECT_EQ(set.stat().otime, 0);
        EXPECT_EQ(set.last_pid(4), 0);
        return;
    }
    harness::record_failure(HERE, "the place was never used again");
}

TEST(anyone_may_create_sets)
{
    const auto outcome = play(kBob, [] {
        const SemSet set { 3, 0600, unused_set_key() };
        return Outcome::raw(set.stat().perm.cuid);
    });
    EXPECT_EQ(outcome, Outcome::raw(kBob.uid));
}

TEST(ids_of_sets_are_not_reused_soon)
{
    std::set<int> ids;
    for (int i = 0; i < 1000; ++i)
        EXPECT(ids.insert(SemSet {}.id()).second);
}

TEST(the_sequence_of_a_set_is_the_one_in_its_id)
{
    for (int i = 0; i < 70; ++i) {
        const SemSet set;
        EXPECT_EQ(set.stat().perm.seq, sysv::sequence_of(set.id()));
    }
}

TEST(library_wrappers_see_the_same_set)
{
    const KeyedSet keyed;
    EXPECT_EQ(::semget(keyed.key, 3, 0), keyed.set.id());
    sembuf one = up(1, 7);
    EXPECT_EQ(::semop(keyed.set.id(), &one, 1), 0);
    EXPECT_EQ(::semctl(keyed.set.id(), 1, GETVAL), 7);
    EXPECT_EQ(keyed.set.text(), "0 7 0");
}

} // namespace
