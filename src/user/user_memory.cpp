// SPDX-License-Identifier: GPL-2.0
/* User copies with page faults (contracts: include/user/user_memory.hpp). */
#include <user/user_memory.hpp>

#include <os/module.hpp>
#include <base/poison.hpp>

namespace sysvipc {

COLD Result<usize> read_user_rest(void* to, UserAddress from, usize size, usize missed) noexcept
{
    const usize done = size - missed;
    ModulePin pin;
    TRY(pin.take());
    return kapi_copy_from_user(static_cast<u8*>(to) + done, from.offset(done).value(), missed);
}

COLD Result<usize> write_user_rest(UserAddress to, const void* from, usize size,
                                   usize missed) noexcept
{
    const usize done = size - missed;
    ModulePin pin;
    TRY(pin.take());
    return kapi_copy_to_user(to.offset(done).value(), static_cast<const u8*>(from) + done, missed);
}

template <class Word>
COLD Result<void> put_user_slowly(UserAddress to, Word value) noexcept
{
    ModulePin pin;
    TRY(pin.take());
    if (!put_user_word(to, value))
        return Errno::EFAULT;
    return {};
}
template Result<void> put_user_slowly(UserAddress, u32) noexcept;
template Result<void> put_user_slowly(UserAddress, u64) noexcept;

Result<void> probe_user_readable(UserAddress from, usize size) noexcept
{
    if (kapi_is_user_copy_to_fail() && size != 0) [[unlikely]]
        return Errno::EFAULT;
    ModulePin pin;
    TRY(pin.take());
    if (kapi_fault_in_readable(from.value(), size) != 0)
        return Errno::EFAULT;
    return {};
}

} // namespace sysvipc
