// SPDX-License-Identifier: GPL-2.0
/* An object is taken out of a table under the table's lock and its own. */
// expect: no matching function for call to .*withdraw
#include "cases.hpp"

void withdraw(IdTable& table, MsgQueue& queue)
{
    IdTable::Removal removal { table };
    auto state = queue.lock();
#ifdef WRONG
    const Ref<MsgQueue> gone = removal.withdraw(queue);
#else
    const Ref<MsgQueue> gone = removal.withdraw(queue, state);
#endif
}
