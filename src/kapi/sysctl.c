// SPDX-License-Identifier: GPL-2.0
/* kapi: files of numbers below /proc/sys (contracts: include/kapi/sysctl.h). */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/version.h>

#include "shim.h"
#include <kapi/sysctl.h>

struct kapi_sysctls {
	struct ctl_table_header *header;
	struct ctl_table tables[]; /* one for each file, and an empty one */
};

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define HANDLER_TABLE struct ctl_table
#else
#define HANDLER_TABLE const struct ctl_table
#endif

/*
 * A file is written for whoever holds it, in its own namespace: not one that was opened by another user
 * namespace, whose rights it would not have.
 */
static bool is_passed_on(int write, loff_t *position)
{
	const struct kiocb *access = container_of(position, struct kiocb, ki_pos);

	return write && access->ki_filp->f_cred->user_ns != current_user_ns();
}

static int handle_word(HANDLER_TABLE *table, int write, void *buffer, size_t *size,
		       loff_t *position)
{
	const struct kapi_sysctl *file = table->data;
	struct ctl_table copy = *table;
	unsigned long *place, word;
	int status;

	if (is_passed_on(write, position))
		return -EPERM;
	place = file->find(&status);
	if (!place)
		return status;
	word = READ_ONCE(*place);
	copy.data = &word;
	status = proc_doulongvec_minmax(&copy, write, buffer, size, position);
	if (write && !status)
		WRITE_ONCE(*place, word);
	return status;
}

/* The kernel works on a copy, so that a write can be judged as a whole. */
static int handle(HANDLER_TABLE *table, int write, void *buffer, size_t *size, loff_t *position)
{
	const struct kapi_sysctl *file = table->data;
	int *places, values[KAPI_SYSCTL_MOST_VALUES];
	struct ctl_table copy = *table;
	int status;
	kapi_u32 i;

	if (is_passed_on(write, position))
		return -EPERM;
	places = file->find(&status);
	if (!places)
		return status;
	for (i = 0; i < file->count; i++)
		values[i] = READ_ONCE(places[i]);
	copy.data = values;
	if (file->least || file->most) {
		copy.extra1 = (void *)&file->least;
		copy.extra2 = (void *)&file->most;
	}
	status = proc_dointvec_minmax(&copy, write, buffer, size, position);
	if (!write)
		return status;
	if (file->store)
		return file->store(places, values, status);
	for (i = 0; i < file->count && !status; i++)
		WRITE_ONCE(places[i], values[i]);
	return status;
}

static int permissions(struct ctl_table_header *header, HANDLER_TABLE *table)
{
	const struct kapi_sysctl *file = table->data;
	int bits = file->access();

	return bits << 6 | bits << 3 | bits;
}

/*
 * The tree asks the root that a group of files names who may do what.  Which root that is can be chosen
 * by nothing exported, but is written in the header of the group.
 */
static struct ctl_table_root root = { .permissions = permissions };

struct kapi_sysctls *kapi_sysctls_start(const char *directory, const struct kapi_sysctl *files,
					kapi_u32 count)
{
	struct kapi_sysctls *sysctls;
	kapi_u32 i;

	sysctls = kzalloc(struct_size(sysctls, tables, count + 1), GFP_KERNEL);
	if (!sysctls)
		return NULL;
	for (i = 0; i < count; i++) {
		sysctls->tables[i] = (struct ctl_table){
			.procname = files[i].name,
			.data = (void *)&files[i],
			.maxlen = files[i].is_word ? sizeof(long) : files[i].count * sizeof(int),
			.mode = files[i].mode,
			.proc_handler = files[i].is_word ? handle_word : handle,
		};
	}
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	sysctls->header = register_sysctl(directory, sysctls->tables);
#else
	sysctls->header = register_sysctl_sz(directory, sysctls->tables, count);
#endif
	if (!sysctls->header) {
		kfree(sysctls);
		return NULL;
	}
	WRITE_ONCE(sysctls->header->root, &root);
	return sysctls;
}

void kapi_sysctls_stop(struct kapi_sysctls *sysctls)
{
	if (!sysctls)
		return;
	unregister_sysctl_table(sysctls->header);
	kfree(sysctls);
}
