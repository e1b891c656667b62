// SPDX-License-Identifier: GPL-2.0
/* Reading the module's own files below /proc/sysvipc: in pieces, by other users, without memory, during removals. */
#include "../fault.hpp"
#include "../file.hpp"
#include "rows.hpp"
#include "test.hpp"

#include <algorithm>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr const char* kOwnFiles[] {
    "/proc/sysvipc/limits",    "/proc/sysvipc/msg_stats",   "/proc/sysvipc/sem_stats",
    "/proc/sysvipc/shm_stats", "/proc/sysvipc/msg_waiters", "/proc/sysvipc/sem_waiters",
    "/proc/sysvipc/sem_undo",
};

struct TextMessage {
    long type;
    char text[100];
};

/* The rest of the file, at most @piece bytes at a time. */
std::string read_in_pieces(ProcFile& file, std::size_t piece, std::int64_t offset = 0)
{
    std::string text;
    char buffer[4096];
    for (;;) {
        const std::int64_t got = file.read(buffer, piece, offset);
        EXPECT(got >= 0 && got <= static_cast<std::int64_t>(piece));
        if (got <= 0)
            return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

int make_set(Process& self, int count)
{
    return static_cast<int>(self.semget(IPC_PRIVATE, count, IPC_CREAT | 0600));
}

std::size_t line_size(const std::string& text)
{
    return text.find('\n') + 1;
}

} // namespace

TEST(own_files_have_the_same_text_in_pieces_of_any_size_and_from_any_offset)
{
    Process self;
    Process holder;
    Process other;
    for (int i = 0; i < 3; ++i) {
        EXPECT(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0);
        EXPECT(self.shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0);
        const int set = make_set(self, 2);
        sembuf both[] { { 0, 3, SEM_UNDO }, { 1, 4, SEM_UNDO } };
        for (Process* undoer : { &holder, &other })
            EXPECT_EQ(undoer->semop(set, both, 2), 0);
    }
    EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 12);
    for (const char* path : kOwnFiles) {
        const std::string whole = read_proc(path);
        for (const std::size_t piece :
             { std::size_t { 1 }, std::size_t { 50 }, line_size(whole) }) {
            const std::unique_ptr<ProcFile> file = ProcFile::open(path);
            EXPECT(read_in_pieces(*file, piece) == whole);
        }
        const std::unique_ptr<ProcFile> file = ProcFile::open(path);
        for (std::size_t from = whole.size() + 1; from-- > 0;) {
            const auto offset = static_cast<std::int64_t>(from);
            EXPECT(read_in_pieces(*file, 4096, offset) == whole.substr(from));
        }
    }
    for (int i = 0; i < 3; ++i) {
        msqid_ds queue {};
        shmid_ds segment {};
        EXPECT_EQ(
            self.msgctl(static_cast<int>(self.msgctl(i, MSG_STAT, &queue)), IPC_RMID, nullptr), 0);
        EXPECT_EQ(
            self.shmctl(static_cast<int>(self.shmctl(i, SHM_STAT, &segment)), IPC_RMID, nullptr),
            0);
        EXPECT_EQ(self.semctl(i, 0, IPC_RMID, 0), 0);
    }
}

/* A reader that has seen one record of a set continues with all records of the next set. */
TEST(a_set_removed_while_it_is_shown_hides_nothing_of_the_next)
{
    constexpr const char* kPath = "/proc/sysvipc/sem_undo";
    Process self;
    Process first;
    Process second;
    const int sets[] { make_set(self, 1), make_set(self, 1), make_set(self, 1) };
    for (const int set : sets) {
        sembuf up { 0, 1, SEM_UNDO };
        EXPECT_EQ(first.semop(set, &up, 1), 0);
        EXPECT_EQ(second.semop(set, &up, 1), 0);
    }
    const std::string whole = read_proc(kPath);
    const std::size_t header = line_size(whole);
    const std::size_t row = line_size(whole.substr(header));
    EXPECT_EQ(whole.size(), header + 6 * row);
    const std::unique_ptr<ProcFile> file = ProcFile::open(kPath);
    char buffer[4096];
    std::int64_t offset = 0;
    EXPECT_EQ(file->read(buffer, header, offset), header);
    EXPECT_EQ(file->read(buffer, row, offset), row);
    EXPECT_EQ(self.semctl(sets[0], 0, IPC_RMID, 0), 0);
    EXPECT_EQ(self.semctl(sets[1], 0, IPC_RMID, 0), 0);
    EXPECT(read_in_pieces(*file, row, offset) == whole.substr(header + 4 * row));
    EXPECT_EQ(self.semctl(sets[2], 0, IPC_RMID, 0), 0);
}

TEST(waiters_and_adjustments_are_shown_only_to_readers_of_the_set)
{
    Process self;
    Process waiter;
    Process stranger { user(7) };
    const int id = make_set(self, 2);
    sembuf up { 1, 1, SEM_UNDO };
    EXPECT_EQ(self.semop(id, &up, 1), 0);
    sembuf take[] { { 0, -1, SEM_UNDO }, { 1, 1, 0 } };
    {
        Running wait { waiter, [&] { EXPECT_EQ(waiter.semop(id, take, 2), 0); } };
        wait_until([&] { return waiter.is_asleep(); }, "it waits");
        EXPECT(row_of("/proc/sysvipc/sem_waiters", id)["undo"] == "1");
        EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 1);
        stranger.act([] {
            EXPECT_EQ(row_count("/proc/sysvipc/sem_stats"), 1);
            EXPECT_EQ(row_count("/proc/sysvipc/sem_waiters"), 0);
            EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 0);
        });
        semid_ds stat {};
        EXPECT_EQ(self.semctl(id, 0, IPC_STAT, reinterpret_cast<unsigned long>(&stat)), 0);
        stat.sem_perm.mode = 0604;
        EXPECT_EQ(self.semctl(id, 0, IPC_SET, reinterpret_cast<unsigned long>(&stat)), 0);
        stranger.act([] {
            EXPECT_EQ(row_count("/proc/sysvipc/sem_waiters"), 1);
            EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 1);
        });
        sembuf give { 0, 1, 0 };
        EXPECT_EQ(self.semop(id, &give, 1), 0);
    }
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

namespace {

std::unique_ptr<ProcFile> opened;
std::int64_t opened_at = 0;

std::size_t lines_read_on()
{
    const std::string text = read_in_pieces(*opened, 4096, opened_at);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST(a_reader_that_loses_read_permission_sees_no_more_of_the_set)
{
    Process self;
    Process first;
    Process second;
    Process stranger { user(7) };
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0604));
    sembuf up { 0, 1, SEM_UNDO };
    EXPECT_EQ(first.semop(id, &up, 1), 0);
    EXPECT_EQ(second.semop(id, &up, 1), 0);
    stranger.act([] {
        opened = ProcFile::open("/proc/sysvipc/sem_undo");
        char buffer[4096];
        const std::string whole = read_proc("/proc/sysvipc/sem_undo");
        const std::size_t header = line_size(whole);
        const std::size_t row = line_size(whole.substr(header));
        opened_at = 0;
        EXPECT_EQ(opened->read(buffer, header, opened_at), header);
        EXPECT_EQ(opened->read(buffer, row, opened_at), row);
    });
    semid_ds stat {};
    EXPECT_EQ(self.semctl(id, 0, IPC_STAT, reinterpret_cast<unsigned long>(&stat)), 0);
    stat.sem_perm.mode = 0600;
    EXPECT_EQ(self.semctl(id, 0, IPC_SET, reinterpret_cast<unsigned long>(&stat)), 0);
    stranger.act([] {
        EXPECT_EQ(lines_read_on(), 0);
        opened.reset();
    });
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

/* The first use of a namespace may be to open one of its files. */
TEST(own_files_cannot_be_opened_without_memory_for_their_namespace)
{
    Process self;
    Process inside { self, kNewIpc };
    inside.act([] {
        for (const char* path : kOwnFiles) {
            fail_allocation(1);
            EXPECT(ProcFile::open(path) == nullptr);
            fail_allocation(0);
        }
        for (const char* path : kOwnFiles) {
            const bool is_limits = path == kOwnFiles[0];
            EXPECT_EQ(row_count(path), is_limits ? 10 : 0);
        }
    });
}

TEST(waiters_cannot_be_read_without_memory_for_a_copy)
{
    Process self;
    Process receiver;
    Process waiter;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const int set = make_set(self, 1);
    {
        TextMessage received {};
        sembuf take { 0, -1, 0 };
        Running one { receiver,
                      [&] { EXPECT_EQ(receiver.msgrcv(queue, &received, 100, 0, 0), -EIDRM); } };
        Running other { waiter, [&] { EXPECT_EQ(waiter.semop(set, &take, 1), -EIDRM); } };
        wait_until([&] { return receiver.is_asleep() && waiter.is_asleep(); }, "both wait");
        for (const char* path : { "/proc/sysvipc/msg_waiters", "/proc/sysvipc/sem_waiters" }) {
            const std::unique_ptr<ProcFile> file = ProcFile::open(path);
            char buffer[4096];
            std::int64_t offset = 0;
            fail_allocation(1);
            EXPECT_EQ(file->read(buffer, sizeof(buffer), offset), -ENOMEM);
            fail_allocation(0);
            EXPECT_EQ(row_count(path), 1);
        }
        EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
        EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
    }
}

/* A call does not fail for lack of memory for its counters: it is not counted. */
TEST(calls_that_cannot_be_counted_are_served)
{
    Process self;
    Process receiver;
    const int queue = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const int set = make_set(self, 1);
    TextMessage message { 1, {} };
    sembuf take { 0, -1, IPC_NOWAIT };
    fail_allocation(1);
    EXPECT_EQ(self.msgrcv(queue, &message, 100, 0, IPC_NOWAIT), -ENOMSG);
    EXPECT_EQ(allocations_seen(), 1);
    fail_allocation(1);
    EXPECT_EQ(self.semop(set, &take, 1), -EAGAIN);
    EXPECT_EQ(allocations_seen(), 1);
    fail_allocation(0);
    EXPECT(row_of("/proc/sysvipc/msg_stats", queue)["ragained"] == "0");
    EXPECT(row_of("/proc/sysvipc/sem_stats", set)["agained"] == "0");
    {
        fail_allocation(1);
        TextMessage received {};
        Running wait { receiver,
                       [&] { EXPECT_EQ(receiver.msgrcv(queue, &received, 100, 0, 0), 5); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        fail_allocation(0);
        EXPECT(row_of("/proc/sysvipc/msg_stats", queue)["rwaiting"] == "0");
        EXPECT_EQ(row_count("/proc/sysvipc/msg_waiters"), 0);
        EXPECT_EQ(self.msgsnd(queue, &message, 5, 0), 0);
    }
    EXPECT_EQ(self.msgrcv(queue, &message, 100, 0, IPC_NOWAIT), -ENOMSG);
    EXPECT_EQ(self.semop(set, &take, 1), -EAGAIN);
    auto row = row_of("/proc/sysvipc/msg_stats", queue);
    EXPECT(row["ragained"] == "1" && row["rblocked"] == "0" && row["received"] == "1");
    EXPECT(row_of("/proc/sysvipc/sem_stats", set)["agained"] == "1");
    EXPECT_EQ(self.msgctl(queue, IPC_RMID, nullptr), 0);
    EXPECT_EQ(self.semctl(set, 0, IPC_RMID, 0), 0);
}

/* The fields are those that docs/observability.md names, in columns of one width. */
TEST(own_files_have_columns_of_one_width)
{
    Process self;
    Process inside { self, kNewIpc };
    inside.act([] {
        const std::string text = read_proc("/proc/sysvipc/limits");
        EXPECT(text.starts_with("  limit                value               in_use              "
                                "highest                 hits\n"
                                " msgmax                 8192                    -                 "
                                "   -                    0\n"
                                " msgmnb                16384                    -                 "
                                "   -                    0\n"
                                " msgmni                32000                    0                 "
                                "   0                    0\n"));
        EXPECT(text.ends_with(" shmmni                 4096                    0                   "
                              " 0                    0\n"));
    });
    const int id = static_cast<int>(inside.shmget(-9, 100, IPC_CREAT | 0600));
    EXPECT_EQ(id, 0);
    static std::string expected;
    const std::string pid = std::to_string(inside.pid());
    expected = "       key      shmid     mapped   unmapped     cpid clives     lpid llives\n"
               "        -9          0          0          0 "
        + std::string(8 - pid.size(), ' ') + pid + "      1        0      0\n";
    inside.act([] { EXPECT(read_proc("/proc/sysvipc/shm_stats") == expected); });
    EXPECT_EQ(inside.shmctl(id, IPC_RMID, nullptr), 0);
}
