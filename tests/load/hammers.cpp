// SPDX-License-Identifier: GPL-2.0
/* Processes that make calls while the module is loaded and unloaded (contracts: hammers.hpp). */
#include "load/hammers.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <optional>
#include <sched.h>
#include <thread>

void hammer_without_objects(Storm& storm)
{
    long buffer[16] {};
    const auto got = sysv::msgget(0x7ead, 0);
    if (!got.failed_with(ENOSYS))
        EXPECT_ERR(got, ENOENT);
    for (const auto outcome :
         { sysv::msgsnd(32767, (buffer[0] = 1, buffer), 8, IPC_NOWAIT),
           sysv::msgrcv(32767, buffer, 8, 0, IPC_NOWAIT), sysv::msgctl(32767, IPC_RMID, nullptr),
           attempt(32767, { up() }), attempt(32767, { undone(up()), down(1) }),
           sysv::semctl(32767, 0, IPC_RMID), sysv::shmat(32767, nullptr, 0), sysv::shmdt(&storm),
           sysv::shmctl(32767, IPC_RMID) })
        if (!outcome.failed_with(ENOSYS)) {
            EXPECT_ERR(outcome, EINVAL);
            ++storm.successes;
        }
}

void hammer_own_queue(Storm& storm)
{
    const auto made = sysv::msgget(IPC_PRIVATE, 0600);
    if (made.failed_with(ENOSYS))
        return;
    Queue queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    EXPECT_OK(queue.send(3, pattern(5000)));
    EXPECT(queue.receive().is(3, pattern(5000)));
    EXPECT_EQ(queue.stat().qnum, 0u);
    EXPECT_OK(queue.remove());
    ++storm.successes;
}

// Permitted results of a call on an object that others remove, or that unloading has removed.
static bool may_be_gone(Outcome outcome)
{
    return outcome.ok() || outcome.failed_with(EINVAL) || outcome.failed_with(EIDRM)
        || outcome.failed_with(ENOMSG) || outcome.failed_with(EAGAIN)
        || outcome.failed_with(ENOSYS)
        // After a reload ids start from 0, and this one may belong to another object.
        || outcome.failed_with(EACCES) || outcome.failed_with(EPERM) || outcome.failed_with(EFBIG);
}

void hammer_shared_queue(Storm& storm)
{
    const auto got = sysv::msgget(0x7eae, IPC_CREAT | 0600);
    if (got.failed_with(ENOSYS))
        return;
    const int id = static_cast<int>(REQUIRE_OK(got));
    EXPECT(may_be_gone(send(id, 1, "text")));
    EXPECT(may_be_gone(receive(id).outcome));
    EXPECT(may_be_gone(sysv::msgctl(id, IPC_RMID, nullptr)));
    ++storm.successes;
}

void hammer_sleeping(Storm& storm)
{
    const auto made = sysv::msgget(IPC_PRIVATE, 0600);
    if (made.failed_with(ENOSYS))
        return;
    Queue queue = Queue::adopt(static_cast<int>(REQUIRE_OK(made)));
    const int id = queue.id();
    std::thread sleeper { [id] {
        EXPECT(receive(id, 1, 0).is(1, "wake up"));
        const auto outcome = receive(id, 2, 0).outcome;
        if (!outcome.failed_with(EINVAL) && !outcome.failed_with(ENOSYS))
            EXPECT_ERR(outcome, EIDRM);
    } };
    EXPECT_OK(queue.send(1, "wake up"));
    while (queue.stat().lrpid == 0)
        sched_yield();
    EXPECT_OK(queue.remove()); // the sleeper is on its way to its second call, or in it
    sleeper.join();
    ++storm.successes;
}

// A set of this process's own; nothing where there are no semaphores.
static std::optional<SemSet> own_set(int nsems)
{
    const auto made = sysv::semget(IPC_PRIVATE, nsems, 0600);
    if (made.failed_with(ENOSYS))
        return std::nullopt;
    return SemSet::adopt(static_cast<int>(REQUIRE_OK(made)));
}

void hammer_own_set(Storm& storm)
{
    auto set = own_set(3);
    if (!set)
        return;
    const int id = set->id();
    std::thread sleeper { [id] {
        EXPECT_OK(operate(id, { down(0) }));
        const auto outcome = operate(id, { down(1), down(2) });
        if (!outcome.failed_with(EINVAL) && !outcome.failed_with(ENOSYS))
            EXPECT_ERR(outcome, EIDRM);
    } };
    EXPECT_OK(set->operate({ up(0), undone(up(2)) }));
    while (set->value(0) != 0)
        sched_yield();
    EXPECT_EQ(set->value(2), 1);
    EXPECT_OK(set->remove()); // the sleeper is on its way to its second call, or in it
    sleeper.join();
    ++storm.successes;
}

void hammer_undo(Storm& storm)
{
    auto set = own_set(2);
    if (!set)
        return;
    in_a_process([&] { EXPECT_OK(set->operate({ undone(up(0, 5)), undone(up(1)) })); });
    EXPECT_EQ(set->text(), "0 0");
    EXPECT_OK(set->remove());
    ++storm.successes;
}

void hammer_shared_set(Storm& storm)
{
    const auto got = sysv::semget(0x7eae, 2, IPC_CREAT | 0600);
    if (got.failed_with(ENOSYS))
        return;
    const int id = static_cast<int>(REQUIRE_OK(got));
    EXPECT(may_be_gone(attempt(id, { undone(up(0)) })));
    EXPECT(may_be_gone(attempt(id, { undone(down(0)), zero(1) })));
    EXPECT(may_be_gone(sysv::semctl(id, 0, IPC_RMID)));
    ++storm.successes;
}

void hammer_own_segment(Storm& storm)
{
    const auto made = sysv::shmget(IPC_PRIVATE, 3 * kPage, 0600);
    if (made.failed_with(ENOSYS))
        return;
    Segment segment = Segment::adopt(static_cast<int>(REQUIRE_OK(made)));
    Attachment attachment { segment };
    in_a_process([&] { attachment.page(2)[7] = 'x'; });
    EXPECT_EQ(attachment.page(2)[7], 'x');
    EXPECT_EQ(segment.attaches(), 1u);
    EXPECT_OK(segment.remove());
    EXPECT_OK(attachment.detach()); // which removes the segment
    ++storm.successes;
}

void hammer_shared_segment(Storm& storm)
{
    const auto got = sysv::shmget(0x7eae, kPage, IPC_CREAT | 0600);
    if (got.failed_with(ENOSYS))
        return;
    const int id = static_cast<int>(REQUIRE_OK(got));
    const auto attached = sysv::shmat(id, nullptr, 0);
    if (attached.ok()) {
        auto* data = reinterpret_cast<volatile char*>(attached.value());
        data[0] = static_cast<char>(data[0] + 1);
        EXPECT(may_be_gone(sysv::shmctl(id, IPC_RMID)));
        EXPECT_OK(sysv::shmdt(const_cast<char*>(data)));
    } else {
        EXPECT(may_be_gone(attached));
    }
    ++storm.successes;
}

void hammer_proc(Storm& storm)
{
    const auto text = read_file(kProcMsg, 100);
    if (!text || text->empty())
        return;
    EXPECT(text->starts_with("       key      msqid perms"));
    ++storm.successes;
}
