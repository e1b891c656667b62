// SPDX-License-Identifier: GPL-2.0
/*
 * SemSet: a semaphore set that lives as long as its C++ object, with the calls that tests use most.
 */
#include "lib/sem_set.hpp"
#include "lib/harness.hpp"

Outcome operate(int id, const Operations& operations)
{
    return sysv::semop(id, operations.data(), operations.size());
}

Outcome attempt(int id, Operations operations)
{
    for (auto& one : operations)
        one = at_once(one);
    return operate(id, operations);
}

Outcome operate_within(int id, const Operations& operations, timespec timeout)
{
    return sysv::semtimedop(id, operations.data(), operations.size(), &timeout);
}

SemSet::SemSet(int nsems, int mode, key_t key)
    : id_ { static_cast<int>(REQUIRE_OK(sysv::semget(key, nsems, IPC_CREAT | IPC_EXCL | mode))) }
{
}

SemSet::SemSet(const Values& values) : SemSet { static_cast<int>(values.size()) }
{
    REQUIRE_OK(set_values(values));
}

SemSet::~SemSet()
{
    if (id_ >= 0)
        (void)sysv::semctl(id_, 0, IPC_RMID);
}

int SemSet::value(int number) const
{
    return static_cast<int>(REQUIRE_OK(control(GETVAL, number)));
}

Values SemSet::values() const
{
    Values values(stat().nsems);
    REQUIRE_OK(sysv::semctl(id_, 0, GETALL, values.data()));
    return values;
}

std::string SemSet::text() const
{
    std::string text;
    for (const unsigned value : values())
        text += (text.empty() ? "" : " ") + std::to_string(value);
    return text;
}

pid_t SemSet::last_pid(int number) const
{
    return static_cast<pid_t>(REQUIRE_OK(control(GETPID, number)));
}

int SemSet::waiting_for_increase(int number) const
{
    return static_cast<int>(REQUIRE_OK(control(GETNCNT, number)));
}

int SemSet::waiting_for_zero(int number) const
{
    return static_cast<int>(REQUIRE_OK(control(GETZCNT, number)));
}

sysv::SetStat SemSet::stat() const
{
    return set_stat_of(id_);
}

Outcome SemSet::set_mode(unsigned mode) const
{
    auto wanted = stat();
    wanted.perm.mode = mode;
    return set(wanted);
}

Outcome SemSet::remove()
{
    return sysv::semctl(std::exchange(id_, -1), 0, IPC_RMID);
}

sysv::SetStat set_stat_of(int id)
{
    sysv::SetStat stat {};
    REQUIRE_OK(sysv::semctl(id, 0, IPC_STAT, &stat));
    return stat;
}

sysv::SemInfo sem_info(int command)
{
    sysv::SemInfo info {};
    REQUIRE_OK(sysv::semctl(0, 0, command, &info));
    return info;
}

Actor sleeper_in(const SemSet& set, const Operations& operations)
{
    Actor actor { [&set, operations] { return set.operate(operations); } };
    actor.wait_asleep_in(sysv::kSemopNumber);
    return actor;
}

Actor sleeper_in(const SemSet& set, const Operations& operations, const Identity& identity)
{
    Actor actor { identity, [&set, operations] { return set.operate(operations); } };
    actor.wait_asleep_in(sysv::kSemopNumber);
    return actor;
}

key_t unused_set_key()
{
    static key_t next = 0x5e6d0000 + (static_cast<key_t>(getpid()) << 8) % 0x10000;
    while (!sysv::semget(++next, 0, 0).failed_with(ENOENT))
        ;
    return next;
}
