/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel configuration that the compiler must not see; included before every C source (Kbuild). */

#ifdef CONFIG_PREEMPT_RT
/*
 * put_task_struct() looks at the count of preemption there.  GCC 12 refuses to optimise that at link
 * time beside the read-only view of the same variable which "current" is through a segment register.
 */
#undef CONFIG_USE_X86_SEG_SUPPORT
#endif
