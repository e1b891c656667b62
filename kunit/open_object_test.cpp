// SPDX-License-Identifier: GPL-2.0
/* Suite sysvipc_open_object: the protocol that msgget, semget and shmget share. */
#include "identity.hpp"
#include "open_fixture.hpp"
#include "threads.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

using OpenTest = OpenFixture;

} // namespace

TEST_CASE(OpenTest, an_unused_key_is_enoent_without_ipc_creat)
{
    EXPECT_ERR(open(Key { 1 }, 0600), Errno::ENOENT);
    EXPECT_ERR(open(Key { 1 }, 0600 | kExclusive), Errno::ENOENT);
    const IpcId id = REQUIRE(open(Key { 1 }, 0600 | kCreate));
    EXPECT_VALUE(open(Key { 1 }, 0600), id);
    EXPECT_VALUE(open(Key { 1 }, 0600 | kCreate), id);
    EXPECT_VALUE(open(Key { 1 }, 0600 | kExclusive), id);
    EXPECT_EQ(census.born.count(), 1);
}

TEST_CASE(OpenTest, a_private_key_makes_a_new_object_each_time)
{
    const IpcId first = REQUIRE(open(kPrivateKey, 0));
    const IpcId second = REQUIRE(open(kPrivateKey, kCreate | kExclusive));
    EXPECT(first != second);
    EXPECT_ERR(open(kPrivateKey, kCreate, 2), Errno::ENOSPC);
}

TEST_CASE(OpenTest, exclusive_creation_of_an_existing_key_is_eexist_before_all_else)
{
    EXPECT(open(Key { 1 }, kCreate).ok());
    const ActingAs stranger { Uid { 100 }, Gid { 100 }, Gid { 100 } };
    EXPECT(stranger);
    EXPECT_ERR(open(Key { 1 }, 0600 | kCreate | kExclusive, 0, Errno::EINVAL), Errno::EEXIST);
}

TEST_CASE(OpenTest, the_facilitys_own_check_comes_before_the_permission_check)
{
    EXPECT(open(Key { 1 }, kCreate).ok());
    const ActingAs stranger { Uid { 100 }, Gid { 100 }, Gid { 100 } };
    EXPECT(stranger);
    EXPECT_ERR(open(Key { 1 }, 0600, 0, Errno::EINVAL), Errno::EINVAL);
    EXPECT_ERR(open(Key { 1 }, 0600), Errno::EACCES);
    EXPECT_ERR(open(Key { 1 }, 0600 | kCreate), Errno::EACCES);
    EXPECT(open(Key { 1 }, 0).ok());
}

TEST_CASE(OpenTest, the_mode_is_set_on_a_new_object_and_checked_on_an_existing_one)
{
    EXPECT(open(Key { 1 }, 0644 | kCreate).ok());
    const ActingAs stranger { Uid { 100 }, Gid { 100 }, Gid { 100 } };
    EXPECT(stranger);
    EXPECT(open(Key { 1 }, 0444).ok());
    EXPECT(open(Key { 1 }, 0400).ok());
    EXPECT_ERR(open(Key { 1 }, 0222), Errno::EACCES);
    EXPECT_ERR(open(Key { 1 }, 0666), Errno::EACCES);
}

TEST_CASE(OpenTest, only_creation_checks_the_limit)
{
    const IpcId id = REQUIRE(open(Key { 1 }, 0600 | kCreate, 1));
    EXPECT_ERR(open(Key { 2 }, 0600 | kCreate, 1), Errno::ENOSPC);
    EXPECT_VALUE(open(Key { 1 }, 0600 | kCreate, 1), id);
    EXPECT_EQ(full.count(), 1);
    EXPECT_EQ(table().usage().most, 1);
}

TEST_CASE(OpenTest, an_object_that_cannot_be_published_is_retired_at_once)
{
    EXPECT(open(Key { 1 }, kCreate, 1).ok());
    EXPECT_ERR(open(Key { 1 }, kCreate | kExclusive, 1), Errno::EEXIST);
    EXPECT_EQ(retired.count(), 0);
    EXPECT_ERR(open(kPrivateKey, kCreate, 1), Errno::ENOSPC);
    EXPECT_EQ(retired.count(), 1);
}

/* The limit is one object: the second thread must find that object instead of failing with ENOSPC. */
TEST_CASE(OpenTest, two_threads_that_open_the_same_keys_get_the_same_objects)
{
    constexpr i32 kRaced = 1'000;
    struct Ids {
        Atomic<i32> of_key[kRaced] {};
    };
    Tally failed;
    /* Too large for the stack: the ids that each thread gets, for comparison. */
    static constinit Ids ids[2];
    const auto open_all = [&](Ids& mine) {
        for (i32 i = 0; i < kRaced; ++i) {
            Result<IpcId> opened = open(Key { i + 1 }, 0600 | kCreate, i + 1);
            if (opened.ok())
                mine.of_key[i].store_relaxed(opened.take().value());
            else
                failed.add_one();
        }
    };
    {
        Thread first { 0, [&] { open_all(ids[0]); } };
        Thread second { 1, [&] { open_all(ids[1]); } };
        EXPECT(first.is_started() && second.is_started());
    }
    u32 differences = 0;
    for (i32 i = 0; i < kRaced; ++i)
        differences += ids[0].of_key[i].load_relaxed() != ids[1].of_key[i].load_relaxed();
    EXPECT_EQ(failed.count(), 0);
    EXPECT_EQ(differences, 0);
    EXPECT_EQ(census.born.count(), kRaced);
    EXPECT_EQ(retired.count(), 0);
    EXPECT_EQ(table().usage().in_use, kRaced);
}

} // namespace sysvipc
