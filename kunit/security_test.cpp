// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_security: when an object's security hooks are called, and the effect of their
 * answers.
 */
#include "identity.hpp"
#include "open_fixture.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct SecurityTest : OpenFixture {
    using OpenFixture::OpenFixture;

    [[nodiscard]] Result<IpcId> open(u32 flags) noexcept
    {
        return OpenFixture::open(Key { 1 }, flags);
    }
    [[nodiscard]] Result<void> check_removal(TestObject& object) noexcept
    {
        auto state = object.lock();
        return object.check_removal(state, ns().owner());
    }
    [[nodiscard]] Result<void> check_change(TestObject& object) noexcept
    {
        auto state = object.lock();
        return object.check_change(state, abi::IpcPerm {}, 0, ns().owner());
    }

    const u64 labelled_before { TestHooks::labelled.count() };
    const u64 unlabelled_before { TestHooks::unlabelled.count() };
    const u64 asked_before { TestHooks::asked.count() };
};

} // namespace

TEST_CASE(SecurityTest, an_object_without_a_label_is_not_created)
{
    {
        const Verdict no { Errno::EACCES };
        EXPECT_ERR(open(0600 | kCreate), Errno::EACCES);
    }
    EXPECT_ERR(open(0600), Errno::ENOENT);
    wait_for_rcu_memory();
    EXPECT_EQ(census.born.count(), 1);
    EXPECT_EQ(census.dead.count(), 1);
    EXPECT_EQ(TestHooks::unlabelled.count(), unlabelled_before);
}

TEST_CASE(SecurityTest, every_label_is_freed_once_with_its_object)
{
    constexpr i32 kObjects = 10;
    for (i32 i = 1; i <= kObjects; ++i)
        EXPECT(add(Key { i }).ok());
    EXPECT_EQ(TestHooks::labelled.count(), labelled_before + kObjects);
    EXPECT_EQ(TestHooks::unlabelled.count(), unlabelled_before);
    EXPECT_ERR(add(Key { 1 }), Errno::EEXIST);
    clear();
    wait_for_rcu_memory();
    EXPECT_EQ(TestHooks::unlabelled.count(), unlabelled_before + kObjects + 1);
}

TEST_CASE(SecurityTest, the_mode_check_comes_before_the_security_module)
{
    EXPECT(open(0600 | kCreate).ok());
    EXPECT_EQ(TestHooks::asked.count(), asked_before);
    const Verdict no { Errno::EPERM };
    EXPECT_ERR(open(0400 | kCreate), Errno::EPERM);
    EXPECT_EQ(TestHooks::asked.count(), asked_before + 1);
    EXPECT_EQ(TestHooks::flags, 0400 | kCreate);

    const ActingAs stranger { Uid { 100 }, Gid { 100 }, Gid { 100 } };
    EXPECT(stranger);
    EXPECT_ERR(open(0400), Errno::EACCES);
    EXPECT_ERR(open(0600 | kCreate | kExclusive), Errno::EEXIST);
    EXPECT_EQ(TestHooks::asked.count(), asked_before + 1);
}

TEST_CASE(SecurityTest, the_owner_check_comes_before_the_security_module)
{
    const Ref<TestObject> object = REQUIRE(TestObject::create(Key { 1 }, census));
    EXPECT(check_removal(*object).ok());
    EXPECT_EQ(TestHooks::command, KAPI_IPC_RMID);
    EXPECT(check_change(*object).ok());
    EXPECT_EQ(TestHooks::command, KAPI_IPC_SET);
    const Verdict no { Errno::EACCES };
    EXPECT_ERR(check_removal(*object), Errno::EACCES);
    EXPECT_ERR(check_change(*object), Errno::EACCES);
    EXPECT_EQ(TestHooks::asked.count(), asked_before + 4);

    const ActingAs stranger { Uid { 100 }, Gid { 100 }, Gid { 100 } };
    EXPECT(stranger);
    EXPECT_ERR(check_removal(*object), Errno::EPERM);
    EXPECT_ERR(check_change(*object), Errno::EPERM);
    EXPECT_EQ(TestHooks::asked.count(), asked_before + 4);
}

} // namespace sysvipc
