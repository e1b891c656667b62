// SPDX-License-Identifier: GPL-2.0
/*
 * SeqGuarded<T, Owner, Class>: a small value that readers copy whole without a lock or a write to
 * shared memory, while writers hold the lock of @Owner, a Guarded<>.  A reader that meets a writer
 * copies again.
 */
#pragma once

#include <base/types.hpp>
#include <kapi/lock.h>

namespace sysvipc {

template <class T, class Owner, class Class>
class SeqGuarded : Pinned {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    SeqGuarded(Owner& owner, const T& value) noexcept : value_(value)
    {
        kapi_seqcount_init(&sequence_, &owner.lock_, Class::kName, &Class::key);
    }

    [[nodiscard]] T read() const noexcept
    {
        for (;;) {
            const u32 start = kapi_seqcount_read_begin(&sequence_);
            T copy = value_;
            if (!kapi_seqcount_read_retry(&sequence_, start)) [[likely]]
                return copy;
        }
    }

    /* The view is the proof that the owner's lock is held: no other writer. */
    [[nodiscard]] const T& read(const typename Owner::Locked&) const noexcept { return value_; }
    void write(typename Owner::Locked&, const T& value) noexcept
    {
        kapi_seqcount_write_begin(&sequence_);
        value_ = value;
        kapi_seqcount_write_end(&sequence_);
    }

private:
    kapi_seqcount sequence_;
    T value_;
};

} // namespace sysvipc
