// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc, the limits, namespaces. */
#include "../fault.hpp"
#include "../file.hpp"
#include "../module.hpp"
#include "../sysctl.hpp"
#include "test.hpp"

#include <algorithm>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

long lines(const std::string& text)
{
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

TEST(proc_files_list_all_objects)
{
    Process self;
    const long queue = self.msgget(17, IPC_CREAT | 0640);
    const long set = self.semget(18, 3, IPC_CREAT | 0600);
    const long segment = self.shmget(19, 100, IPC_CREAT | 0600);
    for (const char* path : { "/proc/sysvipc/msg", "/proc/sysvipc/sem", "/proc/sysvipc/shm" })
        EXPECT_EQ(lines(read_proc(path)), 2);
    EXPECT(read_proc("/proc/sysvipc/msg").find("        17          0   640") != std::string::npos);
    EXPECT(read_proc("/proc/sysvipc/sem").find("        18          0   600          3")
           != std::string::npos);
    EXPECT(read_proc("/proc/sysvipc/shm").find("        19          0   600") != std::string::npos);
    EXPECT_EQ(self.msgctl(static_cast<int>(queue), IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.semctl(static_cast<int>(set), 0, IPC_RMID, 0), 0);
    EXPECT_EQ(self.shmctl(static_cast<int>(segment), IPC_RMID, nullptr), 0);
    EXPECT_EQ(lines(read_proc("/proc/sysvipc/msg")), 1);
}

TEST(an_open_file_keeps_the_module)
{
    {
        const std::unique_ptr<ProcFile> file = ProcFile::open("/proc/sysvipc/sem");
        EXPECT(file != nullptr);
        EXPECT_EQ(unload_module(), -EAGAIN);
    }
    Process self;
    const long id = self.msgget(IPC_PRIVATE, IPC_CREAT);
    EXPECT_EQ(unload_module(), -EAGAIN);
    EXPECT_EQ(self.msgctl(static_cast<int>(id), IPC_RMID, nullptr), 0);
}

TEST(limits_are_read_written_and_kept)
{
    Process self;
    EXPECT_EQ(read_limit("msgmax") == "8192\n", true);
    EXPECT_EQ(read_limit("sem") == "32000\t1024000000\t500\t32000\n", true);
    EXPECT_EQ(write_limit("msgmni", "1"), 0);
    const long id = self.msgget(IPC_PRIVATE, IPC_CREAT);
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSPC);
    EXPECT_EQ(self.msgctl(static_cast<int>(id), IPC_RMID, nullptr), 0);
    EXPECT_EQ(write_limit("msgmni", "-1"), -EINVAL);
    EXPECT_EQ(write_limit("msgmax", "rubbish"), -EINVAL);
    EXPECT_EQ(write_limit("sem", "3 4 2 1"), 0);
    EXPECT_EQ(self.semget(IPC_PRIVATE, 4, IPC_CREAT), -EINVAL);
    const long set = self.semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
    EXPECT_EQ(self.semget(IPC_PRIVATE, 1, IPC_CREAT), -ENOSPC);
    const sembuf three[] { { 0, 0, 0 }, { 1, 0, 0 }, { 2, 0, 0 } };
    EXPECT_EQ(self.semop(static_cast<int>(set), three, 3), -E2BIG);
    EXPECT_EQ(self.semctl(static_cast<int>(set), 0, IPC_RMID, 0), 0);
    EXPECT_EQ(write_limit("shmmax", "100"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 101, IPC_CREAT), -EINVAL);
    EXPECT_EQ(write_limit("shmall", "1"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 100, IPC_CREAT) >= 0, true);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 1, IPC_CREAT), -ENOSPC);
    shmid_ds stat {};
    const long segment = self.shmctl(0, SHM_STAT, &stat);
    EXPECT_EQ(self.shmctl(static_cast<int>(segment), IPC_RMID, nullptr), 0);
    EXPECT_EQ(write_limit("shmall", "100"), 0);
    EXPECT_EQ(write_limit("msg_next_id", "7"), 0);
    const long asked = self.msgget(IPC_PRIVATE, IPC_CREAT);
    EXPECT_EQ(asked & 0x7fff, 7);
    EXPECT_EQ(self.msgctl(static_cast<int>(asked), IPC_RMID, nullptr), 0);
    EXPECT_EQ(write_limit("msgmni", "32000"), 0);
    EXPECT_EQ(write_limit("sem", "32000 1024000000 500 32000"), 0);
}

TEST(a_namespace_has_its_own_objects_which_end_with_it)
{
    Process self;
    EXPECT_EQ(self.msgget(5, IPC_CREAT | 0600), 0);
    {
        Process inside { self, kNewIpc };
        EXPECT_EQ(inside.msgget(5, 0), -ENOENT);
        EXPECT_EQ(inside.msgget(5, IPC_CREAT | 0600), 0);
        EXPECT_EQ(inside.semget(6, 1, IPC_CREAT | 0600), 0);
        EXPECT_EQ(inside.shmget(7, 1, IPC_CREAT | 0600), 0);
        Process child { inside, 0 };
        EXPECT_EQ(child.semget(6, 1, 0), 0);
        EXPECT_EQ(child.unshare(kNewIpc), 0);
        EXPECT_EQ(child.semget(6, 1, 0), -ENOENT);
    }
    EXPECT_EQ(self.semget(6, 1, 0), -ENOENT);
    EXPECT_EQ(self.msgctl(0, IPC_RMID, nullptr), 0);
    wait_until([] { return unload_module() == 0; }, "the namespace is buried");
    EXPECT_EQ(load_module(), 0);
}

TEST(shm_rmid_forced_removes_orphans)
{
    Process self;
    {
        Process creator;
        EXPECT_EQ(creator.shmget(5, 1, IPC_CREAT | 0600), 0);
    }
    EXPECT_EQ(self.shmget(5, 1, 0), 0);
    EXPECT_EQ(write_limit("shm_rmid_forced", "1"), 0);
    EXPECT_EQ(self.shmget(5, 1, 0), -ENOENT);
    {
        Process creator;
        EXPECT(creator.shmget(6, 1, IPC_CREAT | 0600) > 0);
    }
    EXPECT_EQ(self.shmget(6, 1, 0), -ENOENT);
    EXPECT_EQ(write_limit("shm_rmid_forced", "0"), 0);
}

TEST(no_call_is_served_before_loading_and_after_unloading)
{
    Process self;
    EXPECT_EQ(unload_module(), 0);
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSYS);
    EXPECT_EQ(self.shmdt(nullptr), -ENOSYS);
    EXPECT_EQ(load_module(), 0);
    EXPECT_EQ(self.shmdt(nullptr), -EINVAL);
}

TEST(a_file_is_read_from_any_offset)
{
    Process self;
    const int first = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const int second = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const std::string whole = read_proc("/proc/sysvipc/msg");
    const std::unique_ptr<ProcFile> file = ProcFile::open("/proc/sysvipc/msg");
    char buffer[4096];
    for (const std::size_t from : { whole.size(), whole.size() - 1, std::size_t { 0 } }) {
        auto offset = static_cast<std::int64_t>(from);
        const std::int64_t got = file->read(buffer, sizeof(buffer), offset);
        EXPECT_EQ(got, whole.size() - from);
        EXPECT(std::string(buffer, static_cast<std::size_t>(got)) == whole.substr(from));
    }
    EXPECT_EQ(self.msgctl(first, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.msgctl(second, IPC_RMID, nullptr), 0);
}

TEST(a_limit_without_effect_exists_for_old_programs)
{
    EXPECT_EQ(read_limit("auto_msgmni") == "0\n", true);
    EXPECT_EQ(write_limit("auto_msgmni", "1"), 0);
    EXPECT(has_logged("writing to auto_msgmni has no effect"));
    forget_log();
    EXPECT_EQ(write_limit("auto_msgmni", "1"), 0);
    EXPECT(!has_logged("auto_msgmni"));
    EXPECT_EQ(read_limit("auto_msgmni") == "0\n", true);
}

/* The limits are those of the caller's namespace, whose first use may lack memory. */
TEST(files_of_a_namespace_that_cannot_be_made_fail)
{
    Process self;
    Process inside { self, kNewIpc };
    inside.act([] {
        fail_allocation(1);
        EXPECT_EQ(read_limit("msgmni").size(), 0);
        fail_allocation(1);
        EXPECT_EQ(write_limit("msgmni", "5"), -ENOMEM);
        fail_allocation(1);
        EXPECT(ProcFile::open("/proc/sysvipc/msg") == nullptr);
        fail_allocation(0);
        EXPECT_EQ(write_limit("msgmni", "5"), 0);
        EXPECT_EQ(read_limit("msgmni") == "5\n", true);
        EXPECT_EQ(lines(read_proc("/proc/sysvipc/msg")), 1);
    });
    EXPECT_EQ(read_limit("msgmni") == "32000\n", true);
}

TEST(a_namespace_with_many_objects_ends)
{
    constexpr int kMany = 150;
    Process self;
    {
        Process inside { self, kNewIpc };
        for (int i = 0; i < kMany; ++i) {
            EXPECT(inside.msgget(IPC_PRIVATE, IPC_CREAT) >= 0);
            EXPECT(inside.semget(IPC_PRIVATE, 1, IPC_CREAT) >= 0);
            EXPECT(inside.shmget(IPC_PRIVATE, 1, IPC_CREAT) >= 0);
        }
    }
    wait_until([] { return unload_module() == 0; }, "the namespace is buried");
    EXPECT_EQ(load_module(), 0);
}

TEST(many_orphans_are_removed_at_once)
{
    constexpr int kMany = 150;
    Process self;
    const long kept = self.shmget(5, 1, IPC_CREAT | 0600);
    {
        Process creator;
        for (int i = 0; i < kMany; ++i)
            EXPECT(creator.shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0);
    }
    EXPECT_EQ(lines(read_proc("/proc/sysvipc/shm")), kMany + 2);
    EXPECT_EQ(write_limit("shm_rmid_forced", "1"), 0);
    EXPECT_EQ(lines(read_proc("/proc/sysvipc/shm")), 2);
    EXPECT_EQ(write_limit("shm_rmid_forced", "0"), 0);
    EXPECT_EQ(self.shmctl(static_cast<int>(kept), IPC_RMID, nullptr), 0);
}

TEST(a_task_that_leaves_a_namespace_leaves_its_segments)
{
    Process self;
    Process creator;
    EXPECT_EQ(write_limit("shm_rmid_forced", "1"), 0);
    EXPECT(creator.shmget(5, 1, IPC_CREAT | 0600) >= 0);
    EXPECT(self.shmget(5, 1, 0) >= 0);
    EXPECT_EQ(creator.unshare(kNewIpc), 0);
    EXPECT_EQ(self.shmget(5, 1, 0), -ENOENT);
    EXPECT_EQ(write_limit("shm_rmid_forced", "0"), 0);
}
