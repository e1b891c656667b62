// SPDX-License-Identifier: GPL-2.0
/* Every call that checks a permission (contracts: permission_calls.hpp). */
#include "security/permission_calls.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

namespace permissions {

namespace {

constexpr Demand reading { .bits = kRead };
constexpr Demand writing { .bits = kWrite };
constexpr Demand nothing {};
constexpr Demand ownership { .need = Need::Ownership };
constexpr Demand growth { .need = Need::Growth };
constexpr Demand locking { .need = Need::Locking };

constexpr Demand by_key(int bits)
{
    return { .bits = bits, .by_key = true };
}

template <class Stat>
Stat as_it_is(const Object& object)
{
    Stat stat {};
    stat.perm.uid = object.uid;
    stat.perm.gid = object.gid;
    stat.perm.mode = static_cast<unsigned>(object.mode);
    return stat;
}

Outcome set_queue(const Object& object, std::uint64_t qbytes)
{
    auto wanted = as_it_is<sysv::QueueStat>(object);
    wanted.qbytes = qbytes;
    return sysv::msgctl(object.id, IPC_SET, &wanted);
}

Outcome stat_queue(int id, int command)
{
    sysv::QueueStat stat;
    return sysv::msgctl(id, command, &stat);
}

Outcome stat_set(int id, int command)
{
    sysv::SetStat stat;
    return sysv::semctl(id, 0, command, &stat);
}

Outcome stat_segment(int id, int command)
{
    sysv::SegmentStat stat;
    return sysv::shmctl(id, command, &stat);
}

Outcome attach(const Object& object, int flags)
{
    const auto attached = sysv::shmat(object.id, nullptr, flags);
    return attached.ok() ? sysv::shmdt(reinterpret_cast<void*>(attached.value())) : attached;
}

const Call kQueueCalls[] = {
    { "msgget_0", by_key(0), [](const Object& o) { return sysv::msgget(o.key, 0); } },
    { "msgget_read", by_key(kRead), [](const Object& o) { return sysv::msgget(o.key, 0400); } },
    { "msgget_write", by_key(kWrite), [](const Object& o) { return sysv::msgget(o.key, 0020); } },
    { "msgget_both", by_key(kRead | kWrite),
      [](const Object& o) { return sysv::msgget(o.key, 0204); } },
    { "msgsnd", writing, [](const Object& o) { return send(o.id, 1, "text"); } },
    { "msgrcv_copy", reading,
      [](const Object& o) { return receive(o.id, 0, MSG_COPY | IPC_NOWAIT).outcome; } },
    { "msgrcv", reading, [](const Object& o) { return receive(o.id).outcome; } },
    { "msgctl_IPC_STAT", reading, [](const Object& o) { return stat_queue(o.id, IPC_STAT); } },
    { "msgctl_MSG_STAT", reading,
      [](const Object& o) { return stat_queue(sysv::index_of(o.id), MSG_STAT); } },
    { "msgctl_MSG_STAT_ANY", nothing,
      [](const Object& o) { return stat_queue(sysv::index_of(o.id), MSG_STAT_ANY); } },
    { "msgctl_IPC_SET", ownership, [](const Object& o) { return set_queue(o, 1000); } },
    { "msgctl_IPC_SET_beyond_msgmnb", growth,
      [](const Object& o) { return set_queue(o, sysv::kDefaultMsgmnb + 1); } },
    { "msgctl_IPC_RMID", ownership,
      [](const Object& o) { return sysv::msgctl(o.id, IPC_RMID, nullptr); } },
};

const Call kSetCalls[] = {
    { "semget_0", by_key(0), [](const Object& o) { return sysv::semget(o.key, 1, 0); } },
    { "semget_read", by_key(kRead), [](const Object& o) { return sysv::semget(o.key, 1, 0400); } },
    { "semget_alter", by_key(kWrite),
      [](const Object& o) { return sysv::semget(o.key, 1, 0020); } },
    { "semget_both", by_key(kRead | kWrite),
      [](const Object& o) { return sysv::semget(o.key, 0, 0204); } },
    { "semop_zero", reading, [](const Object& o) { return attempt(o.id, { zero() }); } },
    { "semop_zero_undo", reading,
      [](const Object& o) { return attempt(o.id, { undone(zero()) }); } },
    { "semop_up", writing, [](const Object& o) { return attempt(o.id, { up() }); } },
    { "semop_up_and_down", writing,
      [](const Object& o) {
          return attempt(o.id, { up(), down() });
      } },
    { "semop_up_undo", writing, [](const Object& o) { return attempt(o.id, { undone(up()) }); } },
    { "semtimedop_up", writing,
      [](const Object& o) { return operate_within(o.id, { up() }, milliseconds(1)); } },
    { "semctl_GETVAL", reading, [](const Object& o) { return sysv::semctl(o.id, 0, GETVAL); } },
    { "semctl_GETALL", reading,
      [](const Object& o) {
          unsigned short values[1];
          return sysv::semctl(o.id, 0, GETALL, values);
      } },
    { "semctl_GETPID", reading, [](const Object& o) { return sysv::semctl(o.id, 0, GETPID); } },
    { "semctl_GETNCNT", reading, [](const Object& o) { return sysv::semctl(o.id, 0, GETNCNT); } },
    { "semctl_GETZCNT", reading, [](const Object& o) { return sysv::semctl(o.id, 0, GETZCNT); } },
    { "semctl_SETVAL", writing,
      [](const Object& o) { return sysv::semctl(o.id, 0, SETVAL, 3ul); } },
    { "semctl_SETALL", writing,
      [](const Object& o) {
          const unsigned short values[] = { 4 };
          return sysv::semctl(o.id, 0, SETALL, values);
      } },
    { "semctl_IPC_STAT", reading, [](const Object& o) { return stat_set(o.id, IPC_STAT); } },
    { "semctl_SEM_STAT", reading,
      [](const Object& o) { return stat_set(sysv::index_of(o.id), SEM_STAT); } },
    { "semctl_SEM_STAT_ANY", nothing,
      [](const Object& o) { return stat_set(sysv::index_of(o.id), SEM_STAT_ANY); } },
    { "semctl_IPC_SET", ownership,
      [](const Object& o) {
          const auto wanted = as_it_is<sysv::SetStat>(o);
          return sysv::semctl(o.id, 0, IPC_SET, &wanted);
      } },
    { "semctl_IPC_RMID", ownership,
      [](const Object& o) { return sysv::semctl(o.id, 0, IPC_RMID); } },
};

const Call kSegmentCalls[] = {
    { "shmget_0", by_key(0), [](const Object& o) { return sysv::shmget(o.key, 0, 0); } },
    { "shmget_read", by_key(kRead), [](const Object& o) { return sysv::shmget(o.key, 0, 0400); } },
    { "shmget_write", by_key(kWrite),
      [](const Object& o) { return sysv::shmget(o.key, 0, 0020); } },
    { "shmget_execute", by_key(kExecute),
      [](const Object& o) { return sysv::shmget(o.key, 0, 0001); } },
    { "shmget_both", by_key(kRead | kWrite),
      [](const Object& o) { return sysv::shmget(o.key, 0, 0204); } },
    { "shmat_read", reading, [](const Object& o) { return attach(o, SHM_RDONLY); } },
    { "shmat_write", { .bits = kRead | kWrite }, [](const Object& o) { return attach(o, 0); } },
    { "shmat_read_execute",
      { .bits = kRead | kExecute },
      [](const Object& o) { return attach(o, SHM_RDONLY | SHM_EXEC); } },
    { "shmat_write_execute",
      { .bits = kRead | kWrite | kExecute },
      [](const Object& o) { return attach(o, SHM_EXEC); } },
    { "shmctl_IPC_STAT", reading, [](const Object& o) { return stat_segment(o.id, IPC_STAT); } },
    { "shmctl_SHM_STAT", reading,
      [](const Object& o) { return stat_segment(sysv::index_of(o.id), SHM_STAT); } },
    { "shmctl_SHM_STAT_ANY", nothing,
      [](const Object& o) { return stat_segment(sysv::index_of(o.id), SHM_STAT_ANY); } },
    { "shmctl_SHM_LOCK", locking, [](const Object& o) { return sysv::shmctl(o.id, SHM_LOCK); } },
    { "shmctl_SHM_UNLOCK", locking,
      [](const Object& o) { return sysv::shmctl(o.id, SHM_UNLOCK); } },
    { "shmctl_IPC_SET", ownership,
      [](const Object& o) {
          auto wanted = as_it_is<sysv::SegmentStat>(o);
          return sysv::shmctl(o.id, IPC_SET, &wanted);
      } },
    { "shmctl_IPC_RMID", ownership, [](const Object& o) { return sysv::shmctl(o.id, IPC_RMID); } },
};

} // namespace

std::span<const Call> calls_of(int facility)
{
    if (facility == 0)
        return kQueueCalls;
    if (facility == 1)
        return kSetCalls;
    return kSegmentCalls;
}

} // namespace permissions
