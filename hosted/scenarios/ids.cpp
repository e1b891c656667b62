// SPDX-License-Identifier: GPL-2.0
/* Scenarios of the id table: publishing, finding, removing, references, ownership. */
#include "../../kunit/open_fixture.hpp"
#include "scenario.hpp"

#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct IdScenario : OpenFixture {
    using OpenFixture::OpenFixture;

    /* The steps of a call: find, lock, check again.  Returns whether the object exists. */
    [[nodiscard]] bool use(IpcId id) noexcept
    {
        const RcuGuard guard;
        TestObject* object = table().find<TestObject>(id);
        if (!object)
            return false;
        auto state = object->lock();
        if (object->is_removed())
            return false;
        ++state->changes;
        check(object->id() == id && object->is_alive());
        return true;
    }
    void check(bool holds) noexcept
    {
        if (!holds)
            wrong.add_one();
    }
    Tally wrong;
};

} // namespace

/* An id that a look-up by key returns is one that can be used. */
TEST_CASE(IdScenario, publishing_and_finding_by_key)
{
    bool is_usable = true;
    {
        Thread maker { 0, [&] { static_cast<void>(open(Key { 1 }, kCreate | 0600)); } };
        Thread finder { 0, [&] {
                           Result<IpcId> found = open(Key { 1 }, 0600);
                           if (found.ok())
                               is_usable = use(found.take());
                       } };
        explore(maker, finder);
    }
    EXPECT(is_usable);
    EXPECT_EQ(wrong.count(), 0);
}

/* Ids can be guessed: a lookup before publication finds nothing, or a complete object. */
TEST_CASE(IdScenario, publishing_and_guessing_the_id)
{
    constexpr IpcId kFirst { 0 };
    {
        Thread maker { 0, [&] { check(add(kPrivateKey).ok()); } };
        Thread guesser { 0, [&] { static_cast<void>(use(kFirst)); } };
        explore(maker, guesser);
    }
    EXPECT(is_found(kFirst));
    EXPECT_EQ(wrong.count(), 0);
}

TEST_CASE(IdScenario, removing_and_finding)
{
    const IpcId id = REQUIRE(add(Key { 1 }));
    {
        Thread user { 0, [&] { static_cast<void>(use(id)); } };
        Thread opener { 0, [&] {
                           Result<IpcId> found = open(Key { 1 }, 0600);
                           if (found.ok())
                               check(found.take() == id);
                       } };
        Thread remover { 0, [&] { static_cast<void>(remove(id)); } };
        explore(user, opener, remover);
    }
    EXPECT_EQ(wrong.count(), 0);
    EXPECT(!is_found(id));
}

/* A task that has found an object's id to be invalid does not find the object by its key. */
TEST_CASE(IdScenario, a_removed_id_and_its_key)
{
    const IpcId id = REQUIRE(add(Key { 1 }));
    bool is_back = false;
    {
        Thread remover { 0, [&] { static_cast<void>(remove(id)); } };
        Thread finder { 0, [&] { is_back = !is_found(id) && open(Key { 1 }, 0600).ok(); } };
        explore(remover, finder);
    }
    EXPECT(!is_back);
}

TEST_CASE(IdScenario, a_removed_index_and_its_key)
{
    const IpcId id = REQUIRE(add(Key { 1 }));
    bool is_back = false;
    {
        Thread remover { 0, [&] { static_cast<void>(remove(id)); } };
        Thread finder { 0, [&] { is_back = !is_index_found(id) && open(Key { 1 }, 0600).ok(); } };
        explore(remover, finder);
    }
    EXPECT(!is_back);
}

TEST_CASE(IdScenario, an_index_used_again)
{
    const IpcId id = REQUIRE(add(Key { 1 }));
    bool is_made = false;
    {
        Thread user { 0, [&] { static_cast<void>(use(id)); } };
        Thread other { 0, [&] {
                          static_cast<void>(remove(id));
                          is_made = add(Key { 1 }).ok();
                      } };
        explore(user, other);
    }
    EXPECT(is_made);
    EXPECT_EQ(wrong.count(), 0);
    EXPECT(!is_found(id));
}

TEST_CASE(IdScenario, two_tasks_that_open_one_key)
{
    IpcId ids[2];
    {
        const auto body = [&](IpcId& id) {
            Result<IpcId> opened = open(Key { 7 }, kCreate | 0600);
            if (opened.ok())
                id = opened.take();
        };
        Thread first { 0, [&] { body(ids[0]); } };
        Thread second { 0, [&] { body(ids[1]); } };
        explore(first, second);
    }
    EXPECT(ids[0] == ids[1]);
    EXPECT(is_found(ids[0]));
    EXPECT_EQ(table().usage().in_use, 1);
}

TEST_CASE(IdScenario, the_last_reference_and_another)
{
    Atomic<TestObject*> shown { nullptr };
    Result<Ref<TestObject>> made = TestObject::create(kPrivateKey, census);
    EXPECT(made.ok());
    Ref<TestObject> only = made.take();
    shown.store_release(&*only);
    {
        Thread taker { 0, [&] {
                          const RcuGuard guard;
                          TestObject* object = shown.load_acquire();
                          if (!object)
                              return;
                          Result<Ref<TestObject>> taken = Ref<TestObject>::try_get(*object);
                          if (taken.ok())
                              check(taken.take()->is_alive());
                      } };
        Thread dropper { 0, [&] {
                            shown.store_release(nullptr);
                            const Ref<TestObject> last = move(only);
                        } };
        explore(taker, dropper);
    }
    EXPECT_EQ(wrong.count(), 0);
}

TEST_CASE(IdScenario, a_changed_owner_and_its_reader)
{
    const IpcId id = REQUIRE(add(Key { 1 }));
    {
        Thread reader { 0, [&] {
                           const RcuGuard guard;
                           const TestObject* object = table().find<TestObject>(id);
                           if (!object)
                               return;
                           const Ownership seen = object->ownership();
                           check(seen.uid.value() == seen.gid.value());
                       } };
        Thread writer { 0, [&] {
                           const RcuGuard guard;
                           TestObject* object = table().find<TestObject>(id);
                           if (!object)
                               return;
                           auto state = object->lock();
                           Ownership other = object->ownership(state);
                           other.uid = Uid { 5 };
                           other.gid = Gid { 5 };
                           object->set_ownership(state, other);
                       } };
        explore(reader, writer);
    }
    EXPECT_EQ(wrong.count(), 0);
}

} // namespace sysvipc
