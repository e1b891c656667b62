// SPDX-License-Identifier: GPL-2.0
/* Publishing objects in a table and removing them (contracts: include/ids/id_table.hpp). */
#include <ids/id_table.hpp>

#include <base/assert.hpp>
#include <ns/namespaces.hpp>
#include <base/poison.hpp>

namespace sysvipc {

Result<IpcId> IdTable::insert(IpcObject& object, i32 limit) noexcept
{
    const IndexMap::Preload preload;
    auto counts = counts_.lock();
    if (!counts->is_open)
        return Errno::ENOSYS;
    if (counts->in_use >= min(limit, id_layout.slots()))
        return Errno::ENOSPC;
    ModulePin pin;
    if (counts->in_use == 0) {
        if (Result<void> pinned = pin.take(); !pinned.ok()) {
            Namespaces::close();
            return pinned.error();
        }
    }

    object.set_id(TRY(allocate_id(*counts)));
    const i32 index = id_layout.index_of(object.id());
    if (object.key() != kPrivateKey) {
        if (Result<void> inserted = keys_.insert(object.keyed_); !inserted.ok()) {
            indexes_.remove(index);
            return inserted.error();
        }
    }
    counts->highest_bound = max(counts->highest_bound, index);
    if (++counts->in_use > counts->most) [[unlikely]]
        counts->most = counts->in_use;
    pin.leak(); /* dropped when the table becomes empty */
    indexes_.publish(index, &object);
    object.is_published_.store_release(true);
    return object.id();
}

/* A requested id does not affect the order of later ids. */
Result<IpcId> IdTable::allocate_id(Counts& counts) noexcept
{
    if (next_id_->load_relaxed() >= 0) [[unlikely]] {
        const IpcId wanted { next_id_->exchange(kAnyId) };
        const i32 index =
            TRY(indexes_.allocate_from(id_layout.index_of(wanted), id_layout.slots()));
        return id_layout.compose(index, id_layout.sequence_of(wanted));
    }
    const i32 index = TRY(indexes_.allocate(id_layout.cyclic_index_end(counts.in_use)));
    counts.sequence = id_layout.next_sequence(counts.sequence, index, counts.last_index);
    counts.last_index = index;
    return id_layout.compose(index, counts.sequence);
}

void IdTable::remove(IpcObject& object) noexcept
{
    const i32 index = id_layout.index_of(object.id());
    auto counts = counts_.lock();
    /* First: once one lookup misses the object, the other must not return it. */
    object.is_removed_.store_relaxed(true);
    store_barrier(); /* BARRIER removed */
    indexes_.remove(index);
    unlink_key(object);
    if (--counts->in_use == 0)
        ModulePin::drop();
}

void IdTable::unlink_key(IpcObject& object) noexcept
{
    if (object.key() != kPrivateKey)
        (void)invariant(keys_.remove(object.keyed_));
}

void IdTable::hide_key(IpcObject& object) noexcept
{
    auto counts = counts_.lock();
    unlink_key(object);
    object.forget_key();
}

IdTable::Usage IdTable::usage() noexcept
{
    auto counts = counts_.lock();
    counts->highest_bound = highest_up_to(counts->highest_bound);
    return { counts->in_use, counts->highest_bound, counts->most };
}

/*
 * The highest index in use.  Precondition: none above @bound is.  Built from the top bit down: a bit is set
 * if an index at or above the result so far plus that bit is in use.  Counts from 1; 0 means none.
 */
i32 IdTable::highest_up_to(i32 bound) const noexcept
{
    i32 found = 0;
    for (i32 bit = id_layout.slots(); bit != 0; bit >>= 1) {
        i32 probe = (found | bit) - 1;
        if (probe <= bound && indexes_.find_from(probe))
            found |= bit;
    }
    return found - 1;
}

} // namespace sysvipc
