// SPDX-License-Identifier: GPL-2.0
/* The module's own files below /proc/sysvipc. */
#include "../file.hpp"
#include "../sysctl.hpp"
#include "test.hpp"

#include <sstream>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <vector>

using namespace hosted;
using namespace hosted::calls;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line)
{
    std::istringstream stream { line };
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

/* The rows below the header, in which the first word is @first. */
std::vector<Words> rows_of(const char* path, const std::string& first)
{
    std::istringstream text { read_proc(path) };
    std::string line;
    std::vector<Words> rows;
    std::getline(text, line);
    while (std::getline(text, line)) {
        if (Words words = words_of(line); words[0] == first)
            rows.push_back(words);
    }
    return rows;
}

/* Value, in use, highest, hits. */
bool limit_is(const char* name, const Words& expected)
{
    const auto rows = rows_of("/proc/sysvipc/limits", name);
    return rows.size() == 1 && Words(rows[0].begin() + 1, rows[0].end()) == expected;
}

} // namespace

TEST(limits_tell_what_is_in_use_and_what_was_hit)
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
