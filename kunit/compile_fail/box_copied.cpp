// SPDX-License-Identifier: GPL-2.0
/* A Box is the only owner. */
// expect: use of deleted function .*Box<.*>::Box\(const
#include "cases.hpp"

void give(Box<Message>& box)
{
#ifdef WRONG
    const Box<Message> second = box;
#else
    const Box<Message> second = move(box);
#endif
}
