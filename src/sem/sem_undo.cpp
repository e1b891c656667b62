// SPDX-License-Identifier: GPL-2.0
/* A group's record of one set (contracts: include/sem/sem_undo.hpp). */
#include <sem/sem_undo.hpp>

#include <base/poison.hpp>

namespace sysvipc {

SemUndo::SemUndo(SemSet& set, UndoGroup& group) noexcept : kapi_paired { {}, &group, &set }
{
    for (u32 number = 0; number < slot_count(set); ++number)
        slots()[number] = { 0, kUntouched };
}

Result<Ref<SemUndo>> SemUndo::create(SemSet& set, UndoGroup& group) noexcept
{
    return Ref<SemUndo>::create(slot_count(set) * sizeof(Slot), set, group);
}

void SemUndo::clear_all() noexcept
{
    u16 number = first_touched_.load_relaxed();
    while (number != kEnd) {
        const u16 next = slots()[number].next;
        slots()[number] = { 0, kUntouched };
        number = next;
    }
    first_touched_.store_relaxed(kEnd);
    for (u32 rest = kNotChained; rest < slot_count(set()); ++rest)
        slots()[rest].adjustment = 0;
}

/*
 * All semaphores that ever had an adjustment: the chained ones, then, where the chain ends, those that
 * cannot be chained.  In a smaller set the chain's end is beyond all numbers.
 */
SemRange SemRange::touched(const SemUndo& undo) noexcept
{
    const u32 count = SemUndo::slot_count(undo.set());
    return { min(u32 { undo.first_touched_.load_relaxed() }, count), count, &undo };
}

u32 SemRange::touched_after(const SemUndo& undo, u32 number) noexcept
{
    static_assert(SemUndo::kEnd == SemUndo::kNotChained);
    if (number >= SemUndo::kNotChained)
        return number + 1;
    const u16 next = min(undo.slots()[number].next, SemUndo::kEnd); /* kUntouched: emptied */
    return min(u32 { next }, SemUndo::slot_count(undo.set()));
}

/* The slot is covered by its semaphore's lock, the head of the chain by no lock at all. */
void SemUndo::note_touched(u32 number) noexcept
{
    u16 previous = first_touched_.load_relaxed();
    do
        slots()[number].next = previous;
    while (!first_touched_.compare_exchange(previous, static_cast<u16>(number)));
}

} // namespace sysvipc
