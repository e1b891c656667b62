// SPDX-License-Identifier: GPL-2.0
/* ActingAs: while it lives, the current thread has another user's credentials. */
#pragma once

#include <base/types.hpp>
#include <host/kunit.h>
#include <os/credentials.hpp>

namespace sysvipc {

class [[nodiscard]] ActingAs : Pinned {
public:
    static constexpr int kNoCapability = KAPI_KUNIT_NO_CAPABILITY;

    ActingAs(Uid uid, Gid gid, Gid supplementary, int capability = kNoCapability) noexcept
    {
        const kapi_kunit_identity identity { uid.value(), gid.value(), supplementary.value(),
                                             capability };
        before_ = host_kunit_cred_assume(&identity);
    }
    ~ActingAs()
    {
        if (before_)
            host_kunit_cred_restore(before_);
    }
    explicit operator bool() const noexcept { return before_ != nullptr; }

private:
    kapi_kunit_cred* before_;
};

} // namespace sysvipc
