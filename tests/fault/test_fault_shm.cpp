// SPDX-License-Identifier: GPL-2.0
/*
 * test_fault_shm: makes every allocation and user copy that the shared memory calls reach fail in
 * turn.  A failed call must report the right errno and must have had no effect; afterwards the same
 * call must work.
 */
#include "fault/fault_sweep.hpp"
#include "lib/harness.hpp"
#include "lib/proc_shm.hpp"
#include "lib/segment.hpp"

#include <cstring>
#include <fcntl.h>

namespace {

using fault::Copies;

// Memory for the calls, written once so that it needs no page fault later.
struct Scratch {
    sysv::SegmentStat stat;
    sysv::ShmUsage usage;
};
Scratch scratch;

void prepare()
{
    std::memset(&scratch, 0, sizeof(scratch));
}

// The state that a test compares to detect a change.
struct Snapshot {
    sysv::ShmUsage usage;
    sysv::SegmentStat stat;
    std::string rows;

    bool operator==(const Snapshot& other) const
    {
        return usage.used_ids == other.usage.used_ids && usage.shm_tot == other.usage.shm_tot
            && std::memcmp(&stat, &other.stat, sizeof(stat)) == 0 && rows == other.rows;
    }
};

// The world of one attempt: a segment with a key, and an address where nothing is.
struct World {
    World()
    {
        Hole hole { 4 * kPage };
        place = hole.open();
    }
    Snapshot snapshot() const
    {
        return { shm_usage(), segment.stat(), read_file(kProcShm).value_or("cannot be read") };
    }
    void expect_usable() const
    {
        EXPECT_ERR(sysv::shmget(free_key, 0, 0), ENOENT);
        EXPECT_EQ(segment.attaches(), 0u);
    }

    key_t key = unused_segment_key();
    key_t free_key = unused_segment_key();
    Segment segment { 3 * kPage, 0600, key };
    char* place;
};

// The same for an attached segment that has been used.
struct Attached : World {
    Attached() { attachment[0] = 'x'; }
    void expect_usable() const { EXPECT_EQ(attachment[0], 'x'); }

    Attachment attachment { segment };
};

// shmem logs it when it has no memory for an inode.
constexpr int kNoInode = ENOSPC;

void remove_made(const World&, Outcome outcome)
{
    EXPECT_OK(sysv::shmctl(static_cast<int>(outcome.value()), IPC_RMID));
}

void use_and_detach(const World& world, Outcome outcome)
{
    EXPECT_EQ(world.segment.attaches(), 1u);
    EXPECT_EQ(*reinterpret_cast<const char*>(outcome.value()), 0);
    EXPECT_OK(sysv::shmdt(reinterpret_cast<void*>(outcome.value())));
    EXPECT_EQ(world.segment.attaches(), 0u);
}

Outcome read_proc(const World&)
{
    return read_with_faults(kProcShm);
}

const fault::Operation<World> kOnSegments[] = {
    { "shmget_of_a_private_segment",
      [](const World&) { return sysv::shmget(IPC_PRIVATE, 3 * kPage, 0600); }, true, Copies::No,
      remove_made, nullptr, kNoInode },
    { "shmget_of_a_new_key",
      [](const World& world) { return sysv::shmget(world.free_key, kPage, IPC_CREAT | 0600); },
      true, Copies::No, remove_made, nullptr, kNoInode },
    { "shmget_of_an_existing_key", [](const World& world) { return sysv::shmget(world.key, 0, 0); },
      false, Copies::No,
      [](const World& world, Outcome outcome) {
          EXPECT_EQ(outcome, Outcome::raw(world.segment.id()));
      } },
    { "shmat", [](const World& world) { return sysv::shmat(world.segment.id(), nullptr, 0); }, true,
      Copies::No, use_and_detach },
    { "shmat_for_reading",
      [](const World& world) { return sysv::shmat(world.segment.id(), nullptr, SHM_RDONLY); }, true,
      Copies::No, use_and_detach },
    { "shmat_at_an_address",
      [](const World& world) { return sysv::shmat(world.segment.id(), world.place, 0); }, true,
      Copies::No, use_and_detach },
    { "shmctl_ipc_stat",
      [](const World& world) { return sysv::shmctl(world.segment.id(), IPC_STAT, &scratch.stat); },
      false, Copies::Yes, fault::nothing_more },
    { "shmctl_ipc_set",
      [](const World& world) {
          scratch.stat.perm.mode = 0640;
          return sysv::shmctl(world.segment.id(), IPC_SET, &scratch.stat);
      },
      false, Copies::Yes,
      [](const World& world, Outcome) { EXPECT_EQ(world.segment.stat().perm.mode, 0640u); } },
    { "shmctl_shm_stat_any",
      [](const World& world) {
          return sysv::shmctl(sysv::index_of(world.segment.id()), SHM_STAT_ANY, &scratch.stat);
      },
      false, Copies::Yes, fault::nothing_more },
    { "shmctl_shm_info", [](const World&) { return sysv::shmctl(0, SHM_INFO, &scratch.usage); },
      false, Copies::Yes, fault::nothing_more },
    { "shmctl_shm_lock", [](const World& world) { return world.segment.lock(); }, false, Copies::No,
      [](const World& world, Outcome) { EXPECT_OK(world.segment.unlock()); } },
    { "shmctl_ipc_rmid", [](const World& world) { return world.segment.mark(); }, false, Copies::No,
      [](const World& world, Outcome) {
          EXPECT_ERR(sysv::shmget(world.key, 0, 0), ENOENT);
          EXPECT(!segment_exists(world.segment.id()));
      } },
    { "open_and_read_of_proc_sysvipc_shm", read_proc, true, Copies::Yes, fault::nothing_more },
};

const fault::Operation<Attached> kOnAttached[] = {
    { "shmdt", [](const Attached& world) { return sysv::shmdt(world.attachment.data()); }, false,
      Copies::No,
      [](const Attached& world, Outcome) {
          // Linux reports no error when there is no memory for unmapping: the next call unmaps then.
          if (world.segment.attaches() != 0)
              EXPECT_OK(sysv::shmdt(world.attachment.data()));
          EXPECT_EQ(world.segment.attaches(), 0u);
      } },
    { "a_second_shmat",
      [](const Attached& world) { return sysv::shmat(world.segment.id(), nullptr, 0); }, true,
      Copies::No,
      [](const Attached& world, Outcome outcome) {
          EXPECT_EQ(world.segment.attaches(), 2u);
          EXPECT_EQ(*reinterpret_cast<const char*>(outcome.value()), 'x');
          EXPECT_OK(sysv::shmdt(reinterpret_cast<void*>(outcome.value())));
      } },
    { "ipc_rmid_of_an_attached_segment", [](const Attached& world) { return world.segment.mark(); },
      false, Copies::No,
      [](const Attached& world, Outcome) { EXPECT(segment_exists(world.segment.id())); } },
};

const bool kRegistered =
    fault::register_sweeps(kOnSegments, prepare) && fault::register_sweeps(kOnAttached, prepare);

} // namespace

int main(int argc, char** argv)
{
    return harness::run_tests(argc, argv);
}
