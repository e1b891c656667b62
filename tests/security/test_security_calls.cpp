// SPDX-License-Identifier: GPL-2.0
/*
 * test_security_calls: where security modules are called.  For every call of System V IPC, the same
 * functions, in the same order and with the same arguments, as in Linux (ipc/util.c, msg.c, sem.c,
 * shm.c).  Here: tests for all kinds of objects, and main().
 */
#include "lib/actor.hpp"
#include "security/hook_calls.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

namespace {

TEST(a_label_is_freed_once_with_its_object)
{
    Trace trace;
    const key_t key = unused_key();
    const auto expect_one_end = [&](const std::string& hook, const std::function<void()>& body) {
        (void)trace.calls_of(body);
        trace.wait_for_end_of(key, hook);
        EXPECT_EQ(trace.count_of(key, hook), 1);
    };
    expect_one_end("msg_queue_free", [&] { EXPECT_OK(Queue(0600, key).send(1, "text")); });
    expect_one_end("sem_free", [&] { SemSet { 3, 0600, key }; });
    expect_one_end("shm_free", [&] { Segment { kPage, 0600, key }; });
}

// Not of the call that is traced, but by a worker: the end of a namespace that a test before has left.
TEST(work_of_kernel_threads_is_not_part_of_a_call)
{
    Trace trace;
    const key_t key = unused_key();
    const auto leave_a_message_in_a_namespace = [&] {
        in_a_new_ipc_namespace([&] {
            const auto id = static_cast<int>(REQUIRE_OK(sysv::msgget(key, IPC_CREAT | 0600)));
            REQUIRE_OK(send(id, 1, "text"));
        });
        trace.wait_for_end_of(key, "msg_queue_free");
    };
    EXPECT_CALLS(trace, leave_a_message_in_a_namespace(), "msg_queue_alloc", "msg_msg_alloc",
                 kMayWrite, "msg_queue_msgsnd type=1 size=4 flag=04000");
}

TEST(a_failed_mode_check_calls_no_further_hook)
{
    Trace trace;
    const key_t key = unused_key();
    const Queue queue { 0600, key };
    const SemSet set { 1, 0600, key };
    const Segment segment { kPage, 0600, key };
    sysv::QueueStat stat {};
    const auto as_alice = [&](Actor::Body body) {
        return joined(trace.calls_of([&] { (void)play(kAlice, body); }));
    };
    EXPECT_EQ(as_alice([&] { return sysv::msgget(key, 0400); }), "");
    EXPECT_EQ(as_alice([&] { return queue.receive().outcome; }), "");
    EXPECT_EQ(as_alice([&] { return sysv::msgctl(queue.id(), IPC_STAT, &stat); }), "");
    EXPECT_EQ(as_alice([&] { return sysv::msgctl(queue.id(), IPC_SET, &stat); }), "");
    EXPECT_EQ(as_alice([&] { return sysv::msgctl(queue.id(), IPC_RMID, nullptr); }), "");
    EXPECT_EQ(as_alice([&] { return queue.send(1, "text"); }), "msg_msg_alloc, msg_msg_free");
    EXPECT_EQ(as_alice([&] { return set.attempt({ up() }); }), "");
    EXPECT_EQ(as_alice([&] { return set.set_value(0, 1); }), "");
    EXPECT_EQ(as_alice([&] { return sysv::shmat(segment.id(), nullptr, 0); }), "");
}

TEST(hooks_see_the_state_of_the_object)
{
    Trace trace;
    const key_t key = unused_key();
    int id = -1;
    (void)trace.calls_of([&] {
        (void)play(kAlice, [&] { return sysv::msgget(key, IPC_CREAT | 0640); });
        id = static_cast<int>(REQUIRE_OK(sysv::msgget(key, 0)));
    });
    const Queue queue = Queue::adopt(id);
    EXPECT_EQ(trace.object_given_to("msg_queue_alloc", key).mode, 0640);
    HookTrace::Object object = trace.object_given_to("ipc_permission", key);
    const HookTrace::Object as_made { id,         key,        kAlice.uid, kAlice.gid,
                                      kAlice.uid, kAlice.gid, 0640,       object.sequence };
    EXPECT(object == as_made);
    EXPECT_EQ(object.sequence, sysv::sequence_of(id));

    auto wanted = queue.stat();
    wanted.perm.uid = kBob.uid;
    wanted.perm.gid = kBob.gid;
    wanted.perm.mode = 0604;
    REQUIRE_OK(queue.set(wanted));
    (void)trace.calls_of([&] { EXPECT_OK(queue.send(1, "text")); });
    HookTrace::Object as_given = as_made;
    as_given.uid = kBob.uid;
    as_given.gid = kBob.gid;
    as_given.mode = 0604;
    EXPECT(trace.object_given_to("msg_queue_msgsnd", key) == as_given);
}

} // namespace

int main(int argc, char** argv)
{
    const int status = harness::run_tests(argc, argv);
    HookTrace::forget();
    return status;
}
