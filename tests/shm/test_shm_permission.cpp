// SPDX-License-Identifier: GPL-2.0
/*
 * Permissions: modes, for every relation of a user to a segment.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/roles.hpp"
#include "lib/segment.hpp"

#include <sstream>
#include <vector>

namespace {

constexpr int kExecute = 1;

// One segment for each significant mode: one class has the bits, the other two have not.
class SegmentOfEveryMode {
public:
    struct Entry {
        Segment segment;
        key_t key;
        int mode;
    };

    SegmentOfEveryMode()
    {
        for (int bits = 0; bits < 8; ++bits) {
            for (const int mode : { bits << 6, bits << 3, bits, bits << 6 | bits << 3 | bits }) {
                const key_t key = unused_segment_key();
                borrow(kCreator);
                Segment segment { kPage, 0600, key };
                return_to_root();
                auto wanted = segment.stat();
                wanted.perm.uid = kOwner.uid;
                wanted.perm.gid = kOwner.gid;
                wanted.perm.mode = static_cast<unsigned>(mode);
                REQUIRE_OK(segment.set(wanted));
                entries_.push_back({ std::move(segment), key, mode });
            }
        }
    }

    const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_;
};

Outcome attach_and_detach(int id, int flags)
{
    const auto attached = sysv::shmat(id, nullptr, flags);
    return attached.ok() ? sysv::shmdt(reinterpret_cast<void*>(attached.value())) : attached;
}

// The access of a process to one segment, tried by every call that checks permission.
void expect_granted(const SegmentOfEveryMode::Entry& entry, int granted)
{
    const int id = entry.segment.id();
    const auto expect = [&](Outcome outcome, int needed, const char* what) {
        const bool refused = outcome.failed_with(EACCES);
        if (refused != ((needed & ~granted) != 0)) {
            std::ostringstream text;
            text << what << " on mode 0" << std::oct << entry.mode << " gave " << outcome;
            harness::record_failure(HERE, text.str());
        }
    };
    sysv::SegmentStat stat;
    expect(sysv::shmctl(id, IPC_STAT, &stat), kRead, "IPC_STAT");
    expect(sysv::shmctl(sysv::index_of(id), SHM_STAT, &stat), kRead, "SHM_STAT");
    expect(sysv::shmctl(sysv::index_of(id), SHM_STAT_ANY, &stat), 0, "SHM_STAT_ANY");
    expect(attach_and_detach(id, SHM_RDONLY), kRead, "shmat for reading");
    expect(attach_and_detach(id, 0), kRead | kWrite, "shmat for writing");
    expect(attach_and_detach(id, SHM_RDONLY | SHM_EXEC), kRead | kExecute, "shmat for executing");
    expect(attach_and_detach(id, SHM_EXEC), kRead | kWrite | kExecute, "shmat for everything");
    expect(sysv::shmget(entry.key, 0, 0), 0, "shmget for nothing");
    expect(sysv::shmget(entry.key, 0, 0444), kRead, "shmget for reading");
    expect(sysv::shmget(entry.key, 0, 0020), kWrite, "shmget for writing");
    expect(sysv::shmget(entry.key, 0, 0001), kExecute, "shmget for executing");
    expect(sysv::shmget(entry.key, 0, 0600), kRead | kWrite, "shmget for both");
}

void check_role(const Role& role)
{
    const SegmentOfEveryMode segments;
    Actor actor { [&] {
        if (role.dropped_capability)
            drop_capability(*role.dropped_capability);
        become(role.identity);
        for (const auto& entry : segments.entries())
            expect_granted(entry,
                           role.bits == Bits::All ? kRead | kWrite | kExecute
                                                  : granted_by(role.bits, entry.mode));
        return Outcome::raw(0);
    } };
    EXPECT_OK(actor.join());
}

const bool kRegistered = [] {
    for (const Role& role : kRoles)
        harness::Registration { role.name, [&role] { check_role(role); } };
    return true;
}();

TEST(permissions_are_checked_when_attaching_and_not_later)
{
    const Segment segment { kPage, 0666 };
    EXPECT_OK(play(kAlice, [&] {
        const Attachment attachment { segment };
        attachment[0] = 'x';
        return Outcome::raw(0);
    }));
    const Shared<Rendezvous> gate;
    Actor holder { kAlice, [&] {
                      const Attachment attachment { segment };
                      gate->meet(2);
                      gate->meet(2);
                      attachment[0] = 'y';
                      EXPECT_ERR(attach_and_detach(segment.id(), 0), EACCES);
                      return Outcome::raw(0);
                  } };
    gate->meet(2);
    REQUIRE_OK(segment.set_mode(0600));
    gate->meet(2);
    EXPECT_OK(holder.join());
}

} // namespace
