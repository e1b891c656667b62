// SPDX-License-Identifier: GPL-2.0
/*
 * The orders that the module rests on, as the smallest programs that need them; and programs with a
 * defect, which the explorer must find: they show that it can.
 */
#include "scenario.hpp"

#include <mem/heap.hpp>
#include <os/waiter.hpp>
#include <sync/guarded.hpp>
#include <sync/sequence.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct LitmusLock {
    static constexpr const char* kName = "hosted.litmus";
    static constinit inline kapi_lock_key key {};
};

struct Litmus : Fixture {
    using Fixture::Fixture;
    ~Litmus() { wait_for_rcu_memory(); }

    u32 plain { 0 };
    u32 seen[2] { 9, 9 };
    Atomic<u32> first { 0 };
    Atomic<u32> second { 0 };
    Guarded<u32, LitmusLock> guarded { 0u };
};

/* As an object: found through a pointer, freed by an RCU callback. */
struct Node : RcuCounted {
    explicit Node(u32 given) noexcept : value(given) { }
    u32 value;
};

} // namespace

TEST_CASE(Litmus, a_released_store_shows_what_came_before_it)
{
    {
        Thread writer { 0, [&] {
                           plain = 1;
                           first.store_release(1);
                       } };
        Thread reader { 0, [&] {
                           if (first.load_acquire() == 1)
                               seen[0] = plain;
                       } };
        explore(writer, reader);
    }
    EXPECT(seen[0] == 1 || seen[0] == 9);
}

TEST_CASE(Litmus, a_relaxed_store_shows_nothing_of_what_came_before_it)
{
    Thread writer { 0, [&] {
                       plain = 1;
                       first.store_relaxed(1);
                   } };
    Thread reader { 0, [&] {
                       if (first.load_acquire() == 1)
                           seen[0] = plain;
                   } };
    explore(writer, reader);
}

/* A sleeper and its waker: state then outcome, outcome then state. */
TEST_CASE(Litmus, with_barriers_at_least_one_task_sees_the_other_s_store)
{
    {
        Thread one { 0, [&] {
                        static_cast<void>(first.exchange(1));
                        seen[0] = second.load_relaxed();
                    } };
        Thread other { 0, [&] {
                          static_cast<void>(second.exchange(1));
                          seen[1] = first.load_relaxed();
                      } };
        explore(one, other);
    }
    EXPECT(seen[0] == 1 || seen[1] == 1);
}

TEST_CASE(Litmus, without_barriers_neither_task_sees_the_other_s_store)
{
    {
        Thread one { 0, [&] {
                        first.store_release(1);
                        seen[0] = second.load_acquire();
                    } };
        Thread other { 0, [&] {
                          second.store_release(1);
                          seen[1] = first.load_acquire();
                      } };
        explore(one, other);
    }
    EXPECT(seen[0] == 1 || seen[1] == 1);
}

TEST_CASE(Litmus, two_relaxed_stores_pass_each_other)
{
    {
        Thread writer { 0, [&] {
                           first.store_relaxed(1);
                           second.store_relaxed(1);
                       } };
        Thread reader { 0, [&] {
                           seen[1] = second.load_relaxed();
                           seen[0] = first.load_relaxed();
                       } };
        explore(writer, reader);
    }
    EXPECT(seen[1] != 1 || seen[0] == 1);
}

/* BARRIER is_closed: closing is relaxed, but passes through the lock under which it is read. */
TEST_CASE(Litmus, a_closing_seen_under_the_lock_that_it_passed)
{
    {
        Thread closer { 0, [&] {
                           first.store_relaxed(1);
                           static_cast<void>(guarded.lock());
                           ++plain;
                           first.store_release(0);
                       } };
        Thread single { 0, [&] {
                           auto view = guarded.lock();
                           if (first.load_acquire() == 0)
                               ++plain;
                       } };
        explore(closer, single);
    }
    EXPECT(plain == 1 || plain == 2);
}

TEST_CASE(Litmus, a_publication_is_complete_for_rcu_readers)
{
    Atomic<Node*> shown { nullptr };
    Result<Ref<Node>> made = Ref<Node>::create(0, 1u);
    EXPECT(made.ok());
    Ref<Node> node = made.take();
    {
        Thread writer { 0, [&] {
                           node->value = 2;
                           shown.store_release(&*node);
                           shown.store_release(nullptr);
                           const Ref<Node> last = move(node);
                       } };
        Thread reader { 0, [&] {
                           const RcuGuard guard;
                           if (const Node* found = shown.load_acquire())
                               seen[0] = found->value;
                       } };
        explore(writer, reader);
    }
    EXPECT(seen[0] == 2 || seen[0] == 9);
}

TEST_CASE(Litmus, freed_before_its_readers_have_ended)
{
    Atomic<Node*> shown { nullptr };
    Result<Ref<Node>> made = Ref<Node>::create(0, 1u);
    EXPECT(made.ok());
    Ref<Node> node = made.take();
    shown.store_release(&*node);
    Thread writer { 0, [&] {
                       shown.store_release(nullptr);
                       const Ref<Node> last = move(node);
                   } };
    Thread reader { 0, [&] {
                       if (const Node* found = shown.load_acquire()) /* without RCU */
                           seen[0] = found->value;
                   } };
    explore(writer, reader);
    wait_for_rcu_memory();
}

TEST_CASE(Litmus, a_sequence_that_did_not_change_was_read_whole)
{
    u32 pair[2] { 0, 0 };
    bool is_torn = false;
    Sequence<Guarded<u32, LitmusLock>, LitmusLock> sequence { guarded };
    {
        Thread writer { 0, [&] {
                           auto view = guarded.lock();
                           const auto writing = sequence.write(view);
                           pair[0] = 1;
                           pair[1] = 1;
                       } };
        Thread reader { 0, [&] {
                           struct Copy {
                               u32 values[2];
                           };
                           const Copy copy = sequence.read([&] {
                               return Copy { { pair[0], pair[1] } };
                           });
                           is_torn = copy.values[0] != copy.values[1];
                       } };
        explore(writer, reader);
    }
    EXPECT(!is_torn);
}

TEST_CASE(Litmus, a_lock_forgotten_by_one_is_a_data_race)
{
    Thread careful { 0, [&] {
                        auto view = guarded.lock();
                        ++*view;
                    } };
    Thread careless { 0, [&] { ++guarded.covered(); } };
    explore(careful, careless);
}

/* The outcome is looked at before the task says that it will sleep. */
TEST_CASE(Litmus, a_wake_up_before_the_sleeper_checks_again)
{
    kapi_task* sleeper_task = nullptr;
    Thread sleeper { 0, [&] {
                        if (first.load_acquire() == 1)
                            return;
                        kapi_task_set_interruptible();
                        kapi_task_schedule();
                    } };
    sleeper_task = hosted_started_last();
    Thread waker { 0, [&] {
                      first.store_release(1);
                      kapi_task_wake(sleeper_task);
                  } };
    explore(waker, sleeper);
}

} // namespace sysvipc
