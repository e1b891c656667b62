// SPDX-License-Identifier: GPL-2.0
/* Calls of 32-bit programs: by their own numbers and through ipc(2), with the structures of both versions. */
#include "test.hpp"

#include <asm/unistd_32.h>
#include <cstring>
#include <generated/kapi_layout.h>
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <sys/mman.h>

using namespace hosted;
using namespace hosted::calls;

namespace {

using Word = std::uint32_t;

/* Memory that 32-bit programs can have. */
template <class T>
class Low {
public:
    Low()
        : memory_(mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0))
    {
    }
    ~Low() { munmap(memory_, kSize); }
    Low(const Low&) = delete;
    Low& operator=(const Low&) = delete;
    T* operator->() { return static_cast<T*>(memory_); }
    T& operator*() { return *static_cast<T*>(memory_); }
    [[nodiscard]] Word address() const
    {
        return static_cast<Word>(reinterpret_cast<std::uintptr_t>(memory_));
    }

private:
    static constexpr std::size_t kSize = 4096;
    void* memory_;
};

struct Letter {
    std::int32_t type;
    char text[16];
};

struct Structure {
    Word words[32];
};

constexpr Word kIpc64 = 0x100;
constexpr Word kPrivate = 0;
constexpr Word kCreate = IPC_CREAT | 0600;

long ipc(Process& self, Word call, Word first, Word second, Word third, Word pointer,
         Word fifth = 0)
{
    return self.call_compat(__NR_ipc, { call, first, second, third, pointer, fifth });
}

} // namespace

TEST(a_32_bit_program_exchanges_messages)
{
    Process self;
    Low<Letter> letter;
    Low<Structure> stat;
    const long id = self.call_compat(__NR_msgget, { kPrivate, kCreate });
    const auto queue = static_cast<Word>(id);
    *letter = { 5, "fifteen letters" };
    EXPECT_EQ(self.call_compat(__NR_msgsnd, { queue, letter.address(), 16, 0 }), 0);
    EXPECT_EQ(self.call_compat(__NR_msgsnd, { queue, letter.address(), 0x8000'0000, 0 }), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_msgctl, { queue, IPC_STAT, stat.address() }), 0);
    EXPECT_EQ(stat->words[16], 1); /* msg_qnum */
    EXPECT_EQ(self.call_compat(__NR_msgctl, { queue, IPC_SET, stat.address() }), 0);
    EXPECT_EQ(self.call_compat(__NR_msgctl, { 0, MSG_INFO, stat.address() }), 0);
    *letter = {};
    EXPECT_EQ(self.call_compat(__NR_msgrcv, { queue, letter.address(), 16, 0, 0 }), 16);
    EXPECT_EQ(letter->type, 5);
    EXPECT_EQ(std::strcmp(letter->text, "fifteen letters"), 0);
    EXPECT_EQ(ipc(self, 11, queue, 16, 0, letter.address()), 0);
    Low<Structure> arguments;
    arguments->words[0] = letter.address();
    arguments->words[1] = 0;
    EXPECT_EQ(ipc(self, 12, queue, 16, 0, arguments.address()), 16);
    EXPECT_EQ(ipc(self, 12, queue, 16, 0, 0), -EINVAL);
    EXPECT_EQ(ipc(self, 12 | 1U << 16, queue, 16, IPC_NOWAIT, letter.address(), 0), -ENOMSG);
    for (const Word version : { Word { 0 }, kIpc64 }) {
        EXPECT_EQ(ipc(self, 14, queue, IPC_STAT | version, 0, stat.address()), 0);
        EXPECT_EQ(ipc(self, 14, queue, IPC_SET | version, 0, stat.address()), 0);
        EXPECT_EQ(ipc(self, 14, 0, MSG_STAT | version, 0, stat.address()), id);
    }
    EXPECT(ipc(self, 13, kPrivate, kCreate, 0, 0) > id);
    EXPECT_EQ(ipc(self, 14, queue, IPC_RMID, 0, 0), 0);
    const long other = self.msgctl(1, MSG_STAT, stat.operator->());
    EXPECT_EQ(self.call_compat(__NR_msgctl, { static_cast<Word>(other), IPC_RMID, 0 }), 0);
}

TEST(a_32_bit_program_uses_semaphores)
{
    Process self;
    Low<sembuf> operation;
    Low<Structure> stat;
    Low<Structure> time;
    const auto set = static_cast<Word>(self.call_compat(__NR_semget, { kPrivate, 2, kCreate }));
    *operation = { 0, 1, 0 };
    EXPECT_EQ(ipc(self, 1, set, 1, 0, operation.address()), 0);
    EXPECT_EQ(self.call_compat(__NR_semtimedop_time64, { set, operation.address(), 1, 0 }), 0);
    operation->sem_op = -9;
    time->words[0] = 0;
    time->words[1] = 1000;
    EXPECT_EQ(ipc(self, 4, set, 1, 0, operation.address(), time.address()), -EAGAIN);
    time->words[1] = 0;
    time->words[2] = 1000;
    EXPECT_EQ(
        self.call_compat(__NR_semtimedop_time64, { set, operation.address(), 1, time.address() }),
        -EAGAIN);
    EXPECT_EQ(self.call_compat(__NR_semctl, { set, 0, GETVAL, 0 }), 2);
    EXPECT_EQ(self.call_compat(__NR_semctl, { set, 0, IPC_STAT, stat.address() }), 0);
    EXPECT_EQ(stat->words[13], 2); /* sem_nsems */
    EXPECT_EQ(self.call_compat(__NR_semctl, { set, 0, IPC_SET, stat.address() }), 0);
    Low<Word> argument;
    *argument = 7;
    EXPECT_EQ(ipc(self, 3, set, 1, SETVAL, argument.address()), 0);
    EXPECT_EQ(ipc(self, 3, set, 1, GETVAL, argument.address()), 7);
    EXPECT_EQ(ipc(self, 3, set, 1, GETVAL, 0), -EINVAL);
    *argument = stat.address();
    for (const Word version : { Word { 0 }, kIpc64 }) {
        EXPECT_EQ(ipc(self, 3, set, 0, IPC_STAT | version, argument.address()), 0);
        EXPECT_EQ(ipc(self, 3, set, 0, IPC_SET | version, argument.address()), 0);
    }
    const auto other = static_cast<Word>(ipc(self, 2, kPrivate, 1, kCreate, 0));
    EXPECT_EQ(self.call_compat(__NR_semctl, { other, 0, IPC_RMID, 0 }), 0);
    EXPECT_EQ(self.call_compat(__NR_semctl, { set, 0, IPC_RMID, 0 }), 0);
}

TEST(a_32_bit_program_maps_segments)
{
    Process self;
    Low<Structure> stat;
    Low<Word> address;
    const auto segment =
        static_cast<Word>(self.call_compat(__NR_shmget, { kPrivate, 4096, kCreate }));
    const long at = self.call_compat(__NR_shmat, { segment, 0, 0 });
    EXPECT(at > 0);
    EXPECT_EQ(ipc(self, 21, segment, 0, address.address(), 0), 0);
    EXPECT_EQ(ipc(self, 21 | 1U << 16, segment, 0, address.address(), 0), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_shmctl, { segment, IPC_STAT, stat.address() }), 0);
    for (const Word version : { Word { 0 }, kIpc64 }) {
        for (const int command : { IPC_STAT, IPC_SET, IPC_INFO, SHM_INFO })
            EXPECT(ipc(self, 24, segment, static_cast<Word>(command) | version, 0, stat.address())
                   >= 0);
    }
    EXPECT_EQ(self.call_compat(__NR_shmdt, { static_cast<Word>(at) }), 0);
    EXPECT_EQ(ipc(self, 22, 0, 0, 0, *address), 0);
    EXPECT(ipc(self, 23, kPrivate, 1, kCreate, 0) > 0);
    EXPECT_EQ(ipc(self, 99, 0, 0, 0, 0), -ENOSYS);
    EXPECT_EQ(self.call_compat(__NR_shmctl, { segment, IPC_RMID, 0 }), 0);
    const long other = self.shmctl(1, SHM_STAT, stat.operator->());
    EXPECT_EQ(self.shmctl(static_cast<int>(other), IPC_RMID, nullptr), 0);
}

TEST(the_command_of_an_old_call_includes_a_version)
{
    Process self;
    Low<Structure> stat;
    Low<sembuf> operation;
    Low<Structure> time;
    const auto queue = static_cast<Word>(self.call_compat(__NR_msgget, { kPrivate, kCreate }));
    const auto set = static_cast<Word>(self.call_compat(__NR_semget, { kPrivate, 2, kCreate }));
    const auto segment =
        static_cast<Word>(self.call_compat(__NR_shmget, { kPrivate, 4096, kCreate }));
    const auto old_msgctl = [&](Word command) {
        return self.call_compat(KAPI_COMPAT_OLD_MSGCTL, { queue, command, stat.address() });
    };
    const auto old_semctl = [&](Word command, Word argument) {
        return self.call_compat(KAPI_COMPAT_OLD_SEMCTL, { set, 1, command, argument });
    };
    const auto old_shmctl = [&](Word command) {
        return self.call_compat(KAPI_COMPAT_OLD_SHMCTL, { segment, command, stat.address() });
    };

    for (const Word version : { Word { 0 }, kIpc64 }) {
        *stat = {};
        EXPECT_EQ(old_msgctl(IPC_STAT | version), 0);
        const Word qbytes = version ? stat->words[17] : stat->words[12] & 0xffff;
        EXPECT_EQ(qbytes, 16384);
        *stat = {};
        EXPECT_EQ(old_semctl(IPC_STAT | version, stat.address()), 0);
        const Word count = version ? stat->words[13] : stat->words[10] & 0xffff;
        EXPECT_EQ(count, 2);
        *stat = {};
        EXPECT_EQ(old_shmctl(IPC_STAT | version), 0);
        const Word size = version ? stat->words[9] : stat->words[4];
        EXPECT_EQ(size, 4096);
    }
    EXPECT_EQ(old_semctl(SETVAL, 3), 0);
    EXPECT_EQ(old_semctl(GETVAL | kIpc64, 0), 3);
    *operation = { 0, 1, 0 };
    EXPECT_EQ(self.call_compat(KAPI_COMPAT_SEMOP, { set, operation.address(), 1 }), 0);
    operation->sem_op = -9;
    time->words[1] = 1000;
    EXPECT_EQ(self.call_compat(KAPI_COMPAT_SEMTIMEDOP_TIME32,
                               { set, operation.address(), 1, time.address() }),
              -EAGAIN);
    for (const Word version : { Word { 0 }, kIpc64 })
        EXPECT_EQ(old_msgctl(77 | version), -EINVAL);
    EXPECT_EQ(old_msgctl(IPC_RMID), 0);
    EXPECT_EQ(old_semctl(IPC_RMID | kIpc64, 0), 0);
    EXPECT_EQ(old_shmctl(IPC_RMID | kIpc64), 0);
}

TEST(a_32_bit_program_rounds_addresses_down_to_its_own_boundary)
{
    Process self;
    constexpr long kPage = KAPI_PAGE_SIZE;
    static_assert(KAPI_COMPAT_SHMLBA == 4 * KAPI_PAGE_SIZE);
    const auto segment =
        static_cast<Word>(self.call_compat(__NR_shmget, { kPrivate, 16 * kPage, kCreate }));
    const auto attach = [&](long address, Word flags) {
        return self.call_compat(__NR_shmat, { segment, static_cast<Word>(address), flags });
    };
    const auto detach = [&](long address) {
        EXPECT_EQ(self.call_compat(__NR_shmdt, { static_cast<Word>(address) }), 0);
    };
    const long anywhere = attach(0, 0);
    detach(anywhere);
    const long boundary = (anywhere + 4 * kPage) & ~(4 * kPage - 1);
    EXPECT_EQ(attach(boundary + 3 * kPage, SHM_RND), boundary);
    detach(boundary);
    EXPECT_EQ(attach(boundary + kPage, 0), boundary + kPage);
    detach(boundary + kPage);
    EXPECT_EQ(attach(boundary + kPage + 1, 0), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_shmctl, { segment, IPC_RMID, 0 }), 0);
}

TEST(a_32_bit_call_checks_its_arguments)
{
    Process self;
    Low<Word> word;
    Low<Structure> stat;
    EXPECT_EQ(self.call_compat(9999, {}), -ENOSYS);
    EXPECT_EQ(ipc(self, 12, 0x8000'0000, 16, 0, word.address()), -EINVAL);
    EXPECT_EQ(ipc(self, 12, 0, 0x8000'0000, 0, word.address()), -EINVAL);
    EXPECT_EQ(ipc(self, 12, 0, 16, 0, 8), -EFAULT);
    EXPECT_EQ(ipc(self, 3, 0, 0, GETVAL, 8), -EFAULT);
    EXPECT_EQ(ipc(self, 21, 7, 0, word.address(), 0), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_semctl, { 0, 0, IPC_INFO, stat.address() }), 0);
    EXPECT_EQ(stat->words[5], 500); /* semopm */
    EXPECT_EQ(self.call_compat(__NR_semctl, { 0, 0, SEM_INFO, stat.address() }), 0);
    EXPECT_EQ(self.call_compat(__NR_semctl, { 0x8000'0000, 0, IPC_STAT, stat.address() }), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_msgctl, { 0x8000'0000, IPC_STAT, stat.address() }), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_shmctl, { 0x8000'0000, IPC_STAT, stat.address() }), -EINVAL);
    EXPECT_EQ(self.call_compat(__NR_msgctl, { 0, IPC_INFO, stat.address() }), 0);
    EXPECT_EQ(stat->words[2], 8192); /* msgmax */
}
