// SPDX-License-Identifier: GPL-2.0
/* An error is looked at. */
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
