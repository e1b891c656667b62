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
    for (const u32 number : SemRange::touched(*this)) {
        adjustments()[number] = 0;
        word(number).store_relaxed(word(number).load_relaxed() & ~bit(number));
    }
    blocks.store_relaxed(0);
}

SemRange SemRange::touched(const SemUndo& undo) noexcept
{
    return { touched_from(undo, 0), SemUndo::reachable(undo.set()) };
}

/* Reads words only in blocks that are marked as not empty. */
SemRange::Iterator SemRange::touched_from(const SemUndo& undo, u32 number) noexcept
{
    const u32 end = SemUndo::reachable(undo.set());
    while (number < end) {
        const u32 blocks = u32 { undo.blocks.load_relaxed() } >> number / SemUndo::kBlock;
        if (blocks == 0)
            break;
        if (!(blocks & 1)) {
            const auto empty = static_cast<u32>(std::countr_zero(blocks));
            number = (number / SemUndo::kBlock + empty) * SemUndo::kBlock;
            continue;
        }
        Iterator next { number, undo.words()[number / SemUndo::kWordBits].load_relaxed(), &undo };
        if (next.rest_ != 0) {
            next.take_next();
            return next;
        }
        number += SemUndo::kWordBits;
    }
    return { end, 0, &undo };
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
