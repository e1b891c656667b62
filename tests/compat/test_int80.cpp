// SPDX-License-Identifier: GPL-2.0
/*
 * A 64-bit program that makes the calls of a 32-bit one (int $0x80): the behaviour if both kinds of
 * calls use the same queues, sets and segments.  For 64-bit programs only.
 */
#include "lib/harness.hpp"
#include "lib/int80.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <sys/mman.h>

namespace {

// The numbers of i386.
enum Ia32Call : long {
    Semctl = 394,
    Shmctl = 396,
    Shmat = 397,
    Shmdt = 398,
    Msgsnd = 400,
    Msgrcv = 401,
    Msgctl = 402
};

Outcome ia32(Ia32Call number, long first, long second = 0, long third = 0, long fourth = 0,
             long fifth = 0)
{
    return Outcome::raw(static_cast<int>(int80(number, first, second, third, fourth, fifth)));
}

// The same where the result is an address.
unsigned long ia32_attach(int id)
{
    return static_cast<unsigned long>(int80(Shmat, id));
}

// Memory that 32 bits can address.
class LowMemory {
public:
    LowMemory()
        : memory_ { mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0) }
    {
        REQUIRE(memory_ != MAP_FAILED);
    }
    ~LowMemory() { munmap(memory_, kSize); }
    LowMemory(const LowMemory&) = delete;
    LowMemory& operator=(const LowMemory&) = delete;

    template <class T>
    T* as() const
    {
        return static_cast<T*>(memory_);
    }
    long address() const { return reinterpret_cast<long>(memory_); }

private:
    static constexpr std::size_t kSize = 4096;

    void* memory_;
};

struct Message { // as a 32-bit program has it
    std::int32_t type;
    char text[8];
};

TEST(a_longer_type_arrives_as_its_lower_half)
{
    const Queue queue;
    const LowMemory memory;
    for (const long type : { 0x1'0000'0005l, 0x8000'0000l, 0x7fff'ffff'ffff'ffffl }) {
        REQUIRE_OK(queue.send(type, "text"));
        EXPECT_EQ(ia32(Msgrcv, queue.id(), memory.address(), 8, 0, IPC_NOWAIT), Outcome::raw(4));
        EXPECT_EQ(memory.as<Message>()->type, static_cast<std::int32_t>(type));
        EXPECT_EQ(std::string(memory.as<Message>()->text, 4), "text");
    }
}

TEST(a_receiver_of_32_bits_chooses_among_whole_types)
{
    const Queue queue;
    const LowMemory memory;
    for (const long type : { 0x1'0000'0005l, 5l, 0x8000'0000l })
        REQUIRE_OK(queue.send(type, "text"));
    const auto receive = [&](long type) {
        return ia32(Msgrcv, queue.id(), memory.address(), 8, type, IPC_NOWAIT);
    };
    EXPECT_EQ(receive(5), Outcome::raw(4));
    EXPECT_ERR(receive(5), ENOMSG);
    EXPECT_ERR(receive(-0x7fff'ffff), ENOMSG);
    EXPECT_EQ(receive(-0x8000'0000l), Outcome::raw(4)); // the lowest number, extended with its sign
    EXPECT_EQ(memory.as<Message>()->type, INT32_MIN);
    EXPECT(queue.receive().is(0x1'0000'0005, "text"));
}

TEST(a_message_of_a_32_bit_program_arrives_whole)
{
    const Queue queue;
    const LowMemory memory;
    *memory.as<Message>() = { 0x7fff'ffff, "longer" };
    EXPECT_OK(ia32(Msgsnd, queue.id(), memory.address(), 7, IPC_NOWAIT));
    EXPECT(queue.receive().is(0x7fff'ffff, std::string_view { "longer", 7 }));
}

TEST(upper_halves_of_registers_do_not_count)
{
    constexpr long noise = 0x5a5a'5a5al << 32;
    const Queue queue;
    const SemSet set { Values { 3 } };
    const LowMemory memory;
    *memory.as<Message>() = { 7, "text" };
    EXPECT_OK(
        ia32(Msgsnd, noise | queue.id(), noise | memory.address(), noise | 4, noise | IPC_NOWAIT));
    EXPECT_EQ(ia32(Msgrcv, noise | queue.id(), noise | memory.address(), noise | 8, noise | 7,
                   noise | IPC_NOWAIT),
              Outcome::raw(4));
    EXPECT_OK(ia32(Msgctl, noise | queue.id(), noise | IPC_STAT, noise | memory.address()));
    EXPECT_EQ(ia32(Semctl, noise | set.id(), noise, noise | GETVAL, noise), Outcome::raw(3));
    EXPECT_OK(ia32(Semctl, noise | set.id(), noise, noise | SETVAL, noise | 9));
    EXPECT_EQ(set.value(), 9);
}

TEST(a_segment_is_attached_where_32_bits_reach_it)
{
    const Segment segment;
    const unsigned long address = ia32_attach(segment.id());
    REQUIRE(address < 1ul << 32);
    *reinterpret_cast<char*>(address) = 'x';
    EXPECT_OK(ia32(Shmdt, static_cast<long>(address)));
    const Attachment attachment { segment };
    EXPECT_EQ(attachment[0], 'x');
}

TEST(a_segment_too_large_for_32_bits_shows_its_lower_half)
{
    constexpr std::size_t kSizePlace = 36;
    const Segment segment { 5ul << 30, SHM_NORESERVE | 0600 };
    const LowMemory memory;
    EXPECT_OK(ia32(Shmctl, segment.id(), IPC_STAT, memory.address()));
    std::uint32_t size;
    std::memcpy(&size, memory.as<char>() + kSizePlace, sizeof(size));
    EXPECT_EQ(size, 1u << 30);
    EXPECT_ERR(Outcome::raw(static_cast<int>(ia32_attach(segment.id()))), ENOMEM);
}

} // namespace
