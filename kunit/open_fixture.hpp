// SPDX-License-Identifier: GPL-2.0
/* OpenFixture: opens and creates TestObjects as msgget, semget and shmget do theirs. */
#pragma once

#include "namespace_fixture.hpp"

#include <ids/open_request.hpp>

namespace sysvipc {

struct OpenFixture : TableFixture {
    explicit OpenFixture(kapi_kunit* test) noexcept : TableFixture(test)
    {
        if (is_ready())
            ns().open();
    }

    struct Facility {
        using Object = TestObject;
        Census& census;
        i32 most;
        Errno refusal; /* the error of check_existing() */
        Tally& retired;
        Tally& full;

        [[nodiscard]] Result<Ref<TestObject>> create(const OpenRequest& request) const noexcept
        {
            return TestObject::create(request.key, census, request.mode());
        }
        [[nodiscard]] Result<void> check_existing(const TestObject&) const noexcept
        {
            return refusal;
        }
        void retire(TestObject&) const noexcept { retired.add_one(); }
        [[nodiscard]] i32 limit() const noexcept { return most; }
        [[nodiscard]] u64 created_size() const noexcept { return 0; }
        void note_full() const noexcept { full.add_one(); }
    };

    [[nodiscard]] Result<IpcId> open(Key key, u32 flags, i32 limit = kNoLimit,
                                     Errno refusal = {}) noexcept
    {
        return open_object(table(), OpenRequest { key, flags }, ns().owner(),
                           Facility { census, limit, refusal, retired, full });
    }

    Tally retired;
    Tally full;

    static constexpr u32 kCreate = abi::IPC_CREAT;
    static constexpr u32 kExclusive = abi::IPC_EXCL;
};

} // namespace sysvipc
