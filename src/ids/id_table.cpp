// SPDX-License-Identifier: GPL-2.0
/* Adding to and removing from an id table (contracts: include/ids/id_table.hpp). */
#include <ids/id_table.hpp>

#include <base/assert.hpp>
#include <base/poison.hpp>

namespace sysvipc {

Result<IpcId> IdTable::insert(IpcObject& object, i32 limit) noexcept
{
    const IndexMap::Preload preload;
    auto counts = counts_.lock();
    if (!counts->is_open)
        return Errno::NotImplemented;
    if (counts->in_use >= min(limit, IpcId::kSlots))
        return Errno::NoSpace;
    ModulePin pin;
    if (counts->in_use == 0)
        TRY(pin.take());

    const i32 index = TRY(indexes_.allocate(cyclic_index_end(counts->in_use)));
    const i32 sequence = next_sequence(counts->sequence, index, counts->last_index);
    object.set_id(IpcId::compose(index, sequence));
    if (object.key() != kPrivateKey) {
        if (Result<void> inserted = keys_.insert(object.keyed_); !inserted.ok()) {
            indexes_.remove(index);
            return inserted.error();
        }
    }
    counts->sequence = sequence;
    counts->last_index = index;
    counts->highest_bound = max(counts->highest_bound, index);
    ++counts->in_use;
    pin.leak(); /* dropped when the table is empty again */
    indexes_.publish(index, &object);
    object.is_published_.store_release(true);
    return object.id();
}

void IdTable::remove(Counts& counts, IpcObject& object) noexcept
{
    const i32 index = object.id().index();
    /* First, so that neither way finds it any more once one of them does not. */
    object.is_removed_.store_relaxed(true);
    indexes_.remove(index);
    unlink_key(object);
    if (--counts.in_use == 0)
        ModulePin::drop();
}

void IdTable::unlink_key(IpcObject& object) noexcept
{
    if (object.key() != kPrivateKey)
        (void)invariant(keys_.remove(object.keyed_));
}

void IdTable::hide_key(IpcObject& object) noexcept
{
    unlink_key(object);
    object.forget_key();
}

IdTable::Usage IdTable::usage() noexcept
{
    auto counts = counts_.lock();
    counts->highest_bound = highest_up_to(counts->highest_bound);
    return { counts->in_use, counts->highest_bound };
}

/*
 * The highest index in use, none being above @bound: built from the top bit down, for a bit belongs
 * to it exactly when something is in use at or above what that bit makes.  Counting from 1, so that
 * 0 means none.
 */
i32 IdTable::highest_up_to(i32 bound) const noexcept
{
    i32 found = 0;
    for (i32 bit = IpcId::kSlots; bit != 0; bit >>= 1) {
        i32 probe = (found | bit) - 1;
        if (probe <= bound && indexes_.find_from(probe))
            found |= bit;
    }
    return found - 1;
}

} // namespace sysvipc
