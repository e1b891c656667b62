// SPDX-License-Identifier: GPL-2.0
/*
 * Audit records of System V IPC: the owner of the object that a call concerns, and what
 * IPC_SET would change it to.  The label in it is Smack's.
 */
#include "security/audit_log.hpp"
#include "lib/harness.hpp"
#include "security/hook_trace.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"
#include "security/smack.hpp"

namespace {

std::string joined(const std::vector<std::string>& records)
{
    std::string text;
    for (const std::string& record : records)
        text += (text.empty() ? "" : ", ") + record;
    return text;
}

const std::string kOwn = "IPC ouid=0 ogid=0 mode=0640 obj=_";

TEST(queues)
{
    smack::require();
    const key_t key = unused_key();
    const Queue queue { 0640, key };
    sysv::QueueStat stat = queue.stat();
    AuditLog log;
    const auto expect = [&](const Actor::Body& body, const std::string& records) {
        EXPECT_EQ(joined(log.records_of(body)), records);
    };
    expect([&] { return sysv::msgget(key, 0400); }, kOwn);
    expect([&] { return sysv::msgget(key, IPC_CREAT | IPC_EXCL | 0400); }, "");
    expect([&] { return queue.send(1, "text"); }, kOwn);
    expect([&] { return queue.receive().outcome; }, kOwn);
    expect([&] { return sysv::msgctl(queue.id(), IPC_STAT, &stat); }, kOwn);
    const int index = sysv::index_of(queue.id());
    expect([&] { return sysv::msgctl(index, MSG_STAT_ANY, &stat); }, kOwn);
    expect([&] { return sysv::msgctl(0, IPC_INFO, &stat); }, "");
    expect([&] { return Queue { 0600 }.remove(); }, "IPC ouid=0 ogid=0 mode=0600 obj=_");
}

TEST(refused_calls_are_audited_too)
{
    smack::require();
    const Queue queue { 0640 };
    AuditLog log;
    const auto expect_of_alice = [&](const Actor::Body& body) {
        EXPECT_EQ(joined(log.records_of([&] { return play(kAlice, body); })), kOwn);
    };
    expect_of_alice([&] { return queue.receive().outcome; });
    expect_of_alice([&] { return sysv::msgctl(queue.id(), IPC_RMID, nullptr); });
    smack::rule("User", "_", "");
    EXPECT_EQ(joined(log.records_of(
                  [&] { return smack::play("User", [&] { return queue.send(1, "text"); }); })),
              kOwn);
}

TEST(records_show_the_owner_and_the_requested_change)
{
    smack::require();
    Queue queue = Queue::adopt(static_cast<int>(REQUIRE_OK(smack::play("Maker", [] {
        become(kAlice);
        return sysv::msgget(IPC_PRIVATE, 0604);
    }))));
    sysv::QueueStat stat = queue.stat();
    stat.perm.uid = kBob.uid;
    stat.perm.gid = kBob.gid;
    stat.perm.mode = 0640;
    stat.qbytes = 0x123;
    AuditLog log;
    const std::string before = "IPC ouid=3001 ogid=4001 mode=0604 obj=Maker";
    const std::string wanted = ", IPC_SET_PERM qbytes=123 ouid=3002 ogid=4002 mode=0640";
    // Refused requests are recorded too.
    EXPECT_EQ(joined(log.records_of([&] { return play(kBob, [&] { return queue.set(stat); }); })),
              before + wanted);
    EXPECT_EQ(joined(log.records_of([&] { return queue.set(stat); })), before + wanted);
    EXPECT_EQ(joined(log.records_of([&] { return queue.receive().outcome; })),
              "IPC ouid=3002 ogid=4002 mode=0640 obj=Maker");
    // A number that does not fit is kept to the bit.
    stat.qbytes = 0xffffffff;
    EXPECT_EQ(joined(log.records_of([&] { return play(kAlice, [&] { return queue.set(stat); }); })),
              "IPC ouid=3002 ogid=4002 mode=0640 obj=Maker, "
              "IPC_SET_PERM qbytes=ffffffffffffffff ouid=3002 ogid=4002 mode=0640");
}

TEST(audit_is_called_before_the_mode_is_checked)
{
    HookTrace trace;
    const Queue queue;
    sysv::QueueStat stat = queue.stat();
    AuditLog log;
    const auto told = [&](const Actor::Body& body) {
        return joined(trace.all_calls_of([&] { (void)Actor { body }.join(); }));
    };
    const std::string object = "audit_ipc_obj, ";
    EXPECT_EQ(told([&] { return queue.send(1, "text"); }),
              "msg_msg_alloc, " + object
                  + "ipc_permission flag=0222, msg_queue_msgsnd type=1 size=4 flag=04000");
    EXPECT_EQ(told([&] { return queue.set(stat); }),
              object + "audit_ipc_set_perm qbytes=16384 uid=0 gid=0 mode=0600, "
                  + "msg_queue_msgctl cmd=1");
    EXPECT_EQ(told([&] { return sysv::msgctl(sysv::index_of(queue.id()), MSG_STAT_ANY, &stat); }),
              object + "msg_queue_msgctl cmd=13");
    EXPECT_EQ(told([&] { return play(kAlice, [&] { return queue.receive().outcome; }); }),
              "audit_ipc_obj");
    HookTrace::forget();
}

TEST(sets_of_semaphores)
{
    smack::require();
    const key_t key = unused_set_key();
    const SemSet set { 1, 0640, key };
    sysv::SetStat stat = set.stat();
    stat.perm.mode = 0600;
    AuditLog log;
    const auto expect = [&](const Actor::Body& body, const std::string& records) {
        EXPECT_EQ(joined(log.records_of(body)), records);
    };
    expect([&] { return sysv::semget(key, 1, 0400); }, kOwn);
    expect([&] { return set.attempt({ up() }); }, kOwn);
    expect([&] { return set.attempt({ undone(up()) }); }, kOwn);
    expect([&] { return set.control(GETVAL); }, kOwn);
    expect([&] { return set.set_value(0, 3); }, kOwn);
    expect([&] { return set.set_values({ 3 }); }, kOwn);
    const int index = sysv::index_of(set.id());
    expect([&] { return sysv::semctl(index, 0, SEM_STAT_ANY, reinterpret_cast<long>(&stat)); },
           kOwn);
    stat = set.stat();
    stat.perm.mode = 0600;
    expect([&] { return set.set(stat); }, kOwn + ", IPC_SET_PERM qbytes=0 ouid=0 ogid=0 mode=0600");
}

TEST(segments)
{
    smack::require();
    const key_t key = unused_segment_key();
    const Segment segment { kPage, 0640, key };
    sysv::SegmentStat stat = segment.stat();
    AuditLog log;
    const auto expect = [&](const Actor::Body& body, const std::string& records) {
        EXPECT_EQ(joined(log.records_of(body)), records);
    };
    expect([&] { return sysv::shmget(key, 0, 0400); }, kOwn);
    expect([&] { return sysv::shmat(segment.id(), nullptr, 0); }, kOwn);
    expect([&] { return segment.lock(); }, kOwn);
    const std::string locked = "IPC ouid=0 ogid=0 mode=02640 obj=_";
    expect([&] { return sysv::shmctl(segment.id(), IPC_STAT, &stat); }, locked);
    expect([&] { return segment.unlock(); }, locked);
    const Attachment attachment { segment };
    expect([&] { return segment.mark(); }, kOwn);
    expect([&] { return sysv::shmctl(segment.id(), IPC_STAT, &stat); },
           "IPC ouid=0 ogid=0 mode=01640 obj=_");
    expect([&] { return segment.set(stat); },
           "IPC ouid=0 ogid=0 mode=01640 obj=_, "
           "IPC_SET_PERM qbytes=0 ouid=0 ogid=0 mode=0640");
}

} // namespace
