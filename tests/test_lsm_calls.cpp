// SPDX-License-Identifier: GPL-2.0
/*
 * Where security modules are asked: for every call of System V IPC the same functions, in the same
 * order and with the same arguments, as Linux's own code (ipc/util.c, msg.c, sem.c, shm.c) calls them.
 */
#include "actor.hpp"
#include "harness.hpp"
#include "hook_trace.hpp"
#include "queue.hpp"
#include "segment.hpp"
#include "sem_set.hpp"

#include <climits>
#include <optional>

namespace {

// As what a call is told to be, line by line.
using Calls = std::vector<std::string>;

std::string joined(const Calls& calls)
{
    std::string text;
    for (const std::string& call : calls)
        text += (text.empty() ? "" : ", ") + call;
    return text;
}

struct Trace : HookTrace {
    // `body` is a call, or a few.
    void expect(harness::Place place, const std::function<void()>& body, const Calls& calls)
    {
        harness::check_equal(place, "the calls", joined(calls_of(body)), joined(calls));
    }
};

#define EXPECT_CALLS(trace, body, ...)                                                             \
    (trace).expect(                                                                                \
        HERE, [&] { body; }, Calls { __VA_ARGS__ })

constexpr const char* kMayRead = "ipc_permission flag=0444";
constexpr const char* kMayWrite = "ipc_permission flag=0222";

TEST(a_queue_is_labelled_when_it_is_made_and_asked_about_when_it_is_opened)
{
    Trace trace;
    const key_t key = unused_key();
    int id = -1;
    EXPECT_CALLS(trace, id = static_cast<int>(REQUIRE_OK(sysv::msgget(key, IPC_CREAT | 0640))),
                 "msg_queue_alloc");
    Queue queue = Queue::adopt(id);
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, 0400)), "ipc_permission flag=0400",
                 "msg_queue_associate flag=0400");
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, IPC_CREAT | 0600)), "ipc_permission flag=01600",
                 "msg_queue_associate flag=01600");
    EXPECT_CALLS(trace, EXPECT_OK(sysv::msgget(key, 0)), "ipc_permission flag=0",
                 "msg_queue_associate flag=0");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgget(key, IPC_CREAT | IPC_EXCL | 0600), EEXIST));
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgget(unused_key(), 0600), ENOENT));
}

TEST(a_label_is_given_back_once_when_its_object_is_gone)
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

TEST(who_has_no_permission_is_not_asked_about_further)
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

TEST(sending_and_receiving)
{
    Trace trace;
    const Queue queue;
    EXPECT_CALLS(trace, EXPECT_OK(queue.send(7, "text", 0)), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=7 size=4 flag=0");
    EXPECT_CALLS(trace, EXPECT_OK(queue.receive(0, 0).outcome), kMayRead,
                 "msg_queue_msgrcv type=7 size=4 wanted=0 mode=01", "msg_msg_free");
    EXPECT_CALLS(trace, EXPECT_ERR(queue.receive(3).outcome, ENOMSG), kMayRead);
    EXPECT_CALLS(trace, EXPECT_ERR(queue.send(0, "text"), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(send(queue.id() ^ 1 << 20, 1, "text"), EINVAL), "msg_msg_alloc",
                 "msg_msg_free");
}

TEST(what_finds_no_room_has_been_asked_about)
{
    Trace trace;
    const Queue queue;
    queue.fill();
    EXPECT_CALLS(trace, EXPECT_ERR(queue.send(1, "text"), EAGAIN), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=1 size=4 flag=04000", "msg_msg_free");
}

TEST(every_way_to_choose_a_message)
{
    Trace trace;
    const Queue queue;
    const auto receive_one = [&](long type, int flags) {
        REQUIRE_OK(queue.send(5, "text"));
        return joined(trace.calls_of([&] { EXPECT_OK(queue.receive(type, flags).outcome); }));
    };
    const auto read_of = [](const std::string& wanted, int mode) {
        return std::string { kMayRead } + ", msg_queue_msgrcv type=5 size=4 wanted=" + wanted
            + " mode=0" + std::to_string(mode) + ", msg_msg_free";
    };
    EXPECT_EQ(receive_one(0, 0), read_of("0", 1));
    EXPECT_EQ(receive_one(5, 0), read_of("5", 2));
    EXPECT_EQ(receive_one(4, MSG_EXCEPT), read_of("4", 3));
    EXPECT_EQ(receive_one(-6, 0), read_of("6", 4));
    EXPECT_EQ(receive_one(LONG_MIN, 0), read_of(std::to_string(LONG_MAX), 4));
}

TEST(a_copy_is_a_message_too_and_all_before_it_are_asked_about)
{
    Trace trace;
    const Queue queue;
    for (long type = 1; type <= 3; ++type)
        REQUIRE_OK(queue.send(type, "text"));
    const std::string third = "msg_queue_msgrcv type=3 size=4 wanted=2 mode=05";
    EXPECT_CALLS(trace, EXPECT_OK(queue.receive(2, IPC_NOWAIT | MSG_COPY).outcome), "msg_msg_alloc",
                 kMayRead, "msg_queue_msgrcv type=1 size=4 wanted=2 mode=05",
                 "msg_queue_msgrcv type=2 size=4 wanted=2 mode=05", third, "msg_msg_free");
    EXPECT_CALLS(trace, EXPECT_ERR(queue.receive(2, MSG_COPY).outcome, EINVAL));
}

TEST(a_receiver_in_line_is_asked_about_by_the_sender)
{
    Trace trace;
    const Queue queue;
    std::optional<Actor> receiver;
    EXPECT_CALLS(
        trace,
        {
            receiver.emplace([&] { return queue.receive(9, 0).outcome; });
            receiver->wait_asleep_in_msgrcv();
        },
        kMayRead);
    EXPECT_CALLS(trace, EXPECT_OK(queue.send(8, "other")), "msg_msg_alloc", kMayWrite,
                 "msg_queue_msgsnd type=8 size=5 flag=04000");
    EXPECT_CALLS(
        trace,
        {
            EXPECT_OK(queue.send(9, "text"));
            EXPECT_OK(receiver->join());
        },
        "msg_msg_alloc", kMayWrite, "msg_queue_msgsnd type=9 size=4 flag=04000",
        "msg_queue_msgrcv type=9 size=4 wanted=9 mode=02", "msg_msg_free");
}

TEST(a_sender_in_line_is_asked_about_once_before_it_sleeps_and_again_when_there_is_room)
{
    Trace trace;
    const Queue queue;
    queue.fill();
    const std::string asked = "msg_queue_msgsnd type=2 size=4 flag=0";
    std::optional<Actor> sender;
    EXPECT_CALLS(
        trace,
        {
            sender.emplace([&] { return queue.send(2, "text", 0); });
            sender->wait_asleep_in_msgsnd();
        },
        "msg_msg_alloc", kMayWrite, asked);
    const std::size_t fill = queue.stat().qbytes;
    EXPECT_CALLS(
        trace,
        {
            EXPECT_OK(queue.set_qbytes(fill + 64));
            EXPECT_OK(sender->join());
        },
        kMayRead, "msg_queue_msgctl cmd=2", "msg_queue_msgctl cmd=1", kMayWrite, asked);
}

TEST(removing_a_queue_frees_its_messages)
{
    Trace trace;
    Queue queue;
    REQUIRE_OK(queue.send(1, "one"));
    REQUIRE_OK(queue.send(1, "two"));
    EXPECT_CALLS(trace, EXPECT_OK(queue.remove()), "msg_queue_msgctl cmd=0", "msg_msg_free",
                 "msg_msg_free");
}

TEST(commands_for_queues)
{
    Trace trace;
    const Queue queue;
    sysv::QueueStat stat {};
    sysv::Info info {};
    const auto control = [&](int command, void* buffer, int id) {
        return joined(trace.calls_of([&] { EXPECT_OK(sysv::msgctl(id, command, buffer)); }));
    };
    const std::string read = kMayRead;
    const int index = sysv::index_of(queue.id());
    EXPECT_EQ(control(IPC_STAT, &stat, queue.id()), read + ", msg_queue_msgctl cmd=2");
    EXPECT_EQ(control(MSG_STAT, &stat, index), read + ", msg_queue_msgctl cmd=11");
    EXPECT_EQ(control(MSG_STAT_ANY, &stat, index), "msg_queue_msgctl cmd=13");
    EXPECT_EQ(control(IPC_INFO, &info, 0), "msg_queue_msgctl of all cmd=3");
    EXPECT_EQ(control(MSG_INFO, &info, 0), "msg_queue_msgctl of all cmd=12");
    EXPECT_EQ(control(IPC_SET, &stat, queue.id()), "msg_queue_msgctl cmd=1");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgctl(queue.id(), 99, &stat), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::msgctl(queue.id(), IPC_SET, nullptr), EFAULT));
}

TEST(making_and_opening_sets_and_operating_on_them)
{
    Trace trace;
    const key_t key = unused_set_key();
    int id = -1;
    EXPECT_CALLS(trace, id = static_cast<int>(REQUIRE_OK(sysv::semget(key, 2, IPC_CREAT | 0600))),
                 "sem_alloc");
    const SemSet set = SemSet::adopt(id);
    EXPECT_CALLS(trace, EXPECT_OK(sysv::semget(key, 1, 0200)), "ipc_permission flag=0200",
                 "sem_associate flag=0200");
    EXPECT_CALLS(trace, EXPECT_ERR(sysv::semget(key, 3, 0200), EINVAL));
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ up(1, 3) })), kMayWrite,
                 "sem_semop number=1 change=3 count=1 alter=1");
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ zero(0), zero(0) })), kMayRead,
                 "sem_semop number=0 change=0 count=2 alter=0");
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ zero(0), up(1) })), kMayWrite,
                 "sem_semop number=0 change=0 count=2 alter=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.attempt({ down(0) }), EAGAIN), kMayWrite,
                 "sem_semop number=0 change=-1 count=1 alter=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.attempt({ up(2) }), EFBIG));
}

TEST(operations_that_are_undone_or_wait_are_asked_about_once)
{
    Trace trace;
    const SemSet set { 1 };
    EXPECT_CALLS(trace, EXPECT_OK(set.operate({ undone(up()) })), kMayWrite,
                 "sem_semop number=0 change=1 count=1 alter=1");
    EXPECT_CALLS(
        trace,
        {
            Actor sleeper = sleeper_in(set, { down(0, 2) });
            EXPECT_OK(set.operate({ up() }));
            EXPECT_OK(sleeper.join());
        },
        kMayWrite, "sem_semop number=0 change=-2 count=1 alter=1", kMayWrite,
        "sem_semop number=0 change=1 count=1 alter=1");
    // What is taken back at exit is asked about by nobody.
    EXPECT_CALLS(trace, in_a_process([&] { EXPECT_OK(set.operate({ undone(up()) })); }), kMayWrite,
                 "sem_semop number=0 change=1 count=1 alter=1");
}

TEST(commands_for_sets)
{
    Trace trace;
    SemSet set { 2 };
    sysv::SetStat stat {};
    sysv::SemInfo info {};
    unsigned short values[2] {};
    const auto control = [&](int command, void* buffer, int id) {
        return joined(trace.calls_of([&] {
            EXPECT_OK(sysv::semctl(id, 0, command, reinterpret_cast<unsigned long>(buffer)));
        }));
    };
    const auto reading = [](int command) {
        return std::string { kMayRead } + ", sem_semctl cmd=" + std::to_string(command);
    };
    const auto writing = [](int command) {
        return std::string { kMayWrite } + ", sem_semctl cmd=" + std::to_string(command);
    };
    const int index = sysv::index_of(set.id());
    for (const int command : { GETVAL, GETPID, GETNCNT, GETZCNT })
        EXPECT_EQ(control(command, nullptr, set.id()), reading(command));
    EXPECT_EQ(control(GETALL, values, set.id()), reading(GETALL));
    EXPECT_EQ(control(SETVAL, nullptr, set.id()), writing(SETVAL));
    EXPECT_EQ(control(SETALL, values, set.id()), writing(SETALL));
    EXPECT_EQ(control(IPC_STAT, &stat, set.id()), reading(IPC_STAT));
    EXPECT_EQ(control(SEM_STAT, &stat, index), reading(SEM_STAT));
    EXPECT_EQ(control(SEM_STAT_ANY, &stat, index), "sem_semctl cmd=20");
    EXPECT_EQ(control(IPC_INFO, &info, 0), "sem_semctl of all cmd=3");
    EXPECT_EQ(control(SEM_INFO, &info, 0), "sem_semctl of all cmd=19");
    EXPECT_EQ(control(IPC_SET, &stat, set.id()), "sem_semctl cmd=1");
    EXPECT_CALLS(trace, EXPECT_ERR(set.control(SETVAL, 2), EINVAL));
    EXPECT_CALLS(trace, EXPECT_ERR(set.control(GETVAL, 2), EINVAL), kMayRead, "sem_semctl cmd=12");
    EXPECT_CALLS(trace, EXPECT_ERR(set.set_value(0, -1), ERANGE));
    EXPECT_CALLS(trace, EXPECT_OK(set.remove()), "sem_semctl cmd=0");
}

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

TEST(what_fails_after_a_segment_was_labelled_takes_the_label_back)
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

TEST(nobody_is_asked_about_forks_and_detaching)
{
    Trace trace;
    const Segment segment;
    Attachment attachment { segment };
    EXPECT_CALLS(trace, {
        in_a_process([] {});
        EXPECT_OK(attachment.detach());
    });
}

TEST(an_object_is_shown_as_it_is)
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
    // It has no key any more: it is known by the id in front of where that was.
    (void)trace.calls_of([&] { (void)segment.stat(); });
    const HookTrace::Object object = trace.object_with_id("shm_shmctl", segment.id());
    EXPECT_EQ(object.key, IPC_PRIVATE);
    EXPECT_EQ(object.mode, 01600);
}

} // namespace
