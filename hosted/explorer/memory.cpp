// SPDX-License-Identifier: GPL-2.0
/* Accesses and their order (contracts: hosted/explorer/memory.hpp). */
#include "memory.hpp"

#include "scheduler.hpp"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unordered_map>
#include <vector>

namespace hosted::explorer {

namespace {

constexpr std::uintptr_t kHeap = 0x6000'0000'0000;
constexpr std::size_t kHeapSize = std::size_t { 1 } << 28;
constexpr std::size_t kWord = 8;

/* One of the last accesses to a word. */
struct Record {
    unsigned time { 0 }; /* 0: none */
    std::uint8_t task { 0 };
    std::uint8_t bytes { 0 }; /* a bit for each */
    bool is_write { false };
    bool is_atomic { false };
};

struct Word {
    static constexpr unsigned kRecords = 6;

    Record records[kRecords];
    const void* pcs[kRecords] {};
    unsigned next { 0 };
    bool is_freed { false };
};

std::uintptr_t heap_end = 0; /* 0: not there yet */
std::size_t living = 0;
Word* heap_words = nullptr;
std::unordered_map<std::uintptr_t, Word> other_words;
/* The effect of an acquire: the events that happened before, and the stores that the task can no longer miss. */
struct Released {
    Clock clock;
    Clock sight;
};
std::unordered_map<const void*, Released> released;
std::unordered_map<const void*, Released> released_before;
std::vector<Word*> touched; /* of the heap's */

struct Header {
    std::size_t size;
    std::size_t magic;
};
constexpr std::size_t kMagic = 0x4845'4144;

void* reserve(std::uintptr_t place, std::size_t size) noexcept
{
    return mmap(reinterpret_cast<void*>(place), size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (place != 0 ? MAP_FIXED : 0), -1, 0);
}

Word& word_of(std::uintptr_t address) noexcept
{
    if (address - kHeap < kHeapSize)
        return heap_words[(address - kHeap) / kWord];
    return other_words[address / kWord];
}

/* The bits of a word's bytes in [@start, @end). */
std::uint8_t bytes_of(std::uintptr_t word, std::uintptr_t start, std::uintptr_t end) noexcept
{
    const unsigned first = start > word ? static_cast<unsigned>(start - word) : 0;
    const unsigned last = end - word < kWord ? static_cast<unsigned>(end - word) : kWord;
    return static_cast<std::uint8_t>((0xffU << first) & (0xffU >> (kWord - last)));
}

void enter_in(const std::unordered_map<const void*, Released>& places, const void* object) noexcept
{
    const auto found = places.find(object);
    if (found == places.end())
        return;
    current_clock().join(found->second.clock);
    current_sight().join(found->second.sight);
}

void fail_access(const char* what, std::uintptr_t address, const Record& earlier,
                 const void* earlier_pc, const void* pc) noexcept
{
    char text[400];
    std::snprintf(
        text, sizeof(text), "%s at %#lx: %s by task %u at %s; before, %s by task %u at %s", what,
        static_cast<unsigned long>(address), "access", current_number(), place_name(pc).c_str(),
        earlier.is_write ? "written" : "read", earlier.task, place_name(earlier_pc).c_str());
    fail(text);
}

void check_word(Word& word, std::uintptr_t address, std::uint8_t bytes, Access access,
                const void* pc) noexcept
{
    const unsigned self = current_number();
    const Clock& clock = current_clock();
    unsigned place = Word::kRecords;

    if (word.is_freed)
        fail_access("use after free", address, word.records[0], word.pcs[0], pc);
    for (unsigned i = 0; i < Word::kRecords; ++i) {
        const Record& record = word.records[i];
        if (record.time == 0) {
            if (place == Word::kRecords)
                place = i;
            continue;
        }
        if (record.task == self) {
            if (record.bytes == bytes && (access.is_write || !record.is_write)
                && record.is_atomic == access.is_atomic)
                place = i;
            continue;
        }
        if ((record.bytes & bytes) == 0 || (!record.is_write && !access.is_write)
            || (record.is_atomic && access.is_atomic) || record.time <= clock.of(record.task))
            continue;
        fail_access("data race", address, record, word.pcs[i], pc);
    }
    if (place == Word::kRecords)
        place = word.next++ % Word::kRecords;
    if (word.records[0].time == 0)
        touched.push_back(&word);
    word.records[place] = { clock.of(self), static_cast<std::uint8_t>(self), bytes, access.is_write,
                            access.is_atomic };
    word.pcs[place] = pc;
}

} // namespace

void reset_memory() noexcept
{
    if (!heap_words) {
        reserve(kHeap, kHeapSize);
        heap_words = static_cast<Word*>(reserve(0, kHeapSize / kWord * sizeof(Word)));
    }
    for (Word* word : touched)
        *word = {};
    touched.clear();
    heap_end = kHeap;
    living = 0;
    other_words.clear();
    released.clear();
    released_before.clear();
}

void* allocate(std::size_t size) noexcept
{
    constexpr std::size_t kAlign = 64;

    const std::uintptr_t start = heap_end + sizeof(Header);
    heap_end = (start + size + kAlign - 1) & ~(kAlign - 1);
    if (heap_end - kHeap > kHeapSize)
        fail("the heap is full");
    auto* header = reinterpret_cast<Header*>(start) - 1;
    *header = { size, kMagic };
    living += size;
    return header + 1;
}

void release(void* memory, const void* pc) noexcept
{
    if (!memory)
        return;
    Header* header = static_cast<Header*>(memory) - 1;
    if (header->magic != kMagic)
        fail("freed twice, or never allocated");
    const auto start = reinterpret_cast<std::uintptr_t>(memory);
    note_access(start, header->size, { true, false }, pc);
    for (std::uintptr_t word = start; word < start + header->size; word += kWord) {
        Word& freed = word_of(word);
        if (freed.records[0].time == 0)
            touched.push_back(&freed);
        freed.records[0] = { current_clock().of(current_number()),
                             static_cast<std::uint8_t>(current_number()), 0xff, true, false };
        freed.pcs[0] = pc;
        freed.is_freed = true;
    }
    living -= header->size;
    header->magic = 0;
}

void release_unchecked(void* memory) noexcept
{
    living -= (static_cast<Header*>(memory) - 1)->size;
}

std::size_t living_bytes() noexcept
{
    return living;
}

void note_access(std::uintptr_t address, std::size_t size, Access access, const void* pc) noexcept
{
    if (!access.is_write && is_doubting())
        return;
    const std::uintptr_t end = address + size;
    for (std::uintptr_t word = address & ~(kWord - 1); word < end; word += kWord)
        check_word(word_of(word), address, bytes_of(word, address, end), access, pc);
}

void leave(const void* object) noexcept
{
    Released& there = released[object];
    there.clock.join(current_clock());
    there.sight.join(current_sight());
    current_clock().tick(current_number());
}

void enter(const void* object) noexcept
{
    enter_in(released, object);
}

void join_released(const void* object, Clock& clock) noexcept
{
    const auto found = released.find(object);
    if (found != released.end())
        clock.join(found->second.clock);
}

void overwrite(const void* object, bool continues) noexcept
{
    released_before.erase(object);
    const auto found = released.find(object);
    if (found == released.end())
        return;
    released_before[object] = found->second;
    if (!continues)
        released.erase(found);
}

void enter_former(const void* object) noexcept
{
    enter_in(released_before, object);
}

} // namespace hosted::explorer
