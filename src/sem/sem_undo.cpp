// SPDX-License-Identifier: GPL-2.0
/* One group's record of one set (contracts: include/sem/sem_undo.hpp). */
#include <sem/sem_undo.hpp>

#include <base/poison.hpp>

namespace sysvipc {

SemUndo::SemUndo(SemSet& set, UndoGroup& group) noexcept : set_(set), group_(group)
{
    for (u32 number = 0; number < slot_count(set); ++number)
        slots()[number] = { 0, kUntouched };
}

Result<Ref<SemUndo>> SemUndo::create(SemSet& set, UndoGroup& group) noexcept
{
    return Ref<SemUndo>::create(slot_count(set) * sizeof(Slot), set, group);
}

/* The slot itself is covered by its semaphore's lock, the head of the chain by no lock at all. */
void SemUndo::note_touched(u32 number) noexcept
{
    u16 first = first_touched_.load_relaxed();
    do
        slots()[number].next = first;
    while (!first_touched_.compare_exchange(first, static_cast<u16>(number)));
}

} // namespace sysvipc
