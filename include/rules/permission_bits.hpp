// SPDX-License-Identifier: GPL-2.0
/* The permissions that mode bits grant.  Kernel source: ipc/util.c (ipcperms); sysvipc(7). */
#pragma once

#include <base/types.hpp>

namespace sysvipc {

/* Nine permission bits, as in chmod(2). */
class Mode {
public:
    static constexpr u32 kAll = 0777;

    constexpr Mode() = default;
    /* Bits beyond the nine are dropped. */
    static constexpr Mode from_flags(u32 flags) noexcept { return Mode { flags & kAll }; }
    [[nodiscard]] constexpr u32 bits() const noexcept { return bits_; }

private:
    constexpr explicit Mode(u32 bits) noexcept : bits_(static_cast<u16>(bits)) { }
    u16 bits_ { 0 };
};

/* The caller's relation to an object: only the first that applies counts. */
enum class Relation : u8 { Owner, Group, Other };

inline constexpr u32 kReadAccess = 0444;
inline constexpr u32 kWriteAccess = 0222;
inline constexpr u32 kExecuteAccess = 0111;

/*
 * True if @mode grants a caller in @relation all of @wanted, whose bits count in any of the three groups.
 */
[[nodiscard]] constexpr bool mode_grants(Mode mode, Relation relation, u32 wanted) noexcept
{
    const u32 requested = (wanted >> 6 | wanted >> 3 | wanted) & 07;
    const u32 shift = relation == Relation::Owner ? 6 : relation == Relation::Group ? 3 : 0;
    return (requested & ~(mode.bits() >> shift)) == 0;
}

static_assert(mode_grants(Mode::from_flags(0600), Relation::Owner, kReadAccess | kWriteAccess));
static_assert(!mode_grants(Mode::from_flags(0077), Relation::Owner, kReadAccess),
              "an owner without rights does not fall back to the group's");
static_assert(mode_grants(Mode::from_flags(0), Relation::Other, 0),
              "asking for nothing is granted");
static_assert(Mode::from_flags(07777).bits() == 0777);

} // namespace sysvipc
