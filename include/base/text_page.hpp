// SPDX-License-Identifier: GPL-2.0
/* TextPage: whole lines of text in the caller's memory.  Omits a line that does not fit. */
#pragma once

#include <base/line.hpp>

namespace sysvipc {

class TextPage : Pinned {
public:
    TextPage(char* text, usize size) noexcept : text_(text), size_(size) { }

    template <usize N>
    void add(const Line<N>& line) noexcept
    {
        if (line.size() > size_ - used_)
            return;
        __builtin_memcpy(text_ + used_, line.text(), line.size());
        used_ += line.size();
    }
    [[nodiscard]] usize used() const noexcept { return used_; }

private:
    char* const text_;
    const usize size_;
    usize used_ { 0 };
};

} // namespace sysvipc
