// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence<Owner, Class>: a sequence counter for small data that readers copy as a whole without a lock or
 * a write to shared memory, while writers hold the lock of @Owner, a Guarded<>.  A reader that overlaps
 * a writer copies again: reading is a loop, so that read() takes what is to be repeated, and returns no guard.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/lock.h>

namespace sysvipc {

template <class Owner, class Class>
class Sequence : Pinned {
public:
    explicit Sequence(Owner& owner) noexcept
    {
        kapi_seqcount_init(&count_, &owner.lock_, Class::kName, &Class::key);
    }

    /* Returns the result of @copy, which is called again until no writer has interfered. */
    template <class Copy>
    [[nodiscard, gnu::always_inline]] auto read(Copy&& copy) const noexcept
    {
        for (;;) {
            const u32 start = kapi_seqcount_read_begin(&count_);
            auto copied = copy();
            if (!kapi_seqcount_read_retry(&count_, start)) [[likely]]
                return copied;
        }
    }

    /* The data changes only while one lives. */
    class [[nodiscard]] Writing : Pinned {
    public:
        ~Writing() { kapi_seqcount_write_end(&count_); }

    private:
        friend class Sequence;
        explicit Writing(kapi_seqcount& count) noexcept : count_(count)
        {
            kapi_seqcount_write_begin(&count);
        }
        kapi_seqcount& count_;
    };

    /* The view proves that the owner's lock is held, which excludes other writers. */
    [[nodiscard]] Writing write(typename Owner::Locked&) noexcept { return Writing(count_); }

private:
    kapi_seqcount count_;
};

} // namespace sysvipc
