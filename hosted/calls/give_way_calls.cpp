// SPDX-License-Identifier: GPL-2.0
/* Calls and exits that take as long as a user likes: they reschedule between steps of limited length. */
#include "../sysctl.hpp"
#include "rows.hpp"
#include "semaphores.hpp"

#include <functional>
#include <memory>
#include <string>
#include <sys/msg.h>
#include <sys/shm.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

constexpr unsigned kSteps = 8;

/* How often @process gives way during @body. */
unsigned times_given_way(Process& process, const std::function<void()>& body)
{
    const unsigned before = process.task().times_given_way;
    body();
    return process.task().times_given_way - before;
}

} // namespace

TEST(a_read_gives_way_at_each_set_that_it_does_not_show)
{
    Process self;
    Process stranger { user(7) };
    std::vector<int> ids;
    while (ids.size() < kSteps)
        ids.push_back(make(self));
    const auto read = [&] {
        stranger.act([] {
            EXPECT_EQ(row_count("/proc/sysvipc/sem_undo"), 0);
            EXPECT_EQ(row_count("/proc/sysvipc/sem_waiters"), 0);
        });
    };
    EXPECT(times_given_way(stranger, read) >= 2 * kSteps);
    for (const int id : ids)
        EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}

TEST(leaving_undo_records_gives_way_after_each)
{
    Process self;
    Process user;
    std::vector<int> ids;
    while (ids.size() < kSteps) {
        ids.push_back(make(self));
        EXPECT_EQ(operate(user, ids.back(), { { 0, 1, SEM_UNDO } }), 0);
    }
    const auto leave = [&] { EXPECT_EQ(user.unshare(kSysvSem), 0); };
    EXPECT(times_given_way(user, leave) >= kSteps);
    for (const int id : ids) {
        EXPECT_EQ(control(self, id, 0, GETVAL), 0);
        EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
    }
}

TEST(leaving_segments_gives_way_after_each)
{
    Process self;
    Process creator;
    std::vector<int> ids;
    while (ids.size() < kSteps)
        ids.push_back(static_cast<int>(creator.shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600)));
    const auto leave = [&] { EXPECT_EQ(creator.unshare(kNewIpc), 0); };
    EXPECT(times_given_way(creator, leave) >= kSteps);
    for (const int id : ids)
        EXPECT_EQ(self.shmctl(id, IPC_RMID, nullptr), 0);
}

TEST(removing_a_queue_gives_way_after_each_message)
{
    struct {
        long type { 1 };
        char text[1] {};
    } message;
    Process self;
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    for (unsigned i = 0; i < kSteps; ++i)
        EXPECT_EQ(self.msgsnd(id, &message, sizeof(message.text), 0), 0);
    const auto remove = [&] { EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0); };
    EXPECT(times_given_way(self, remove) >= kSteps);
}

TEST(a_long_message_gives_way_at_each_block_of_its_text)
{
    constexpr std::size_t kBlock = 4096;
    struct Long {
        long type { 1 };
        char text[(kSteps + 1) * kBlock] {};
    };
    const auto message = std::make_unique<Long>();
    constexpr std::size_t kSize = sizeof(message->text);
    Process self;
    EXPECT_EQ(write_limit("msgmax", std::to_string(kSize)), 0);
    EXPECT_EQ(write_limit("msgmnb", std::to_string(kSize)), 0);
    const int id = static_cast<int>(self.msgget(IPC_PRIVATE, IPC_CREAT | 0600));
    const auto send = [&] { EXPECT_EQ(self.msgsnd(id, message.get(), kSize, 0), 0); };
    EXPECT(times_given_way(self, send) >= kSteps);
    const auto receive = [&] { EXPECT_EQ(self.msgrcv(id, message.get(), 0, 0, MSG_NOERROR), 0); };
    EXPECT(times_given_way(self, receive) >= kSteps);
    EXPECT_EQ(self.msgctl(id, IPC_RMID, nullptr), 0);
    EXPECT_EQ(write_limit("msgmnb", "16384"), 0);
    EXPECT_EQ(write_limit("msgmax", "8192"), 0);
}

TEST(removing_a_set_gives_way_every_thousand_semaphores)
{
    Process self;
    const int id = make(self, kSteps * 1000);
    const auto remove = [&] { EXPECT_EQ(control(self, id, 0, IPC_RMID), 0); };
    EXPECT(times_given_way(self, remove) >= kSteps);
}

TEST(statistics_of_a_set_give_way_every_few_hundred_semaphores)
{
    Process self;
    const int id = make(self, kSteps * 1000);
    const auto read = [&] { self.act([] { EXPECT_EQ(row_count("/proc/sysvipc/sem_stats"), 1); }); };
    EXPECT(times_given_way(self, read) >= kSteps * 3);
    EXPECT_EQ(control(self, id, 0, IPC_RMID), 0);
}
