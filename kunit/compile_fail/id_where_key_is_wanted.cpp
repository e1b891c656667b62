// SPDX-License-Identifier: GPL-2.0
/* An id is not a key, though both are ints to the caller. */
// expect: could not convert .* from .*IpcId' to .*Key'
#include "cases.hpp"

Key look_up(Key key);

Key confuse(IpcId id, Key key)
{
#ifdef WRONG
    static_cast<void>(key);
    return look_up(id);
#else
    static_cast<void>(id);
    return look_up(key);
#endif
}
