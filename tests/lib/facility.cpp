// SPDX-License-Identifier: GPL-2.0
/* One interface to queues, sets and segments (contracts: facility.hpp). */
#include "lib/facility.hpp"
#include "lib/proc_table.hpp"
#include "lib/sysv_msg.hpp"
#include "lib/sysv_sem.hpp"
#include "lib/sysv_shm.hpp"

namespace {

Outcome write_to_queue(int id)
{
    const struct {
        long type;
        char text;
    } message { 1, 'x' };
    return sysv::msgsnd(id, &message, 1, IPC_NOWAIT);
}

Outcome write_to_set(int id)
{
    const sembuf up { 0, 1, IPC_NOWAIT };
    return sysv::semop(id, &up, 1);
}

Outcome write_to_segment(int id)
{
    const auto attached = sysv::shmat(id, nullptr, 0);
    if (!attached.ok())
        return attached;
    char* const memory = reinterpret_cast<char*>(attached.value());
    ++*memory;
    return sysv::shmdt(memory);
}

Outcome stat_queue(int id, int command, sysv::Perm& perm)
{
    sysv::QueueStat stat {};
    const auto outcome = sysv::msgctl(id, command, &stat);
    perm = stat.perm;
    return outcome;
}

Outcome stat_set(int id, int command, sysv::Perm& perm)
{
    sysv::SetStat stat {};
    const auto outcome = sysv::semctl(id, 0, command, &stat);
    perm = stat.perm;
    return outcome;
}

Outcome stat_segment(int id, int command, sysv::Perm& perm)
{
    sysv::SegmentStat stat {};
    const auto outcome = sysv::shmctl(id, command, &stat);
    perm = stat.perm;
    return outcome;
}

void give(sysv::Perm& perm, unsigned uid, unsigned gid, unsigned mode)
{
    perm.uid = uid;
    perm.gid = gid;
    perm.mode = mode;
}

Outcome set_queue(int id, unsigned uid, unsigned gid, unsigned mode)
{
    sysv::QueueStat wanted {};
    give(wanted.perm, uid, gid, mode);
    wanted.qbytes = sysv::kDefaultMsgmnb;
    return sysv::msgctl(id, IPC_SET, &wanted);
}

Outcome set_set(int id, unsigned uid, unsigned gid, unsigned mode)
{
    sysv::SetStat wanted {};
    give(wanted.perm, uid, gid, mode);
    return sysv::semctl(id, 0, IPC_SET, &wanted);
}

Outcome set_segment(int id, unsigned uid, unsigned gid, unsigned mode)
{
    sysv::SegmentStat wanted {};
    give(wanted.perm, uid, gid, mode);
    return sysv::shmctl(id, IPC_SET, &wanted);
}

Outcome count_queues()
{
    sysv::Info info {};
    const auto outcome = sysv::msgctl(0, MSG_INFO, &info);
    return outcome.ok() ? Outcome::raw(info.msgpool) : outcome;
}

Outcome count_sets()
{
    sysv::SemInfo info {};
    const auto outcome = sysv::semctl(0, 0, SEM_INFO, &info);
    return outcome.ok() ? Outcome::raw(info.semusz) : outcome;
}

Outcome count_segments()
{
    sysv::ShmUsage usage {};
    const auto outcome = sysv::shmctl(0, SHM_INFO, &usage);
    return outcome.ok() ? Outcome::raw(usage.used_ids) : outcome;
}

Outcome highest_queue()
{
    sysv::Info info {};
    return sysv::msgctl(0, IPC_INFO, &info);
}

Outcome highest_set()
{
    sysv::SemInfo info {};
    return sysv::semctl(0, 0, IPC_INFO, &info);
}

Outcome highest_segment()
{
    sysv::ShmLimits limits {};
    return sysv::shmctl(0, IPC_INFO, &limits);
}

} // namespace

const Facility kFacilities[kFacilityCount] = {
    { .name = "queue",
      .file = kProcMsg,
      .next_id = "/proc/sys/kernel/msg_next_id",
      .stat_index = MSG_STAT,
      .stat_any = MSG_STAT_ANY,
      .get = [](key_t key, int flags) { return sysv::msgget(key, flags); },
      .stat = stat_queue,
      .set = set_queue,
      .remove = [](int id) { return sysv::msgctl(id, IPC_RMID, nullptr); },
      .write = write_to_queue,
      .count = count_queues,
      .highest = highest_queue },
    { .name = "set",
      .file = kProcSem,
      .next_id = "/proc/sys/kernel/sem_next_id",
      .stat_index = SEM_STAT,
      .stat_any = SEM_STAT_ANY,
      .get = [](key_t key, int flags) { return sysv::semget(key, 1, flags); },
      .stat = stat_set,
      .set = set_set,
      .remove = [](int id) { return sysv::semctl(id, 0, IPC_RMID); },
      .write = write_to_set,
      .count = count_sets,
      .highest = highest_set },
    { .name = "segment",
      .file = kProcShm,
      .next_id = "/proc/sys/kernel/shm_next_id",
      .stat_index = SHM_STAT,
      .stat_any = SHM_STAT_ANY,
      .get = [](key_t key, int flags) { return sysv::shmget(key, 4096, flags); },
      .stat = stat_segment,
      .set = set_segment,
      .remove = [](int id) { return sysv::shmctl(id, IPC_RMID); },
      .write = write_to_segment,
      .count = count_segments,
      .highest = highest_segment },
};

int Facility::make(key_t key, int mode) const
{
    return static_cast<int>(REQUIRE_OK(get(key, IPC_CREAT | IPC_EXCL | mode)));
}

bool Facility::has(int id) const
{
    sysv::Perm perm;
    return stat(id, IPC_STAT, perm).ok();
}

sysv::Perm Facility::owner(int id) const
{
    sysv::Perm perm {};
    REQUIRE_OK(stat(id, IPC_STAT, perm));
    return perm;
}

std::set<int> Facility::listed() const
{
    REQUIRE(read_file(file).has_value());
    return read_ids_or_none(file);
}

EachFacility::EachFacility(const std::string& name, void (*body)(const Facility&))
{
    for (const Facility& facility : kFacilities)
        harness::Registration { name + '_' + facility.name, [body, &facility] { body(facility); } };
}
