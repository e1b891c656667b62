/* SPDX-License-Identifier: GPL-2.0 */
/* arm64: a landing of a direct call that only continues the function, for the KUnit module (landings.S has all others). */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <arch/frame.h>

	.text
SYM_CODE_START(sysvipc_enter_nowhere)
	bti	c
	GO_ON_INTO_FUNCTION
SYM_CODE_END(sysvipc_enter_nowhere)
