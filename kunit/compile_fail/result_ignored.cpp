// SPDX-License-Identifier: GPL-2.0
/* An error must not be ignored. */
// expect: ignoring returned value of type .*Result<void>'
#include "cases.hpp"

Result<void> work();

Result<void> ignore()
{
#ifdef WRONG
    work();
#else
    TRY(work());
#endif
    return {};
}
