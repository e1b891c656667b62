// SPDX-License-Identifier: GPL-2.0
/*
 * Line<N>: builds one line of text of at most N bytes, field by field, right-aligned like the columns
 * of /proc/sysvipc.  A field wider than its column shifts the rest to the right.  Text beyond N bytes
 * is truncated; N is chosen so that no line reaches it.
 */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

template <usize N>
class Line {
public:
    constexpr Line& decimal(u64 value, usize width) noexcept { return field(value, width, 10); }
    constexpr Line& signed_decimal(i64 value, usize width) noexcept
    {
        const u64 magnitude =
            value < 0 ? u64 { 0 } - static_cast<u64>(value) : static_cast<u64>(value);
        return field(magnitude, width, 10, ' ', value < 0);
    }
    constexpr Line& octal(u64 value, usize width) noexcept { return field(value, width, 8); }
    /* Padded with zeros. */
    constexpr Line& hexadecimal(u64 value, usize width) noexcept
    {
        return field(value, width, 16, '0');
    }
    constexpr Line& character(char c) noexcept
    {
        if (size_ < N)
            text_[size_++] = c;
        return *this;
    }
    constexpr Line& string(const char* text) noexcept
    {
        while (*text != '\0')
            character(*text++);
        return *this;
    }
    [[nodiscard]] constexpr const char* text() const noexcept { return text_; }
    [[nodiscard]] constexpr usize size() const noexcept { return size_; }

private:
    static constexpr usize kMostDigits = 23; /* of a 64-bit number in octal, and a sign */

    constexpr Line& field(u64 value, usize width, u64 base, char fill = ' ',
                          bool negative = false) noexcept
    {
        char digits[kMostDigits];
        usize count = 0;
        do {
            digits[count++] = "0123456789abcdef"[value % base];
            value /= base;
        } while (value != 0);
        if (negative)
            digits[count++] = '-';
        for (usize i = count; i < width; ++i)
            character(fill);
        while (count > 0)
            character(digits[--count]);
        return *this;
    }

    char text_[N];
    usize size_ { 0 };
};

} // namespace sysvipc
