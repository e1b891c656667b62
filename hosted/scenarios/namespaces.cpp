// SPDX-License-Identifier: GPL-2.0
/* Scenarios of namespaces: their first use and their end, against look-ups and attachments. */
#include "scenario.hpp"

#include <msg/msg_queue.hpp>
#include <ns/namespaces.hpp>
#include <os/segment_file.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

/* All tasks are in a namespace of the kernel's that has @members references. */
struct NamespaceScenario : Fixture {
    explicit NamespaceScenario(kapi_kunit* test) noexcept : Fixture(test)
    {
        is_ready_ = TaskState::start().ok() && start_segments().ok()
            && Namespaces::start([](IpcNamespace& ns) noexcept {
                   remove_all_queues(ns);
                   remove_all_segments(ns);
               }).ok();
        if (!is_ready_)
            return;
        Namespaces::open();
        hosted_enter_new_ipc_ns([](kapi_ipc_ns* ns) noexcept { Namespaces::note_ending(ns); });
        host_ipc_ns_get(host_ipc_ns_current());
    }
    ~NamespaceScenario()
    {
        hosted_leave_ipc_ns();
        ScenarioFixture::exit_task();
        Namespaces::wait_for_ends();
        EXPECT_EQ(count(), 1);
        Namespaces::close();
        wait_for_rcu_memory();
        stop_segments();
        TaskState::stop();
        Namespaces::stop();
    }
    [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }

    /* How many namespaces there are, all of them whole. */
    [[nodiscard]] u32 count() noexcept
    {
        u32 found = 0;
        const RcuGuard guard;
        Namespaces::visit(
            [](IpcNamespace& ns, void* context) noexcept {
                if (ns.table(Kind::Messages).usage().in_use >= 0)
                    ++*static_cast<u32*>(context);
            },
            &found);
        return found;
    }
    /* The last step of a member: the second one ends the namespace. */
    static void leave() noexcept { host_ipc_ns_put(host_ipc_ns_current()); }
    /* A member's call. */
    static bool make_queue() noexcept
    {
        Result<IpcNamespace*> ns = Namespaces::current();
        return ns.ok() && msgget(*ns.take(), kPrivateKey, abi::IPC_CREAT | 0600).ok();
    }
    /* A segment that is removed with its creator. */
    static bool make_segment() noexcept
    {
        Result<IpcNamespace*> current = Namespaces::current();
        if (!current.ok())
            return false;
        IpcNamespace& ns = *current.take();
        ns.limits().shm_rmid_forced.store_relaxed(1);
        return shmget(ns, kPrivateKey, KAPI_PAGE_SIZE, abi::IPC_CREAT | 0600).ok();
    }
    /* Maps a segment, leaves the namespace, and unmaps; its file is closed by the task that flushes files. */
    static bool attach_and_leave(IpcNamespace& ns, IpcId id) noexcept
    {
        ShmSegment* segment = nullptr;
        {
            const RcuGuard guard;
            segment = ShmSegment::find(ns, id);
            if (!segment)
                return false;
            auto state = segment->lock();
            segment->attach(state);
        }
        Result<SegmentFile> opened = segment->open(SegmentFile::Access::ReadWrite);
        const bool is_mapped = opened.ok() && segment->map().ok();
        segment->detach();
        leave();
        if (is_mapped)
            segment->unmap();
        return is_mapped;
    }

private:
    bool is_ready_ { false };
};

/* The module is not loaded yet. */
struct LoadingScenario : Fixture {
    using Fixture::Fixture;
    ~LoadingScenario()
    {
        Namespaces::close();
        wait_for_rcu_memory();
        Namespaces::stop();
    }

    bool is_loaded { false };
};

struct KernelWithSysvipc : Pinned {
    KernelWithSysvipc() noexcept { hosted_have_sysvipc(true); }
    ~KernelWithSysvipc() { hosted_have_sysvipc(false); }
};

} // namespace

TEST_CASE(LoadingScenario, the_end_of_loading_and_a_call)
{
    i32 in_use = 0;
    {
        Thread loader { 0, [&] {
                           is_loaded = Namespaces::start([](IpcNamespace&) noexcept {}).ok();
                           Namespaces::open();
                       } };
        Thread caller { 0, [&] {
                           if (!Namespaces::is_serving())
                               return;
                           Result<IpcNamespace*> ns = Namespaces::current();
                           if (ns.ok())
                               in_use = ns.take()->table(Kind::Messages).usage().in_use;
                       } };
        explore(loader, caller);
    }
    EXPECT(is_loaded);
    EXPECT_EQ(in_use, 0);
}

TEST_CASE(NamespaceScenario, two_first_calls_in_a_namespace)
{
    IpcNamespace* found[2] {};
    const auto look = [&](u32 place) {
        Result<IpcNamespace*> ns = Namespaces::current();
        if (ns.ok())
            found[place] = ns.take();
    };
    {
        Thread first { 0, [&] { look(0); } };
        Thread second { 0, [&] { look(1); } };
        explore(first, second);
    }
    EXPECT(found[0] != nullptr && found[0] == found[1]);
    EXPECT_EQ(count(), 2);
    leave();
    leave();
}

TEST_CASE(NamespaceScenario, the_end_of_a_namespace_and_a_visitor)
{
    EXPECT(make_queue());
    u32 seen = 0;
    leave();
    {
        Thread leaver { 0, [&] { leave(); } };
        Thread visitor { 0, [&] { seen = count(); } };
        explore(leaver, visitor);
    }
    EXPECT(seen == 1 || seen == 2);
}

TEST_CASE(NamespaceScenario, two_members_that_leave_a_namespace)
{
    bool was_made[2] {};
    {
        Thread first { 0, [&] {
                          was_made[0] = make_queue();
                          leave();
                      } };
        Thread second { 0, [&] { leave(); } };
        explore(first, second);
    }
    EXPECT(was_made[0]);
}

/*
 * A creator that has left the namespace exits while the namespace may end.  The kernel frees its own namespace, with
 * the limits in it, before the module's is destroyed with the segments; and the exit may remove segments meanwhile.
 */
TEST_CASE(NamespaceScenario, the_end_of_a_namespace_and_an_exiting_creator)
{
    const KernelWithSysvipc kernel;
    bool was_made = false;
    {
        Thread creator { 0, [&] {
                            was_made = make_segment();
                            leave();
                            ScenarioFixture::exit_task();
                        } };
        Thread leaver { 0, [&] { leave(); } };
        explore(creator, leaver);
    }
    EXPECT(was_made);
}

/* The mapping of a segment keeps its namespace, in which no task may be left. */
TEST_CASE(NamespaceScenario, the_end_of_a_namespace_and_an_attachment)
{
    Result<IpcNamespace*> current = Namespaces::current();
    EXPECT(current.ok());
    IpcNamespace& ns = *current.take();
    const IpcId id = REQUIRE(shmget(ns, kPrivateKey, KAPI_PAGE_SIZE, abi::IPC_CREAT | 0600));
    bool was_mapped = false;
    {
        Thread attacher { 0, [&] {
                             was_mapped = attach_and_leave(ns, id);
                             host_kunit_files_flush();
                         } };
        Thread leaver { 0, [&] { leave(); } };
        explore(attacher, leaver);
    }
    EXPECT(was_mapped);
}

} // namespace sysvipc
