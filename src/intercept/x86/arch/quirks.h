/* SPDX-License-Identifier: GPL-2.0 */
/* x86: kernel configuration that the compiler must not see; included before every C source (Kbuild). */

#ifdef CONFIG_PREEMPT_RT
/*
 * On PREEMPT_RT, put_task_struct() reads the preemption count.  GCC 12 refuses to optimise this at
 * link time beside the read-only view of the same variable that "current" uses through a segment
 * register.
 */
#undef CONFIG_USE_X86_SEG_SUPPORT
#endif
