// SPDX-License-Identifier: GPL-2.0
/* Segment calls: every command, the errors of each, mappings. */
#include "../events.hpp"
#include "../kernel.hpp"
#include "../machine.hpp"
#include "../module.hpp"
#include "../sysctl.hpp"
#include "test.hpp"

#include <cstring>
#include <filesystem>
#include <sys/ipc.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr std::size_t kPage = 4096;

int make(Process& self, std::size_t size = kPage)
{
    return static_cast<int>(self.shmget(IPC_PRIVATE, size, IPC_CREAT | 0600));
}

long attaches(Process& self, int id)
{
    shmid_ds stat {};
    const long status = self.shmctl(id, IPC_STAT, &stat);
    return status == 0 ? static_cast<long>(stat.shm_nattch) : status;
}

char* at(long address)
{
    return reinterpret_cast<char*>(address);
}

} // namespace

TEST(shmget_finds_creates_and_refuses)
{
    Process self;
    Process stranger { user(7) };
    const long id = self.shmget(5, 100, IPC_CREAT | 0600);
    EXPECT_EQ(self.shmget(5, 100, 0), id);
    EXPECT_EQ(self.shmget(5, 0, 0), id);
    EXPECT_EQ(self.shmget(5, 101, 0), -EINVAL);
    EXPECT_EQ(self.shmget(5, 100, IPC_CREAT | IPC_EXCL), -EEXIST);
    EXPECT_EQ(self.shmget(6, 100, 0), -ENOENT);
    EXPECT_EQ(self.shmget(6, 0, IPC_CREAT), -EINVAL);
    EXPECT_EQ(self.shmget(6, static_cast<std::size_t>(-1), IPC_CREAT), -EINVAL);
    EXPECT_EQ(stranger.shmget(5, 100, 0600), -EACCES);
    EXPECT_EQ(stranger.shmctl(static_cast<int>(id), IPC_RMID, nullptr), -EPERM);
    EXPECT_EQ(self.shmctl(static_cast<int>(id), IPC_RMID, nullptr), 0);
}

TEST(no_segment_has_more_bytes_than_pages_can_hold)
{
    Process self;
    EXPECT_EQ(write_limit("shmmax", "18446744073709551615"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, ~std::size_t { 0 }, IPC_CREAT), -ENOSPC);
    EXPECT_EQ(write_limit("shmall", "1"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, kPage + 1, IPC_CREAT), -ENOSPC);
}

TEST(two_processes_share_a_segment_s_bytes)
{
    Process self;
    Process other;
    const int id = make(self, 2 * kPage);
    char* mine = at(self.shmat(id, nullptr, 0));
    char* theirs = at(other.shmat(id, nullptr, SHM_RDONLY));
    EXPECT(mine != theirs);
    std::strcpy(mine + kPage, "shared");
    EXPECT_EQ(std::strcmp(theirs + kPage, "shared"), 0);
    EXPECT_EQ(attaches(self, id), 2);
    {
        Process child { self, 0 };
        EXPECT_EQ(attaches(self, id), 3);
    }
    EXPECT_EQ(attaches(self, id), 2);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(attaches(self, id), 2);
    EXPECT_EQ(self.shmdt(mine), 0);
    EXPECT_EQ(self.shmdt(mine), -EINVAL);
    EXPECT_EQ(other.shmdt(theirs + 1), -EINVAL);
    EXPECT_EQ(other.shmdt(theirs), 0);
    EXPECT_EQ(attaches(self, id), -EINVAL);
}

TEST(shmat_maps_a_segment_at_the_requested_address)
{
    Process self;
    Process stranger { user(7) };
    const int id = make(self);
    char* first = at(self.shmat(id, nullptr, 0));
    EXPECT_EQ(self.shmat(id, first, 0), -EINVAL);
    EXPECT_EQ(self.shmat(id, first + kPage + 1, 0), -EINVAL);
    EXPECT_EQ(self.shmat(id, first + kPage + 1, SHM_RND), reinterpret_cast<long>(first + kPage));
    EXPECT_EQ(self.shmat(id, first, SHM_REMAP), reinterpret_cast<long>(first));
    EXPECT_EQ(self.shmat(id, nullptr, SHM_REMAP), -EINVAL);
    EXPECT_EQ(attaches(self, id), 2);
    EXPECT_EQ(self.shmat(id, reinterpret_cast<void*>(-kPage), 0), -EINVAL); /* beyond the end */
    EXPECT_EQ(self.shmat(-1, nullptr, 0), -EINVAL);
    EXPECT_EQ(self.shmat(id + 1, nullptr, 0), -EINVAL);
    EXPECT_EQ(stranger.shmat(id, nullptr, 0), -EACCES);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

TEST(shmctl_shows_and_changes_a_segment)
{
    Process self;
    Process other { user(7) };
    const int id = make(self, 100);
    shmid_ds stat {};
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.shm_segsz, 100);
    EXPECT_EQ(stat.shm_cpid, self.pid());
    EXPECT(stat.shm_ctime != 0 && stat.shm_atime == 0 && stat.shm_dtime == 0);
    EXPECT_EQ(self.shmctl(id, IPC_STAT, reinterpret_cast<void*>(8)), -EFAULT);
    EXPECT_EQ(other.shmctl(id, IPC_STAT, &stat), -EACCES);
    stat.shm_perm.mode = 0666;
    EXPECT_EQ(other.shmctl(id, IPC_SET, &stat), -EPERM);
    EXPECT_EQ(self.shmctl(id, IPC_SET, &stat), 0);
    EXPECT_EQ(self.shmctl(id, IPC_SET, reinterpret_cast<void*>(8)), -EFAULT);
    EXPECT_EQ(other.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(self.shmctl(0, SHM_STAT, &stat), id);
    EXPECT_EQ(self.shmctl(0, SHM_STAT_ANY, &stat), id);
    EXPECT_EQ(self.shmctl(9, SHM_STAT, &stat), -EINVAL);
    shminfo info {};
    EXPECT_EQ(self.shmctl(0, IPC_INFO, &info), 0);
    EXPECT_EQ(info.shmmni, 4096);
    shm_info usage {};
    EXPECT_EQ(self.shmctl(0, SHM_INFO, &usage), 0);
    EXPECT_EQ(usage.used_ids, 1);
    EXPECT_EQ(usage.shm_tot, 1);
    EXPECT_EQ(self.shmctl(id, SHM_LOCK, nullptr), 0);
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.shm_perm.mode & SHM_LOCKED, SHM_LOCKED);
    EXPECT_EQ(self.shmctl(id, SHM_LOCK, nullptr), 0);
    EXPECT_EQ(self.shmctl(id, SHM_UNLOCK, nullptr), 0);
    EXPECT_EQ(self.shmctl(id, SHM_UNLOCK, nullptr), 0);
    EXPECT_EQ(other.shmctl(id, SHM_LOCK, nullptr), -EPERM);
    EXPECT_EQ(self.shmctl(id, 999, nullptr), -EINVAL);
    EXPECT_EQ(self.shmctl(-1, IPC_STAT, &stat), -EINVAL);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

TEST(no_command_finds_a_removed_segment)
{
    Process self;
    const int id = make(self);
    shmid_ds stat {};
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
    for (const int command :
         { IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_STAT_ANY })
        EXPECT_EQ(self.shmctl(id, command, &stat), -EINVAL);
}

TEST(locking_needs_a_capability_or_ownership_and_a_limit)
{
    Process owner { user(7) };
    Process stranger { user(8) };
    const int id = make(owner);
    EXPECT_EQ(stranger.shmctl(id, SHM_LOCK, nullptr), -EPERM);
    owner.set_memlock_limit(0);
    EXPECT_EQ(owner.shmctl(id, SHM_LOCK, nullptr), -EPERM);
    EXPECT_EQ(owner.shmctl(id, SHM_UNLOCK, nullptr), 0);
    owner.set_memlock_limit(kPage - 1);
    EXPECT_EQ(owner.shmctl(id, SHM_LOCK, nullptr), -ENOMEM);
    owner.set_memlock_limit(kPage);
    EXPECT_EQ(owner.shmctl(id, SHM_LOCK, nullptr), 0);
    const int next = make(owner);
    EXPECT_EQ(owner.shmctl(next, SHM_LOCK, nullptr), -ENOMEM);
    EXPECT_EQ(owner.shmctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(owner.shmctl(next, SHM_LOCK, nullptr), 0);
    EXPECT_EQ(owner.shmctl(next, IPC_RMID, nullptr), 0);
}

TEST(shm_lock_is_eperm_if_the_module_cannot_lock_memory)
{
    Process self;
    EXPECT_EQ(unload_module(), 0);
    kernel().can_lock_memory = false;
    EXPECT_EQ(load_module(), 0);
    EXPECT(has_logged("SHM_LOCK is refused"));
    const int id = make(self);
    EXPECT_EQ(self.shmctl(id, SHM_LOCK, nullptr), -EPERM);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

TEST(huge_segments_are_for_kernels_that_have_huge_pages)
{
    constexpr std::size_t kHuge = std::size_t { 1 } << 21;
    constexpr int kLogShift = 26;
    Process self;
    EXPECT_EQ(self.shmget(IPC_PRIVATE, kHuge, IPC_CREAT | SHM_HUGETLB | 0600), -EINVAL);
    kernel().has_huge_pages = true;
    EXPECT_EQ(self.shmget(IPC_PRIVATE, kHuge, IPC_CREAT | SHM_HUGETLB | 30 << kLogShift), -EINVAL);
    const int id =
        static_cast<int>(self.shmget(IPC_PRIVATE, kPage, IPC_CREAT | SHM_HUGETLB | 0600));
    char* start = at(self.shmat(id, nullptr, 0));
    start[kHuge - 1] = 'x'; /* mapped whole */
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

/* shmdt() unmaps the rest of an attachment that munmap() has left, and nothing else. */
TEST(shmdt_unmaps_all_pieces_of_its_attachment)
{
    Process self;
    const int id = make(self, 5 * kPage);
    const int other = make(self, kPage);
    char* start = at(self.shmat(id, nullptr, 0));
    EXPECT_EQ(self.munmap(start + kPage, kPage), 0);
    EXPECT_EQ(self.munmap(start + 3 * kPage, kPage), 0);
    EXPECT_EQ(attaches(self, id), 3);
    /* In a hole, and behind: neither is a piece. */
    EXPECT_EQ(self.shmat(other, start + kPage, 0), reinterpret_cast<long>(start + kPage));
    EXPECT_EQ(self.shmat(id, start + 5 * kPage, 0), reinterpret_cast<long>(start + 5 * kPage));
    EXPECT_EQ(self.shmdt(start + 2 * kPage), -EINVAL);
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(attaches(self, id), 1);
    EXPECT_EQ(attaches(self, other), 1);
    EXPECT_EQ(self.shmdt(start), -EINVAL);
    EXPECT_EQ(self.shmdt(start + kPage), 0);
    EXPECT_EQ(self.shmdt(start + 5 * kPage), 0);
    /* Also without the first piece. */
    start = at(self.shmat(id, nullptr, 0));
    EXPECT_EQ(self.munmap(start, 2 * kPage), 0);
    EXPECT_EQ(attaches(self, id), 1);
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(attaches(self, id), 0);
    /* And the last one. */
    start = at(self.shmat(id, nullptr, 0));
    EXPECT_EQ(self.munmap(start + 4 * kPage, kPage), 0);
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(attaches(self, id), 0);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.shmctl(other, IPC_RMID, nullptr), 0);
}

TEST(shm_rmid_forced_removes_a_segment_with_its_last_mapping)
{
    Process self;
    EXPECT_EQ(write_limit("shm_rmid_forced", "1"), 0);
    EXPECT_EQ(write_limit("shm_rmid_forced", "2"), -EINVAL);
    const int id = make(self);
    char* start = at(self.shmat(id, nullptr, 0));
    EXPECT_EQ(attaches(self, id), 1);
    EXPECT_EQ(self.shmdt(start), 0);
    EXPECT_EQ(attaches(self, id), -EINVAL);
    const int unmappable = make(self);
    /* A failed attachment was one, too. */
    EXPECT_EQ(self.shmat(unmappable, reinterpret_cast<void*>(kPage), 0), -ENOMEM);
    EXPECT_EQ(attaches(self, unmappable), -EINVAL);
    EXPECT_EQ(write_limit("shm_rmid_forced", "0"), 0);
}

/* Its last mapping then releases it, with all of its contents. */
TEST(a_mapping_keeps_the_namespace_of_its_segment)
{
    Process self;
    Process user { self, kNewIpc };
    const int id = make(user);
    EXPECT(user.msgget(5, IPC_CREAT | 0600) >= 0);
    char* start = at(user.shmat(id, nullptr, 0));
    listen_to_events();
    EXPECT_EQ(user.unshare(kNewIpc), 0);
    EXPECT_EQ(attaches(user, id), -EINVAL);
    start[7] = 'x';
    EXPECT_EQ(start[7], 'x');
    EXPECT_EQ(unload_module(), -EAGAIN);
    EXPECT_EQ(user.shmdt(start), 0);
    wait_until([] { return unload_module() == 0; }, "the namespace is buried");
    std::vector<std::string> removed = stop_listening();
    std::erase_if(removed,
                  [](const std::string& event) { return !event.starts_with("ipc_removed"); });
    EXPECT_EQ(removed.size(), 2);
    EXPECT_EQ(load_module(), 0);
}

/* Not some time later, when its other parts can no longer be found. */
TEST(the_memory_of_a_segment_is_free_when_its_removal_returns)
{
    const auto files = [] {
        const std::filesystem::directory_iterator all { "/proc/self/fd" };
        return std::distance(begin(all), end(all));
    };
    Process self;
    const auto before = files();
    const int id = make(self);
    EXPECT_EQ(files(), before + 1);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(files(), before);
}

TEST(a_segment_records_its_last_attachment_and_detachment)
{
    Process self;
    Process other;
    const int id = make(self, 100);
    shmid_ds stat {};
    machine::advance(kHour);
    const long here = self.shmat(id, nullptr, 0);
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT(stat.shm_atime >= stat.shm_ctime + 3'600);
    EXPECT_EQ(stat.shm_lpid, self.pid());
    const long there = other.shmat(id, nullptr, 0);
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT_EQ(stat.shm_lpid, other.pid());
    machine::advance(kHour);
    EXPECT_EQ(self.shmdt(reinterpret_cast<void*>(here)), 0);
    EXPECT_EQ(self.shmctl(id, IPC_STAT, &stat), 0);
    EXPECT(stat.shm_dtime >= stat.shm_atime + 3'600);
    EXPECT_EQ(stat.shm_lpid, self.pid());
    EXPECT_EQ(other.shmdt(reinterpret_cast<void*>(there)), 0);
    EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}
