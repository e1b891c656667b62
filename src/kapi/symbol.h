/* SPDX-License-Identifier: GPL-2.0 */
/* Functions of the kernel that it does not export. */
#ifndef SYSVIPC_SRC_KAPI_SYMBOL_H
#define SYSVIPC_SRC_KAPI_SYMBOL_H

/* Where function @name begins; NULL: there is none, or the kernel does not tell.  Sleeps. */
void *symbol_address(const char *name);

#endif
