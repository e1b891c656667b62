// SPDX-License-Identifier: GPL-2.0
/*
 * test_fault_sem: makes every allocation and user copy that the semaphore calls reach fail in
 * turn.  A failed call must report the right errno and must have had no effect; afterwards the same
 * call must work.
 */
#include "fault/fault_sweep.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/sem_set.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

namespace {

using fault::Copies;

constexpr int kLarge = 300; // semaphores: more than the kernel's stack has room for
constexpr std::size_t kMany = 100; // operations, the same

// Memory for the calls, written once so that it needs no page fault later.
struct Scratch {
    sembuf operations[kMany];
    unsigned short values[kLarge];
    sysv::SetStat stat;
    sysv::SemInfo info;
    timespec timeout;
    char page[65536];
};
Scratch scratch;

void prepare()
{
    std::memset(&scratch, 0, sizeof(scratch));
    scratch.timeout = milliseconds(1000);
}

// The state that a test compares to detect a change.
struct Snapshot {
    sysv::SemInfo info;
    sysv::SetStat stat;
    std::string values;
    pid_t last_pid;
    std::string rows;

    bool operator==(const Snapshot& other) const
    {
        return std::memcmp(&info, &other.info, sizeof(info)) == 0
            && std::memcmp(&stat, &other.stat, sizeof(stat)) == 0 && values == other.values
            && last_pid == other.last_pid && rows == other.rows;
    }
};

// The world of one attempt: a process without adjustments, and a set with a key.
template <int nsems>
struct World {
    World()
    {
        REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
        REQUIRE_OK(set.set_value(0, 5));
    }

    Snapshot snapshot() const
    {
        return { sem_info(SEM_INFO), set.stat(), set.text(), set.last_pid(),
                 read_file(kProcSem).value_or("cannot be read") };
    }
    void expect_usable() const
    {
        EXPECT_ERR(sysv::semget(free_key, 0, 0), ENOENT);
        EXPECT_OK(set.attempt({ down(0), up(0) }));
        EXPECT_OK(set.attempt({ undone(down(0)), undone(up(0)) }));
        REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
        EXPECT_EQ(set.value(0), 5);
    }

    key_t key = unused_set_key();
    key_t free_key = unused_set_key();
    SemSet set { nsems, 0600, key };
};
using Small = World<3>;
using Large = World<kLarge>;

// The same, where the process has an adjustment already.
struct Indebted : Small {
    Indebted() { REQUIRE_OK(set.operate({ undone(down(0)), undone(up(1)) })); }
    void expect_usable() const { EXPECT_EQ(set.text(), "4 1 0"); }
};

template <class Any>
Outcome operate_in(const Any& world, std::size_t count, sembuf one)
{
    for (std::size_t i = 0; i < count; ++i)
        scratch.operations[i] = one;
    return sysv::semop(world.set.id(), scratch.operations, count);
}

template <class Any>
void remove_made(const Any&, Outcome outcome)
{
    EXPECT_OK(sysv::semctl(static_cast<int>(outcome.value()), 0, IPC_RMID));
}

// The first semaphore has this value, and five again when the adjustments have been made.
template <int value, class Any>
void expect_value_until_undone(const Any& world, Outcome)
{
    EXPECT_EQ(world.set.value(), value);
    REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
    EXPECT_EQ(world.set.value(), 5);
}

template <int value, class Any>
void expect_value(const Any& world, Outcome)
{
    EXPECT_EQ(world.set.value(), value);
    REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
    EXPECT_EQ(world.set.value(), value);
}

template <class Any>
Outcome control(const Any& world, int command, const void* argument)
{
    return sysv::semctl(world.set.id(), 0, command, argument);
}

template <class Any>
Outcome remove_it(const Any& world)
{
    return world.set.control(IPC_RMID);
}

template <class Any>
void expect_removed(const Any& world, Outcome)
{
    EXPECT_ERR(sysv::semget(world.key, 0, 0), ENOENT);
}

Outcome read_proc(const Small&)
{
    return read_with_faults(kProcSem);
}

// A child that shares this process's adjustments, adds one and ends.
Outcome clone_sharer(const Indebted& world)
{
    const auto made = Outcome::of(syscall(SYS_clone, CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0));
    if (made.ok() && made.value() == 0) {
        (void)operate_in(world, 1, undone(up(2)));
        _exit(0);
    }
    return made;
}

// Where there was no memory to share with, the child's adjustment was its own; none may be lost.
void expect_all_undone(const Indebted& world, Outcome child)
{
    REQUIRE_EQ(waitpid(static_cast<pid_t>(child.value()), nullptr, 0), child.value());
    const auto text = world.set.text();
    EXPECT(text == "4 1 1" || text == "4 1 0");
    REQUIRE_EQ(unshare(CLONE_SYSVSEM), 0);
    EXPECT_EQ(world.set.text(), "5 0 0");
}

const fault::Operation<Small> kOnSmallSets[] = {
    { "semget_of_a_private_set", [](const Small&) { return sysv::semget(IPC_PRIVATE, 3, 0600); },
      true, Copies::No, remove_made },
    // Memory of more than a page comes from kmalloc or else from vmalloc: one fault spoils one way only.
    { "semget_of_a_large_set", [](const Small&) { return sysv::semget(IPC_PRIVATE, kLarge, 0600); },
      false, Copies::No, remove_made },
    { "semget_of_a_new_key",
      [](const Small& world) { return sysv::semget(world.free_key, 3, IPC_CREAT | 0600); }, true,
      Copies::No, remove_made },
    { "semget_of_an_existing_key", [](const Small& world) { return sysv::semget(world.key, 3, 0); },
      false, Copies::No,
      [](const Small& world, Outcome outcome) {
          EXPECT_EQ(outcome, Outcome::raw(world.set.id()));
      } },
    { "semop", [](const Small& world) { return operate_in(world, 1, up()); }, false, Copies::Yes,
      expect_value<6> },
    { "semop_of_many_operations", [](const Small& world) { return operate_in(world, kMany, up()); },
      true, Copies::Yes, expect_value<105> },
    { "semop_with_a_first_undo",
      [](const Small& world) { return operate_in(world, 1, undone(down())); }, true, Copies::Yes,
      expect_value_until_undone<4> },
    { "semop_of_many_operations_with_a_first_undo",
      [](const Small& world) { return operate_in(world, kMany, undone(up())); }, true, Copies::Yes,
      expect_value_until_undone<105> },
    { "semop_of_wait_for_zero", [](const Small& world) { return operate_in(world, 1, zero(1)); },
      false, Copies::Yes, expect_value<5> },
    { "semtimedop",
      [](const Small& world) {
          scratch.operations[0] = up();
          return sysv::semtimedop(world.set.id(), scratch.operations, 1, &scratch.timeout);
      },
      false, Copies::Yes, expect_value<6> },
    { "semtimedop_with_a_first_undo",
      [](const Small& world) {
          scratch.operations[0] = undone(up());
          return sysv::semtimedop(world.set.id(), scratch.operations, 1, &scratch.timeout);
      },
      true, Copies::Yes, expect_value_until_undone<6> },
    { "semctl_setval", [](const Small& world) { return world.set.set_value(0, 9); }, false,
      Copies::No, expect_value<9> },
    { "semctl_getval", [](const Small& world) { return world.set.control(GETVAL); }, false,
      Copies::No, expect_value<5> },
    { "semctl_setall", [](const Small& world) { return control(world, SETALL, scratch.values); },
      false, Copies::Yes, expect_value<0> },
    { "semctl_getall",
      [](const Small& world) { return control(world, GETALL, scratch.values + 3); }, false,
      Copies::Yes, expect_value<5> },
    { "semctl_ipc_stat", [](const Small& world) { return control(world, IPC_STAT, &scratch.stat); },
      false, Copies::Yes, expect_value<5> },
    { "semctl_ipc_set",
      [](const Small& world) {
          scratch.stat.perm.mode = 0640;
          return control(world, IPC_SET, &scratch.stat);
      },
      false, Copies::Yes,
      [](const Small& world, Outcome) { EXPECT_EQ(world.set.stat().perm.mode, 0640u); } },
    { "semctl_sem_stat_any",
      [](const Small& world) {
          return sysv::semctl(sysv::index_of(world.set.id()), 0, SEM_STAT_ANY, &scratch.stat);
      },
      false, Copies::Yes, expect_value<5> },
    { "semctl_sem_info", [](const Small&) { return sysv::semctl(0, 0, SEM_INFO, &scratch.info); },
      false, Copies::Yes, expect_value<5> },
    { "semctl_ipc_rmid", remove_it, false, Copies::No, expect_removed },
    { "open_and_read_of_proc_sysvipc_sem", read_proc, true, Copies::Yes, fault::nothing_more },
};

const fault::Operation<Large> kOnLargeSets[] = {
    { "semop_with_a_first_undo_on_a_large_set",
      [](const Large& world) { return operate_in(world, 1, undone(up())); }, true, Copies::Yes,
      expect_value_until_undone<6> },
    { "semctl_setall_of_a_large_set",
      [](const Large& world) { return control(world, SETALL, scratch.values); }, true, Copies::Yes,
      expect_value<0> },
    { "semctl_getall_of_a_large_set",
      [](const Large& world) { return control(world, GETALL, scratch.page); }, true, Copies::Yes,
      expect_value<5> },
    { "semctl_ipc_rmid_of_a_large_set", remove_it, false, Copies::No, expect_removed },
};

const fault::Operation<Indebted> kWithAdjustments[] = {
    { "semop_with_another_undo",
      [](const Indebted& world) { return operate_in(world, 1, undone(down())); }, false,
      Copies::Yes, expect_value_until_undone<3> },
    { "semctl_setval_with_adjustments",
      [](const Indebted& world) { return world.set.set_value(0, 9); }, false, Copies::No,
      expect_value<9> },
    { "semctl_ipc_rmid_with_adjustments", remove_it, false, Copies::No, expect_removed },
    { "unshare_with_adjustments",
      [](const Indebted&) { return Outcome::of(unshare(CLONE_SYSVSEM)); }, false, Copies::No,
      [](const Indebted& world, Outcome) { EXPECT_EQ(world.set.text(), "5 0 0"); } },
    { "clone_of_a_sharer", clone_sharer, true, Copies::No, expect_all_undone, nullptr, EAGAIN },
};

const bool kRegistered = fault::register_sweeps(kOnSmallSets, prepare)
    && fault::register_sweeps(kOnLargeSets, prepare)
    && fault::register_sweeps(kWithAdjustments, prepare);

} // namespace

int main(int argc, char** argv)
{
    return harness::run_tests(argc, argv);
}
