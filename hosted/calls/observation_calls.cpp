// SPDX-License-Identifier: GPL-2.0
/* The module's own files below /proc/sysvipc. */
#include "../file.hpp"
#include "../machine.hpp"
#include "../sysctl.hpp"
#include "rows.hpp"
#include "test.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <sstream>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <tuple>

using namespace hosted;
using namespace hosted::calls;

namespace {

/* Whether it is as many microseconds. */
bool is_an_hour(const std::string& wait)
{
    return std::stoll(wait) >= kHour / 1'000 && std::stoll(wait) < 2 * kHour / 1'000;
}

/* Value, in use, highest, hits. */
bool limit_is(const char* name, const Words& expected)
{
    const auto rows = rows_of("/proc/sysvipc/limits", name);
    return rows.size() == 1 && Words(rows[0].begin() + 1, rows[0].end()) == expected;
}

} // namespace

TEST(the_limits_file_shows_use_and_hits)
{
    Process self;
    EXPECT_EQ(write_limit("msgmni", "1"), 0);
    const long queue = self.msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    EXPECT(limit_is("msgmni", { "1", "1", "1", "0" }));
    EXPECT_EQ(self.msgget(IPC_PRIVATE, IPC_CREAT), -ENOSPC);
    EXPECT_EQ(write_limit("msgmni", "32000"), 0);
    EXPECT(limit_is("msgmni", { "32000", "1", "1", "1" }));
    struct {
        long type;
        char text[9000];
    } message { 1, {} };
    EXPECT_EQ(self.msgsnd(static_cast<int>(queue), &message, 8193, 0), -EINVAL);
    EXPECT(limit_is("msgmax", { "8192", "-", "-", "1" }));
    EXPECT_EQ(self.msgsnd(static_cast<int>(queue), &message, 8192, IPC_NOWAIT), 0);
    EXPECT_EQ(self.msgsnd(static_cast<int>(queue), &message, 8192, IPC_NOWAIT), 0);
    EXPECT_EQ(self.msgsnd(static_cast<int>(queue), &message, 1, IPC_NOWAIT), -EAGAIN);
    EXPECT(limit_is("msgmnb", { "16384", "-", "-", "1" }));
    EXPECT_EQ(self.msgctl(static_cast<int>(queue), IPC_RMID, nullptr), 0);
    EXPECT(limit_is("msgmni", { "32000", "0", "1", "1" }));

    EXPECT_EQ(write_limit("sem", "3 4 2 1"), 0);
    EXPECT_EQ(self.semget(IPC_PRIVATE, 4, IPC_CREAT), -EINVAL);
    EXPECT(limit_is("semmsl", { "3", "-", "-", "1" }));
    const long set = self.semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
    EXPECT_EQ(self.semget(IPC_PRIVATE, 1, IPC_CREAT), -ENOSPC);
    EXPECT(limit_is("semmni", { "1", "1", "1", "1" }));
    EXPECT_EQ(self.semget(IPC_PRIVATE, 2, IPC_CREAT), -ENOSPC);
    EXPECT(
        limit_is("semmns", { "4", "3", "4", "1" })); /* the refused one was charged for a moment */
    const sembuf three[3] {};
    EXPECT_EQ(self.semop(static_cast<int>(set), three, 3), -E2BIG);
    EXPECT(limit_is("semopm", { "2", "-", "-", "1" }));
    EXPECT_EQ(self.semctl(static_cast<int>(set), 0, IPC_RMID, 0), 0);
    EXPECT_EQ(write_limit("sem", "32000 1024000000 500 32000"), 0);

    EXPECT_EQ(write_limit("shmmax", "100"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 101, IPC_CREAT), -EINVAL);
    EXPECT(limit_is("shmmax", { "100", "-", "-", "1" }));
    EXPECT_EQ(write_limit("shmmax", "18446744073692774399"), 0);
    EXPECT_EQ(write_limit("shmall", "1"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 4097, IPC_CREAT), -ENOSPC);
    EXPECT(limit_is("shmall", { "1", "0", "0", "1" }));
    EXPECT_EQ(write_limit("shmall", "18446744073692774399"), 0);
    EXPECT_EQ(write_limit("shmmni", "0"), 0);
    EXPECT_EQ(self.shmget(IPC_PRIVATE, 1, IPC_CREAT), -ENOSPC);
    EXPECT(limit_is("shmmni", { "0", "0", "0", "1" }));
    EXPECT_EQ(write_limit("shmmni", "4096"), 0);
}

namespace {

struct TextMessage {
    long type;
    char text[100];
};

} // namespace

TEST(statistics_of_a_queue_count_its_calls_and_waits)
{
    Process self;
    Process receiver;
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    TextMessage message { 1, {} };
    TextMessage received {};
    EXPECT_EQ(self.msgrcv(id, &received, 100, 0, IPC_NOWAIT), -ENOMSG);
    {
        Running wait { receiver, [&] { EXPECT_EQ(receiver.msgrcv(id, &received, 100, 0, 0), 5); } };
        wait_until([&] { return receiver.is_asleep(); }, "it waits");
        auto row = row_of("/proc/sysvipc/msg_stats", id);
        EXPECT(row["rblocked"] == "1" && row["rwaiting"] == "1" && row["sent"] == "0");
        row = row_of("/proc/sysvipc/msg_waiters", id);
        EXPECT(row["waits_for"] == "message" && row["type"] == "0" && row["size"] == "100");
        EXPECT(row["pid"] == std::to_string(receiver.pid()));
        machine::advance(kHour);
        EXPECT_EQ(self.msgsnd(id, &message, 5, 0), 0);
    }
    EXPECT_EQ(row_count("/proc/sysvipc/msg_waiters"), 0);
    EXPECT_EQ(self.msgsnd(id, &message, 5, 0), 0);
    auto row = row_of("/proc/sysvipc/msg_stats", id);
    EXPECT(row["sent"] == "2" && row["received"] == "1" && row["maxqnum"] == "1");
    EXPECT(row["ragained"] == "1" && row["rwaiting"] == "0" && row["rmaxwaits"] == "1");
    EXPECT(is_an_hour(row["rwait_us"]) && is_an_hour(row["rmaxw_us"]));
    EXPECT(row["lspid"] == std::to_string(self.pid()) && row["lslive"] == "1");
    EXPECT(row["lrpid"] == std::to_string(receiver.pid()) && row["lrlive"] == "1");
    EXPECT(row["cpid"] == std::to_string(self.pid()) && row["clives"] == "1");
    EXPECT_EQ(self.msgrcv(id, &received, 100, 0, 0), 5);
    EXPECT(row_of("/proc/sysvipc/msg_stats", id)["received"] == "2");
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(row_count("/proc/sysvipc/msg_stats"), 0);
}

TEST(a_waiting_sender_is_shown_with_its_wait)
{
    Process self;
    Process sender;
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    msqid_ds stat {};
    EXPECT_EQ(self.msgctl(id, IPC_STAT, &stat), 0);
    stat.msg_qbytes = 5;
    EXPECT_EQ(self.msgctl(id, IPC_SET, &stat), 0);
    TextMessage message { 3, {} };
    EXPECT_EQ(self.msgsnd(id, &message, 5, 0), 0);
    EXPECT_EQ(self.msgsnd(id, &message, 1, IPC_NOWAIT), -EAGAIN);
    {
        Running wait { sender, [&] { EXPECT_EQ(sender.msgsnd(id, &message, 2, 0), 0); } };
        wait_until([&] { return sender.is_asleep(); }, "it waits");
        auto row = row_of("/proc/sysvipc/msg_waiters", id);
        EXPECT(row["waits_for"] == "room" && row["type"] == "3" && row["size"] == "2");
        EXPECT_EQ(self.msgrcv(id, &message, 100, 0, 0), 5);
    }
    auto row = row_of("/proc/sysvipc/msg_stats", id);
    EXPECT(row["sagained"] == "1" && row["sblocked"] == "1" && row["swaiting"] == "0");
    for (const auto& [type, flags, shown] :
         { std::tuple { -7L, 0, "message" },
           std::tuple { 7L, 020000 /* MSG_EXCEPT */, "except" } }) {
        TextMessage received {};
        EXPECT_EQ(self.msgrcv(id, &received, 100, 0, IPC_NOWAIT) >= -ENOMSG, true);
        Running wait { sender, [&, type = type, flags = flags] {
                          (void)sender.msgrcv(id, &received, 100, type, flags);
                      } };
        wait_until([&] { return sender.is_asleep(); }, "it waits");
        row = row_of("/proc/sysvipc/msg_waiters", id);
        EXPECT(row["waits_for"] == shown && row["type"] == std::to_string(type));
        message.type = 3;
        EXPECT_EQ(self.msgsnd(id, &message, 1, 0), 0);
    }
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}

TEST(statistics_of_a_set_count_its_calls_and_waits)
{
    Process self;
    Process one;
    Process several;
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 600, IPC_CREAT | 0600));
    sembuf take { 5, -1, 0 };
    sembuf both[] { { 5, 1, 0 }, { 599, -1, 0 } };
    sembuf give[] { { 599, 1, 0 } };
    sembuf too_much { 7, 32'767, 0 };
    sembuf at_once { 8, -1, IPC_NOWAIT };
    EXPECT_EQ(self.semop(id, &at_once, 1), -EAGAIN);
    EXPECT_EQ(self.semop(id, &too_much, 1), 0);
    EXPECT_EQ(self.semop(id, &too_much, 1), -ERANGE);
    {
        Running first { one, [&] { EXPECT_EQ(one.semop(id, &take, 1), 0); } };
        wait_until([&] { return one.is_asleep(); }, "it waits");
        auto row = row_of("/proc/sysvipc/sem_waiters", id);
        EXPECT(row["semnum"] == "5" && row["semop"] == "-1" && row["nsops"] == "1");
        EXPECT(row["pid"] == std::to_string(one.pid()) && row["semval"] == "0"
               && row["undo"] == "0");
        Running second { several, [&] { EXPECT_EQ(several.semop(id, both, 2), 0); } };
        wait_until([&] { return several.is_asleep(); }, "it waits, too");
        EXPECT_EQ(row_count("/proc/sysvipc/sem_waiters"), 2);
        EXPECT_EQ(self.semop(id, give, 1), 0);
    }
    EXPECT_EQ(row_count("/proc/sysvipc/sem_waiters"), 0);
    auto row = row_of("/proc/sysvipc/sem_stats", id);
    EXPECT(row["operations"] == "4" && row["agained"] == "1" && row["ranged"] == "1");
    EXPECT(row["blocked"] == "2" && row["waiting"] == "0" && row["maxwaits"] == "2");
    EXPECT(row["undoers"] == "0" && row["clives"] == "1" && row["llives"] == "1");
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

TEST(adjustments_are_shown_by_process)
{
    Process self;
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 700, IPC_CREAT | 0600));
    {
        Process holder;
        for (unsigned short number = 0; number < 700; ++number) {
            sembuf up { number, 2, SEM_UNDO };
            EXPECT_EQ(holder.semop(id, &up, 1), 0);
        }
        sembuf back { 0, -2, SEM_UNDO };
        EXPECT_EQ(holder.semop(id, &back, 1), 0);
        EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 699);
        EXPECT(row_of("/proc/sysvipc/sem_stats", id)["undoers"] == "1");
        Process sharer { holder, kSysvSem };
        sembuf more { 9, 3, SEM_UNDO };
        EXPECT_EQ(sharer.semop(id, &more, 1), 0);
        EXPECT_EQ(self.semctl(id, 10, SETVAL, 0), 0);
        EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 698);
        const auto rows = rows_of("/proc/sysvipc/sem_undo", "0");
        EXPECT(rows[8]
               == (Words { "0", std::to_string(id), std::to_string(holder.pid()), "1", "2", "9",
                           "-5" }));
        sembuf own { 1, 1, SEM_UNDO };
        EXPECT_EQ(self.semop(id, &own, 1), 0);
        EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 699);
        EXPECT(row_of("/proc/sysvipc/sem_stats", id)["undoers"] == "2");
    }
    EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 1);
    EXPECT(row_of("/proc/sysvipc/sem_stats", id)["undoers"] == "1");
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
    EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 0);
}

namespace {

/* An open file, which is read in the smallest pieces. */
struct UndoFile {
    UndoFile() { start(); }
    void start()
    {
        offset = 0;
        EXPECT(next() == "pid"); /* the header */
    }
    /* The process of the next line; empty: there is none. */
    std::string next()
    {
        std::string line;
        for (char byte = 0; byte != '\n' && file->read(&byte, 1, offset) == 1;)
            line += byte;
        std::istringstream words { line };
        std::string word;
        for (int i = 0; i < 3; ++i)
            if (!(words >> word))
                return {};
        return word;
    }

    const std::unique_ptr<ProcFile> file = ProcFile::open("/proc/sysvipc/sem_undo");
    std::int64_t offset = 0;
};

/* Processes that each have an undo record of a set, from the oldest. */
struct Holders {
    explicit Holders(int id)
    {
        for (int i = 0; i < 6; ++i) {
            sembuf up { 0, 1, SEM_UNDO };
            EXPECT_EQ(all.emplace_back(std::make_unique<Process>())->semop(id, &up, 1), 0);
            pids.push_back(std::to_string(all.back()->pid()));
        }
    }
    void end(std::size_t number) { all[number].reset(); }

    std::vector<std::unique_ptr<Process>> all;
    Words pids;
};

} // namespace

TEST(a_read_goes_on_behind_the_record_that_it_showed_last_whichever_end_meanwhile)
{
    Process self;
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    Holders holders { id };
    UndoFile file;
    EXPECT(file.next() == holders.pids[0]);
    EXPECT(file.next() == holders.pids[1]);
    holders.end(0); /* before it */
    EXPECT(file.next() == holders.pids[2]);
    holders.end(2); /* the one shown last */
    holders.end(4); /* behind it */
    const std::string next = file.next();
    EXPECT(next == holders.pids[3] || next == holders.pids[5]);
    holders.end(5);
    EXPECT(file.next().empty());

    file.start(); /* the record that the file has kept may have ended */
    EXPECT(file.next() == holders.pids[1]);
    holders.end(1);
    file.start();
    EXPECT(file.next() == holders.pids[3]);
    EXPECT(file.next().empty());
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
    EXPECT(file.next().empty());
    file.start();
    EXPECT(file.next().empty());
}

TEST(a_read_goes_on_behind_a_record_that_has_ended)
{
    Process self;
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    Holders holders { id };
    UndoFile file;
    for (std::size_t number = 0; number < holders.pids.size(); ++number) {
        EXPECT(file.next() == holders.pids[number]);
        if (number % 3 == 1)
            holders.end(number);
    }
    EXPECT(file.next().empty());
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

TEST(a_reader_that_is_being_killed_reads_no_further)
{
    Process self;
    const int id = static_cast<int>(self.semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    const std::unique_ptr<ProcFile> file = ProcFile::open("/proc/sysvipc/sem_stats");
    std::int64_t offset = 0;
    char text[4096];
    machine::current()->is_killed.store(true);
    EXPECT_EQ(file->read(text, sizeof(text), offset), -EINTR);
    machine::current()->is_killed.store(false);
    EXPECT(file->read(text, sizeof(text), offset) > 0);
    EXPECT_EQ(self.semctl(id, 0, IPC_RMID, 0), 0);
}

TEST(statistics_of_a_segment_count_its_mappings)
{
    Process self;
    long id = 0;
    std::string creator;
    {
        Process maker;
        id = maker.shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
        creator = std::to_string(maker.pid());
        auto row = row_of("/proc/sysvipc/shm_stats", id);
        EXPECT(row["cpid"] == creator && row["clives"] == "1" && row["mapped"] == "0");
    }
    wait_until([&] { return row_of("/proc/sysvipc/shm_stats", id)["clives"] == "0"; }, "it ends");
    const long address = self.shmat(static_cast<int>(id), nullptr, 0);
    auto row = row_of("/proc/sysvipc/shm_stats", id);
    EXPECT(row["cpid"] == creator);
    EXPECT(row["mapped"] == "1" && row["unmapped"] == "0" && row["llives"] == "1");
    EXPECT_EQ(self.shmdt(reinterpret_cast<void*>(address)), 0);
    row = row_of("/proc/sysvipc/shm_stats", id);
    EXPECT(row["mapped"] == "1" && row["unmapped"] == "1");
    EXPECT_EQ(self.shmctl(static_cast<int>(id), IPC_RMID, nullptr), 0);
}

namespace {

std::unique_ptr<ProcFile> opened;

} // namespace

TEST(without_read_permission_statistics_are_shown_and_waiters_are_not)
{
    Process self;
    Process waiter;
    Process stranger { user(7) };
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    TextMessage message { 1, {} };
    {
        Running wait { waiter, [&] { EXPECT_EQ(waiter.msgrcv(id, &message, 100, 0, 0), 1); } };
        wait_until([&] { return waiter.is_asleep(); }, "it waits");
        EXPECT_EQ(row_count("/proc/sysvipc/msg_waiters"), 1);
        stranger.act([] {
            EXPECT_EQ(row_count("/proc/sysvipc/msg_waiters"), 0);
            EXPECT_EQ(row_count("/proc/sysvipc/msg_stats"), 1);
            opened = ProcFile::open("/proc/sysvipc/msg_waiters");
        });
        const std::string with_more_rights = opened->read_all();
        EXPECT_EQ(std::count(with_more_rights.begin(), with_more_rights.end(), '\n'), 1);
        opened.reset();
        EXPECT_EQ(self.msgsnd(id, &message, 1, 0), 0);
    }
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
}
