// SPDX-License-Identifier: GPL-2.0
/*
 * SemSet: a semaphore set that lives as long as its C++ object, with the calls that tests use most.
 *
 * attempt() never sleeps: a test that is wrong about the values fails instead of hanging.
 * operate() performs the operations as they are.
 */
#pragma once

#include "lib/actor.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/kernel_clock.hpp"
#include "lib/sysv_sem.hpp"

#include <string>
#include <utility>
#include <vector>

using Operations = std::vector<sembuf>;
using Values = std::vector<unsigned short>;

constexpr sembuf operation(int number, int change, int flags = 0)
{
    return { static_cast<unsigned short>(number), static_cast<short>(change),
             static_cast<short>(flags) };
}
constexpr sembuf up(int number = 0, int by = 1, int flags = 0)
{
    return operation(number, by, flags);
}
constexpr sembuf down(int number = 0, int by = 1, int flags = 0)
{
    return operation(number, -by, flags);
}
constexpr sembuf zero(int number = 0, int flags = 0)
{
    return operation(number, 0, flags);
}

// The same operation, undone at exit; the same, without waiting.
constexpr sembuf undone(sembuf one)
{
    return operation(one.sem_num, one.sem_op, one.sem_flg | SEM_UNDO);
}
constexpr sembuf at_once(sembuf one)
{
    return operation(one.sem_num, one.sem_op, one.sem_flg | IPC_NOWAIT);
}

// `count` times the same operation.
inline Operations times(std::size_t count, sembuf one)
{
    return Operations(count, one);
}

// Free functions, for processes that have only an id.
Outcome operate(int id, const Operations& operations);
Outcome attempt(int id, Operations operations); // all of them with IPC_NOWAIT
Outcome operate_within(int id, const Operations& operations, timespec timeout);

constexpr timespec milliseconds(long count)
{
    return { .tv_sec = count / 1000, .tv_nsec = count % 1000 * 1'000'000 };
}
inline constexpr timespec kLong = milliseconds(3600 * 1000); // never passes in a test

class SemSet {
public:
    // A private set, or the one that `key` names, created here.
    explicit SemSet(int nsems = 1, int mode = 0600, key_t key = IPC_PRIVATE);
    // A private set with these values.
    explicit SemSet(const Values& values);
    SemSet(SemSet&& other) noexcept : id_ { std::exchange(other.id_, -1) } { }
    SemSet& operator=(SemSet&& other) noexcept
    {
        std::swap(id_, other.id_);
        return *this;
    }
    ~SemSet();

    int id() const { return id_; }

    // Takes responsibility for a set that the test made by other means.
    static SemSet adopt(int id) { return SemSet { Adopted {}, id }; }

    Outcome operate(const Operations& operations) const { return ::operate(id_, operations); }
    Outcome attempt(const Operations& operations) const { return ::attempt(id_, operations); }
    Outcome operate_within(const Operations& operations, timespec timeout) const
    {
        return ::operate_within(id_, operations, timeout);
    }

    Outcome control(int command, int number = 0, unsigned long argument = 0) const
    {
        return sysv::semctl(id_, number, command, argument);
    }
    Outcome set_value(int number, int value) const
    {
        return control(SETVAL, number, static_cast<unsigned long>(value));
    }
    Outcome set_values(const Values& values) const // as many as the set has semaphores
    {
        return sysv::semctl(id_, 0, SETALL, values.data());
    }

    // Calls that must succeed.
    int value(int number = 0) const;
    Values values() const;
    std::string text() const; // all values, separated by spaces
    pid_t last_pid(int number = 0) const;
    int waiting_for_increase(int number = 0) const;
    int waiting_for_zero(int number = 0) const;
    sysv::SetStat stat() const;

    Outcome set(sysv::SetStat wanted) const { return sysv::semctl(id_, 0, IPC_SET, &wanted); }
    Outcome set_mode(unsigned mode) const;

    // Removes the set now; the destructor then has nothing to do.
    Outcome remove();

private:
    struct Adopted { };
    SemSet(Adopted, int id) : id_ { id } { }

    int id_;
};

sysv::SetStat set_stat_of(int id);
sysv::SemInfo sem_info(int command); // IPC_INFO or SEM_INFO

// An actor that sleeps in these operations by the time it is made; its outcome is theirs.
Actor sleeper_in(const SemSet& set, const Operations& operations);
Actor sleeper_in(const SemSet& set, const Operations& operations, const Identity& identity);

// A key that no set owns at the moment.
key_t unused_set_key();
