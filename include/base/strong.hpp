// SPDX-License-Identifier: GPL-2.0
/* Strong<T, Tag>: an integer type that does not convert to other integer types. */
#pragma once

#include <compare>

namespace sysvipc {

template <class T, class Tag>
class Strong {
public:
    constexpr Strong() = default;
    constexpr explicit Strong(T value) noexcept : value_(value) { }
    [[nodiscard]] constexpr T value() const noexcept { return value_; }
    constexpr auto operator<=>(const Strong&) const noexcept = default;

private:
    T value_ {};
};

} // namespace sysvipc
