// SPDX-License-Identifier: GPL-2.0
/* A key is not created implicitly from an integer. */
// expect: could not convert .* from 'int' to .*Key'
#include "cases.hpp"

Key key_of(int number)
{
#ifdef WRONG
    return number;
#else
    return Key { number };
#endif
}
