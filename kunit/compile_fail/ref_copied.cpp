// SPDX-License-Identifier: GPL-2.0
/* Another reference comes from try_get(), which may fail, never from a copy. */
// expect: use of deleted function .*Ref<.*>::Ref\(const
#include "cases.hpp"

void share(Ref<MsgQueue>& ref)
{
#ifdef WRONG
    const Ref<MsgQueue> second = ref;
#else
    const Ref<MsgQueue> second = move(ref);
#endif
}
