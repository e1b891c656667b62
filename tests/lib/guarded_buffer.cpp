// SPDX-License-Identifier: GPL-2.0
/*
 * GuardedBuffer: user memory that ends where a test wants it to end.
 */
#include "lib/guarded_buffer.hpp"
#include "lib/harness.hpp"

#include <sys/mman.h>

GuardedBuffer::GuardedBuffer(std::size_t usable)
{
    const std::size_t page = 4096;
    const std::size_t size = (usable + page - 1) / page * page;
    void* memory =
        mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    start_ = static_cast<std::byte*>(memory);
    guard_ = start_ + size;
    REQUIRE_EQ(mprotect(guard_, page, PROT_NONE), 0);
}

GuardedBuffer::~GuardedBuffer()
{
    munmap(start_, static_cast<std::size_t>(guard_ - start_) + 4096);
}

void GuardedBuffer::protect(int protection) const
{
    REQUIRE_EQ(mprotect(start_, static_cast<std::size_t>(guard_ - start_), protection), 0);
}
