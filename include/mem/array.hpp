// SPDX-License-Identifier: GPL-2.0
/* SmallArray<T, N>: an array of plain values whose size is set at run time; up to N are on the stack. */
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <kapi/memory.h>

namespace sysvipc {

template <class T, usize N>
class SmallArray : Pinned {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    SmallArray() = default; /* empty; does not initialise the values */
    ~SmallArray()
    {
        if (memory_)
            kapi_kvfree(memory_);
    }

    /* Call once.  Does not initialise the values.  Errors: ENOMEM, if @count > N.  Sleeps. */
    [[nodiscard]] Result<void> start(usize count) noexcept
    {
        count_ = count;
        if (count <= N)
            return {};
        memory_ = kapi_kvmalloc(count * sizeof(T));
        if (!memory_)
            return Errno::ENOMEM;
        return {};
    }
    [[nodiscard]] T* data() noexcept
    {
        return static_cast<T*>(memory_ ? memory_ : static_cast<void*>(stack_));
    }
    [[nodiscard]] usize count() const noexcept { return count_; }
    [[nodiscard]] usize bytes() const noexcept { return count_ * sizeof(T); }
    [[nodiscard]] T& operator[](usize i) noexcept { return data()[i]; }

private:
    void* memory_ { nullptr };
    usize count_ { 0 };
    alignas(T) u8 stack_[N * sizeof(T)];
};

} // namespace sysvipc
