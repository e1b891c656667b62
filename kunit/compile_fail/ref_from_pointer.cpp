// SPDX-License-Identifier: GPL-2.0
/* A borrowed object becomes an owned one only explicitly. */
// expect: conversion from .*MsgQueue\*' to non-scalar type .*Ref<
#include "cases.hpp"

void own(MsgQueue* queue)
{
#ifdef WRONG
    const Ref<MsgQueue> owned = queue;
#else
    const Ref<MsgQueue> owned = Ref<MsgQueue>::adopt(*queue);
#endif
}
