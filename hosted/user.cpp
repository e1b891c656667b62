// SPDX-License-Identifier: GPL-2.0
/* kapi: memory of the current process (contracts: include/kapi/user.h). */
#include "address_space.hpp"
#include "fault.hpp"
#include "machine.hpp"
#include "task.hpp"

#include <cerrno>
#include <cstring>
#include <host/user_copy.h>
#include <kapi/user.h>

namespace {

using namespace hosted;

/* How many of @size bytes at @address can be copied now, after waiting where that is allowed. */
kapi_size present(kapi_size address, kapi_size size)
{
    const bool may_fault = machine::current()->no_faults == 0;
    return user_memory_present(address, size, may_fault);
}

template <class Word>
int put(kapi_size to, Word value)
{
    if (present(to, sizeof(value)) != sizeof(value))
        return -EFAULT;
    std::memcpy(reinterpret_cast<void*>(to), &value, sizeof(value));
    return 0;
}

} // namespace

void kapi_page_faults_disable()
{
    ++machine::current()->no_faults;
}

void kapi_page_faults_enable()
{
    --machine::current()->no_faults;
}

kapi_size kapi_copy_from_user(void* to, kapi_size user_from, kapi_size size)
{
    const kapi_size copied = present(user_from, size);
    machine::note_write(to, size);
    std::memcpy(to, reinterpret_cast<const void*>(user_from), copied);
    std::memset(static_cast<char*>(to) + copied, 0, size - copied);
    return size - copied;
}

kapi_size kapi_copy_to_user(kapi_size user_to, const void* from, kapi_size size)
{
    const kapi_size copied = present(user_to, size);
    machine::note_read(from, copied);
    std::memcpy(reinterpret_cast<void*>(user_to), from, copied);
    return size - copied;
}

kapi_size host_copy_from_user_present(void* to, kapi_size user_from, kapi_size size)
{
    const kapi_size copied = present(user_from, size);
    machine::note_write(to, copied);
    std::memcpy(to, reinterpret_cast<const void*>(user_from), copied);
    return size - copied;
}

kapi_size host_copy_to_user_present(kapi_size user_to, const void* from, kapi_size size)
{
    return kapi_copy_to_user(user_to, from, size);
}

int kapi_put_user_u32(kapi_size user_to, kapi_u32 value)
{
    return put(user_to, value);
}

int kapi_put_user_u64(kapi_size user_to, kapi_u64 value)
{
    return put(user_to, value);
}

bool kapi_is_user_copy_to_fail()
{
    return is_copy_to_fail();
}

kapi_size kapi_fault_in_readable(kapi_size user_from, kapi_size size)
{
    return size - present(user_from, size);
}

kapi_size kapi_index_nospec(kapi_size index, kapi_size size)
{
    return index < size ? index : 0;
}
