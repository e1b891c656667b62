// SPDX-License-Identifier: GPL-2.0
/* Current values of the limits (contracts: include/ns/limits.hpp). */
#include <ns/limits.hpp>

#include <os/trace.hpp>
#include <base/poison.hpp>

namespace sysvipc {

u64 Limits::value(Limit limit) const noexcept
{
    const auto unsigned_of = [](const auto& number) {
        return static_cast<u64>(max(number.load_relaxed(), 0));
    };
    switch (limit) {
    case Limit::MsgMax:
        return unsigned_of(msgmax);
    case Limit::MsgMnb:
        return unsigned_of(msgmnb);
    case Limit::MsgMni:
        return unsigned_of(msgmni);
    case Limit::SemMsl:
        return unsigned_of(sem[0]);
    case Limit::SemMns:
        return unsigned_of(sem[1]);
    case Limit::SemOpm:
        return unsigned_of(sem[2]);
    case Limit::SemMni:
        return unsigned_of(sem[3]);
    case Limit::ShmMax:
        return shmmax.load_relaxed();
    case Limit::ShmAll:
        return shmall.load_relaxed();
    case Limit::ShmMni:
        return unsigned_of(shmmni);
    }
    return 0;
}

void Limits::note_hit(Limit limit, u64 in_use, u64 wanted) noexcept
{
    static_cast<void>(hits_[index_of(limit)].add(1));
    if (Trace::ipc_limit_hit())
        Trace::ipc_limit_hit(static_cast<int>(limit), value(limit), in_use, wanted);
}

} // namespace sysvipc
