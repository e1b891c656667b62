// SPDX-License-Identifier: GPL-2.0
/* Withdrawing an object from a table requires its own lock. */
// expect: no matching function for call to .*withdraw
#include "cases.hpp"

void withdraw(IdTable& table, MsgQueue& queue)
{
    auto state = queue.lock();
#ifdef WRONG
    const Ref<MsgQueue> gone = table.withdraw(queue);
#else
    const Ref<MsgQueue> gone = table.withdraw(queue, state);
#endif
}
