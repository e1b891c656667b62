// SPDX-License-Identifier: GPL-2.0
/*
 * host: hooks of security modules and audit (contracts: include/host/security.h).
 *
 * The functions are looked up by name when the module is loaded and called directly, like the kernel's own
 * calls: each call site is a static call, which is patched to the function.  This also reaches functions
 * that the kernel has sealed against indirect calls.  Before patching, calls with a verdict return 0, and
 * the others are no-ops.
 */
#include <linux/audit.h>
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/security.h>
#include <linux/sem.h>

#include "../kapi/shim.h"
#include "symbol.h"
#include <host/security.h>

#define PERM(perm) ((struct kern_ipc_perm *)(perm))

/* --- the functions, with their parameters */

#define A_PERM struct kern_ipc_perm *perm

#ifdef CONFIG_SECURITY
#define SECURITY_FUNCTIONS(VERDICT, NOTICE)                                                        \
	VERDICT(security_ipc_permission, A_PERM, short flag)                                       \
	VERDICT(security_msg_msg_alloc, struct msg_msg *message)                                   \
	NOTICE(security_msg_msg_free, struct msg_msg *message)                                     \
	VERDICT(security_msg_queue_alloc, A_PERM)                                                  \
	NOTICE(security_msg_queue_free, A_PERM)                                                    \
	VERDICT(security_msg_queue_associate, A_PERM, int flags)                                   \
	VERDICT(security_msg_queue_msgctl, A_PERM, int command)                                    \
	VERDICT(security_msg_queue_msgsnd, A_PERM, struct msg_msg *message, int flags)             \
	VERDICT(security_msg_queue_msgrcv, A_PERM, struct msg_msg *message,                        \
		struct task_struct *target, long type, int mode)                                   \
	VERDICT(security_sem_alloc, A_PERM)                                                        \
	NOTICE(security_sem_free, A_PERM)                                                          \
	VERDICT(security_sem_associate, A_PERM, int flags)                                         \
	VERDICT(security_sem_semctl, A_PERM, int command)                                          \
	VERDICT(security_sem_semop, A_PERM, struct sembuf *operations, unsigned int count,         \
		int alter)                                                                         \
	VERDICT(security_shm_alloc, A_PERM)                                                        \
	NOTICE(security_shm_free, A_PERM)                                                          \
	VERDICT(security_shm_associate, A_PERM, int flags)                                         \
	VERDICT(security_shm_shmctl, A_PERM, int command)                                          \
	VERDICT(security_shm_shmat, A_PERM, char __user *address, int flags)
#define VERDICT_OF(name, ...) static_call(found_##name)(__VA_ARGS__)
#define NOTICE_TO(name, ...) static_call_cond(found_##name)(__VA_ARGS__)
#else
#define SECURITY_FUNCTIONS(VERDICT, NOTICE)
/* The kernel's headers define the functions for kernels without security modules. */
#define VERDICT_OF(name, ...) name(__VA_ARGS__)
#define NOTICE_TO(name, ...) name(__VA_ARGS__)
#endif

#ifdef CONFIG_AUDITSYSCALL
#define AUDIT_FUNCTIONS(NOTICE)                                                                    \
	NOTICE(__audit_ipc_obj, A_PERM)                                                            \
	NOTICE(__audit_ipc_set_perm, unsigned long qbytes, uid_t uid, gid_t gid, umode_t mode)
#else
#define AUDIT_FUNCTIONS(NOTICE)
#endif

#define ALL_FUNCTIONS(VERDICT, NOTICE) SECURITY_FUNCTIONS(VERDICT, NOTICE) AUDIT_FUNCTIONS(NOTICE)

#define DEFINE_VERDICT(name, ...) DEFINE_FOUND(int, name, __VA_ARGS__);
#define DEFINE_NOTICE(name, ...) DEFINE_FOUND_VOID(name, __VA_ARGS__);
ALL_FUNCTIONS(DEFINE_VERDICT, DEFINE_NOTICE)

#define SYMBOL(name, ...) { #name },
static struct unexported_symbol symbols[] = { ALL_FUNCTIONS(SYMBOL, SYMBOL) };

int host_security_find(void)
{
	return symbols_find(symbols, ARRAY_SIZE(symbols));
}

const char *host_security_missing(unsigned int number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		if (!symbols[i].address && number-- == 0)
			return symbols[i].name;
	}
	return NULL;
}

void host_security_use(void)
{
	const struct unexported_symbol *symbol __maybe_unused = symbols;

#define USE(name, ...) static_call_update(found_##name, (typeof(&name))(symbol++)->address);
	ALL_FUNCTIONS(USE, USE)
}

/* --- objects */

KAPI_SHIM void host_ipc_perm_init(struct kapi_ipc_perm *perm, int key,
				  const struct kapi_ipc_owners *owners)
{
	memset(perm, 0, sizeof(*perm));
	PERM(perm)->id = -1;
	PERM(perm)->key = key;
	PERM(perm)->uid = KUIDT_INIT(owners->uid);
	PERM(perm)->gid = KGIDT_INIT(owners->gid);
	PERM(perm)->cuid = KUIDT_INIT(owners->creator_uid);
	PERM(perm)->cgid = KGIDT_INIT(owners->creator_gid);
	PERM(perm)->mode = owners->mode;
}

KAPI_SHIM struct kapi_ipc_owners host_ipc_perm_owners(const struct kapi_ipc_perm *handle)
{
	const struct kern_ipc_perm *perm = (const struct kern_ipc_perm *)handle;

	return (struct kapi_ipc_owners){
		.uid = __kuid_val(perm->uid),
		.gid = __kgid_val(perm->gid),
		.creator_uid = __kuid_val(perm->cuid),
		.creator_gid = __kgid_val(perm->cgid),
		.mode = perm->mode,
	};
}

KAPI_SHIM int host_ipc_perm_id(const struct kapi_ipc_perm *perm)
{
	return ((const struct kern_ipc_perm *)perm)->id;
}

KAPI_SHIM void host_ipc_perm_set_id(struct kapi_ipc_perm *perm, int id, unsigned long sequence)
{
	PERM(perm)->id = id;
	PERM(perm)->seq = sequence;
}

KAPI_SHIM void host_ipc_perm_set_key(struct kapi_ipc_perm *perm, int key)
{
	PERM(perm)->key = key;
}

KAPI_SHIM void host_ipc_perm_change_mode(struct kapi_ipc_perm *perm, kapi_u32 clear, kapi_u32 set)
{
	WRITE_ONCE(PERM(perm)->mode, (PERM(perm)->mode & ~clear) | set);
}

KAPI_SHIM void host_ipc_perm_set_owners(struct kapi_ipc_perm *perm,
					const struct kapi_ipc_owners *owners)
{
	PERM(perm)->uid = KUIDT_INIT(owners->uid);
	PERM(perm)->gid = KGIDT_INIT(owners->gid);
	host_ipc_perm_change_mode(perm, S_IRWXUGO, owners->mode & S_IRWXUGO);
}

/* --- audit */

#ifdef CONFIG_AUDITSYSCALL

KAPI_SHIM bool host_audit_is_on(void)
{
	return !audit_dummy_context();
}

KAPI_SHIM void host_audit_object(struct kapi_ipc_perm *perm)
{
	static_call_cond(found___audit_ipc_obj)(PERM(perm));
}

KAPI_SHIM void host_audit_change(unsigned long qbytes, kapi_u32 uid, kapi_u32 gid, kapi_u32 mode)
{
	static_call_cond(found___audit_ipc_set_perm)(qbytes, uid, gid, mode);
}

#else

KAPI_SHIM bool host_audit_is_on(void)
{
	return false;
}

KAPI_SHIM void host_audit_object(struct kapi_ipc_perm *perm)
{
}

KAPI_SHIM void host_audit_change(unsigned long qbytes, kapi_u32 uid, kapi_u32 gid, kapi_u32 mode)
{
}

#endif

/* --- security modules */

KAPI_SHIM int host_security_access(struct kapi_ipc_perm *perm, kapi_u32 wanted)
{
	return VERDICT_OF(security_ipc_permission, PERM(perm), (short)wanted);
}

KAPI_SHIM int host_security_queue_alloc(struct kapi_ipc_perm *perm)
{
	return VERDICT_OF(security_msg_queue_alloc, PERM(perm));
}

KAPI_SHIM void host_security_queue_free(struct kapi_ipc_perm *perm)
{
	NOTICE_TO(security_msg_queue_free, PERM(perm));
}

KAPI_SHIM int host_security_queue_open(struct kapi_ipc_perm *perm, int flags)
{
	return VERDICT_OF(security_msg_queue_associate, PERM(perm), flags);
}

KAPI_SHIM int host_security_queue_control(struct kapi_ipc_perm *perm, int command)
{
	return VERDICT_OF(security_msg_queue_msgctl, PERM(perm), command);
}

/* The list links precede @message. */
static inline struct msg_msg *whole_message(struct kapi_msg *message)
{
	static_assert(offsetof(struct msg_msg, m_ts) - offsetof(struct msg_msg, m_type) ==
		      offsetof(struct kapi_msg, size));
	static_assert(offsetof(struct msg_msg, next) - offsetof(struct msg_msg, m_type) ==
		      offsetof(struct kapi_msg, link));
	static_assert(offsetof(struct msg_msg, security) - offsetof(struct msg_msg, m_type) ==
		      offsetof(struct kapi_msg, note));
	static_assert(sizeof(struct msg_msg) - offsetof(struct msg_msg, m_type) ==
		      sizeof(struct kapi_msg));
	return (void *)message - offsetof(struct msg_msg, m_type);
}

KAPI_SHIM int host_security_queue_send(struct kapi_ipc_perm *perm, struct kapi_msg *message,
				       int flags)
{
	return VERDICT_OF(security_msg_queue_msgsnd, PERM(perm), whole_message(message), flags);
}

KAPI_SHIM int host_security_queue_receive(struct kapi_ipc_perm *perm, struct kapi_msg *message,
					  struct kapi_task *target, long wanted, int rule)
{
	return VERDICT_OF(security_msg_queue_msgrcv, PERM(perm), whole_message(message),
			  (struct task_struct *)target, wanted, rule);
}

KAPI_SHIM int host_security_message_alloc(struct kapi_msg *message)
{
	return VERDICT_OF(security_msg_msg_alloc, whole_message(message));
}

KAPI_SHIM void host_security_message_free(struct kapi_msg *message)
{
	NOTICE_TO(security_msg_msg_free, whole_message(message));
}

KAPI_SHIM int host_security_set_alloc(struct kapi_ipc_perm *perm)
{
	return VERDICT_OF(security_sem_alloc, PERM(perm));
}

KAPI_SHIM void host_security_set_free(struct kapi_ipc_perm *perm)
{
	NOTICE_TO(security_sem_free, PERM(perm));
}

KAPI_SHIM int host_security_set_open(struct kapi_ipc_perm *perm, int flags)
{
	return VERDICT_OF(security_sem_associate, PERM(perm), flags);
}

KAPI_SHIM int host_security_set_control(struct kapi_ipc_perm *perm, int command)
{
	return VERDICT_OF(security_sem_semctl, PERM(perm), command);
}

KAPI_SHIM int host_security_set_operate(struct kapi_ipc_perm *perm, const void *operations,
					kapi_u32 count, bool changes)
{
	return VERDICT_OF(security_sem_semop, PERM(perm), (struct sembuf *)operations, count,
			  changes);
}

KAPI_SHIM int host_security_segment_alloc(struct kapi_ipc_perm *perm)
{
	return VERDICT_OF(security_shm_alloc, PERM(perm));
}

KAPI_SHIM void host_security_segment_free(struct kapi_ipc_perm *perm)
{
	NOTICE_TO(security_shm_free, PERM(perm));
}

KAPI_SHIM int host_security_segment_open(struct kapi_ipc_perm *perm, int flags)
{
	return VERDICT_OF(security_shm_associate, PERM(perm), flags);
}

KAPI_SHIM int host_security_segment_control(struct kapi_ipc_perm *perm, int command)
{
	return VERDICT_OF(security_shm_shmctl, PERM(perm), command);
}

KAPI_SHIM int host_security_segment_attach(struct kapi_ipc_perm *perm, unsigned long address,
					   int flags)
{
	return VERDICT_OF(security_shm_shmat, PERM(perm), (char __user *)address, flags);
}
