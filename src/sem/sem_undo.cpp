// SPDX-License-Identifier: GPL-2.0
/* A group's record of one set (contracts: include/sem/sem_undo.hpp). */
#include <sem/sem_undo.hpp>

#include <bit>
#include <mem/construct.hpp>
#include <base/poison.hpp>

namespace sysvipc {

SemUndo::SemUndo(SemSet& set, UndoGroup& group) noexcept
    : SemUndoMarks { .first_word = static_cast<u16>(words_of_adjustments(set)) },
      kapi_paired { {}, &group, &set }
{
    for (u32 i = 0; i < word_count(set); ++i)
        construct_at<Atomic<Word>>(&words()[i], Word { 0 });
    for (u32 number = 0; number < reachable(set); ++number)
        adjustments()[number] = 0;
}

Result<Ref<SemUndo>> SemUndo::create(SemSet& set, UndoGroup& group) noexcept
{
    return Ref<SemUndo>::create((words_of_adjustments(set) + word_count(set)) * sizeof(Word), set,
                                group);
}

void SemUndo::clear_all() noexcept
{
    const u32 end = reachable(set());
    Word marks;
    for (u32 number = 0; (number = find_touched(number, marks)) < end; number += kWordBits) {
        __builtin_memset(adjustments() + number, 0, min(kWordBits, end - number) * sizeof(i16));
        word(number).store_relaxed(0);
    }
    blocks.store_relaxed(0);
}

/* Reads words only in blocks that are marked as not empty, and each once: SETALL may clear it meanwhile. */
u32 SemUndo::find_touched(u32 number, Word& marks) const noexcept
{
    const u32 end = reachable(set());
    while (number < end) {
        const u32 left = u32 { blocks.load_relaxed() } >> number / kBlock;
        if (left == 0)
            break;
        if (!(left & 1)) {
            number = (number / kBlock + static_cast<u32>(std::countr_zero(left))) * kBlock;
            continue;
        }
        marks = words()[number / kWordBits].load_relaxed();
        if (marks != 0)
            return number;
        number += kWordBits;
    }
    marks = 0;
    return end;
}

SemRange SemRange::touched(const SemUndo& undo) noexcept
{
    return { touched_from(undo, 0), SemUndo::reachable(undo.set()) };
}

SemRange::Iterator SemRange::touched_from(const SemUndo& undo, u32 number) noexcept
{
    SemUndo::Word marks;
    number = undo.find_touched(number, marks);
    Iterator next { number, marks, &undo };
    if (marks != 0)
        next.take_next();
    return next;
}

/* Atomic although the semaphore is locked: other semaphores of the same word have other locks. */
void SemUndo::note_touched(u32 number) noexcept
{
    static_cast<void>(word(number).add(bit(number)));
    const u32 block = 1u << number / kBlock;
    u8 before = blocks.load_relaxed();
    while (!(before & block) && !blocks.compare_exchange(before, static_cast<u8>(before | block))) {
    }
}

} // namespace sysvipc
