// SPDX-License-Identifier: GPL-2.0
/*
 * test_fault_msg: makes every allocation and user copy that the message queue calls reach fail in
 * turn.  A failed call must report the right errno and must have had no effect; afterwards the same
 * call must work.
 */
#include "fault/fault_sweep.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <cstring>
#include <fcntl.h>

namespace {

using fault::Copies;

// Memory for the calls, written once so that it needs no page fault later.
struct Scratch {
    struct {
        long type;
        char text[8192];
    } message;
    sysv::QueueStat stat;
    sysv::Info info;
};
Scratch scratch;

// The state that a test compares to detect a change.
struct Snapshot {
    sysv::Info info;
    sysv::QueueStat stat;
    std::string rows;

    static Snapshot of(int id)
    {
        Snapshot snapshot {};
        REQUIRE_OK(sysv::msgctl(0, MSG_INFO, &snapshot.info));
        snapshot.stat = stat_of(id);
        snapshot.rows = read_file(kProcMsg).value_or("cannot be read");
        return snapshot;
    }
    bool operator==(const Snapshot& other) const
    {
        return std::memcmp(&info, &other.info, sizeof(info)) == 0
            && std::memcmp(&stat, &other.stat, sizeof(stat)) == 0 && rows == other.rows;
    }
};

constexpr const char* kText = "a message that waits in the queue";

// The world of one attempt: a queue with a key that holds one message.
struct World {
    key_t key = unused_key();
    key_t free_key = unused_key();
    Queue queue { 0600, key };
    World() { REQUIRE_OK(queue.send(5, kText)); }

    Snapshot snapshot() const { return Snapshot::of(queue.id()); }
    void expect_usable() const
    {
        EXPECT_ERR(sysv::msgget(free_key, 0), ENOENT);
        EXPECT(queue.receive().is(5, kText));
        REQUIRE_OK(queue.send(5, kText));
    }
};

// The message had been taken when the copy failed.
void expect_taken(const World& world, const Snapshot& before)
{
    const Snapshot after = world.snapshot();
    EXPECT_EQ(after.stat.qnum, before.stat.qnum - 1);
    EXPECT_EQ(after.info.msgmap, before.info.msgmap - 1);
    EXPECT_ERR(world.queue.receive().outcome, ENOMSG);
}

void remove_made(const World&, Outcome outcome)
{
    EXPECT_OK(sysv::msgctl(static_cast<int>(outcome.value()), IPC_RMID, nullptr));
}

Outcome send_bytes(const World& world, std::size_t size)
{
    scratch.message.type = 6;
    return sysv::msgsnd(world.queue.id(), &scratch.message, size, IPC_NOWAIT);
}

Outcome receive_bytes(const World& world, long type, int flags)
{
    return sysv::msgrcv(world.queue.id(), &scratch.message, 8192, type, flags | IPC_NOWAIT);
}

Outcome read_proc(const World&)
{
    return read_with_faults(kProcMsg);
}

const fault::Operation<World> kOperations[] = {
    { "msgget_of_a_private_queue", [](const World&) { return sysv::msgget(IPC_PRIVATE, 0600); },
      true, Copies::No, remove_made },
    { "msgget_of_a_new_key",
      [](const World& world) { return sysv::msgget(world.free_key, IPC_CREAT | 0600); }, true,
      Copies::No, remove_made },
    { "msgget_of_an_existing_key", [](const World& world) { return sysv::msgget(world.key, 0); },
      false, Copies::No,
      [](const World& world, Outcome outcome) {
          EXPECT_EQ(outcome, Outcome::raw(world.queue.id()));
      } },
    { "msgsnd_of_no_bytes", [](const World& world) { return send_bytes(world, 0); }, true,
      Copies::Maybe,
      [](const World& world, Outcome) { EXPECT(world.queue.receive(6).is(6, "")); } },
    { "msgsnd_of_few_bytes", [](const World& world) { return send_bytes(world, 10); }, true,
      Copies::Yes,
      [](const World& world, Outcome) {
          EXPECT_EQ(world.queue.receive(6).outcome, Outcome::raw(10));
      } },
    { "msgsnd_of_8192_bytes", [](const World& world) { return send_bytes(world, 8192); }, true,
      Copies::Yes,
      [](const World& world, Outcome) {
          EXPECT_EQ(world.queue.receive(6).outcome, Outcome::raw(8192));
      } },
    { "msgrcv", [](const World& world) { return receive_bytes(world, 0, 0); }, false, Copies::Yes,
      [](const World& world, Outcome) { EXPECT_EQ(world.queue.stat().qnum, 0u); }, expect_taken },
    { "msgrcv_of_a_negative_type", [](const World& world) { return receive_bytes(world, -9, 0); },
      false, Copies::Yes,
      [](const World& world, Outcome) { EXPECT_EQ(world.queue.stat().qnum, 0u); }, expect_taken },
    { "msgctl_ipc_stat",
      [](const World& world) { return sysv::msgctl(world.queue.id(), IPC_STAT, &scratch.stat); },
      false, Copies::Yes, fault::nothing_more },
    { "msgctl_ipc_set",
      [](const World& world) {
          scratch.stat.qbytes = 12345;
          scratch.stat.perm.mode = 0640;
          return sysv::msgctl(world.queue.id(), IPC_SET, &scratch.stat);
      },
      false, Copies::Yes,
      [](const World& world, Outcome) { EXPECT_EQ(world.queue.stat().qbytes, 12345u); } },
    { "msgctl_msg_stat_any",
      [](const World& world) {
          return sysv::msgctl(sysv::index_of(world.queue.id()), MSG_STAT_ANY, &scratch.stat);
      },
      false, Copies::Yes, fault::nothing_more },
    { "msgctl_msg_info", [](const World&) { return sysv::msgctl(0, MSG_INFO, &scratch.info); },
      false, Copies::Yes, fault::nothing_more },
    { "msgctl_ipc_rmid",
      [](const World& world) { return sysv::msgctl(world.queue.id(), IPC_RMID, nullptr); }, false,
      Copies::No,
      [](const World& world, Outcome) { EXPECT_ERR(sysv::msgget(world.key, 0), ENOENT); } },
    { "open_and_read_of_proc_sysvipc_msg", read_proc, true, Copies::Yes, fault::nothing_more },
};

void prepare()
{
    std::memset(&scratch, 0, sizeof(scratch));
    scratch.stat.qbytes = 1;
}

const bool kRegistered = fault::register_sweeps(kOperations, prepare);

} // namespace

int main(int argc, char** argv)
{
    return harness::run_tests(argc, argv);
}
