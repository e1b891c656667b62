/* SPDX-License-Identifier: GPL-2.0 */
/* x86: a landing of a direct call that only continues the function, for the KUnit module (landings.S has all others). */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

	.text
SYM_CODE_START(sysvipc_enter_nowhere)
	UNWIND_HINT_FUNC
	ENDBR
	RET
SYM_CODE_END(sysvipc_enter_nowhere)
