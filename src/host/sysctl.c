// SPDX-License-Identifier: GPL-2.0
/*
 * host: numeric files below /proc/sys (contracts: include/host/sysctl.h).
 *
 * The kernel counts a group of files as used while a task reads, writes or lists one of them.  A user-memory
 * copy may block indefinitely meanwhile (FUSE, userfaultfd), and unregistering the group waits for the count.
 * So callbacks that the kernel makes before such a copy detect each user and pin the module until a work item
 * reads a count of 0.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include "../kapi/shim.h"
#include "../kapi/unlisted.h"
#include <host/sysctl.h>

#define LONGEST_NAME 16

struct kapi_sysctls {
	struct ctl_table_header *header;
	struct ctl_table_root *kernels_root; /* this and the next: original values of the header */
	struct ctl_table_set *kernels_set;
	struct ctl_table_set set;
	atomic_t is_pinned; /* a reference to the module is held, which the work below drops */
	struct delayed_work unpin;
	unsigned long delay; /* until its next check */
	struct completion nobody_waits; /* its address in the header marks a closed group */
	char (*names)[LONGEST_NAME];
	struct ctl_table tables[]; /* one per file, and an empty one */
};

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define HANDLER_TABLE struct ctl_table
#else
#define HANDLER_TABLE const struct ctl_table
#endif

/*
 * A write applies to the writer's namespace, but permission was checked for the opener.  True if they are
 * in different user namespaces: the write is refused.
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
	status = UNLISTED(proc_doulongvec_minmax)(&copy, write, buffer, size, position);
	if (write && !status)
		WRITE_ONCE(*place, word);
	return status;
}

/* The kernel parses into a copy, so that @store can check a write as a whole. */
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
	status = UNLISTED(proc_dointvec_minmax)(&copy, write, buffer, size, position);
	if (!write)
		return status;
	if (file->store)
		return file->store(places, values, status);
	for (i = 0; i < file->count && !status; i++)
		WRITE_ONCE(places[i], values[i]);
	return status;
}

static struct kapi_sysctls *sysctls_of(const struct ctl_table_header *header)
{
	return container_of(header->ctl_table, struct kapi_sysctls, tables[0]);
}

/* Hides the files and blocks new users; does not wait for tasks inside. */
static void close_group(struct kapi_sysctls *sysctls)
{
	WRITE_ONCE(sysctls->header->unregistering, &sysctls->nobody_waits);
}

/*
 * BARRIER used: a user of the files is counted, then reads is_pinned (pin); the work clears
 * is_pinned, then reads the count (unpin).  One of the two sees the other.  False: the module is
 * being unloaded.
 */
static bool pin(struct kapi_sysctls *sysctls)
{
	if (!try_module_get(THIS_MODULE)) {
		close_group(sysctls);
		return false;
	}
	if (atomic_xchg(&sysctls->is_pinned, 1))
		module_put(THIS_MODULE);
	else
		schedule_delayed_work(&sysctls->unpin, 0);
	return true;
}

static void unpin(struct work_struct *work)
{
	struct kapi_sysctls *sysctls =
		container_of(to_delayed_work(work), struct kapi_sysctls, unpin);

	if (READ_ONCE(sysctls->header->used)) /* usually for a short time only */
		usleep_range(50, 100);
	atomic_xchg(&sysctls->is_pinned, 0);
	if (!READ_ONCE(sysctls->header->used)) {
		sysctls->delay = 1;
		module_put(THIS_MODULE);
		return;
	}
	if (atomic_xchg(&sysctls->is_pinned, 1)) /* a new user has pinned */
		module_put(THIS_MODULE);
	sysctls->delay = min(2 * sysctls->delay, HZ / 4UL);
	schedule_delayed_work(&sysctls->unpin, sysctls->delay);
}

/* Called before a file is opened, read or written. */
static int permissions(struct ctl_table_header *header, HANDLER_TABLE *table)
{
	const struct kapi_sysctl *file = table->data;
	int bits = pin(sysctls_of(header)) ? file->access() : 0;

	return bits << 6 | bits << 3 | bits;
}

/* Called before a file without an inode is listed; its owner is root by default. */
static void set_ownership(struct ctl_table_header *header, kuid_t *uid, kgid_t *gid)
{
	pin(sysctls_of(header));
}

/* Called before a file with an inode is listed; a spinlock is held. */
static int is_seen(struct ctl_table_set *set)
{
	return pin(container_of(set, struct kapi_sysctls, set));
}

/*
 * The kernel calls the root and the set named in a group's header.  No exported function can choose
 * them, but the header can be changed.
 */
static struct ctl_table_root root = {
	.permissions = permissions,
	.set_ownership = set_ownership,
};

static void ask_us(struct kapi_sysctls *sysctls)
{
	struct ctl_table_header *header = sysctls->header;

	sysctls->kernels_root = header->root;
	sysctls->kernels_set = header->set;
	sysctls->set.is_seen = is_seen;
	smp_store_release(&header->set, &sysctls->set);
	smp_store_release(&header->root, &root);
	/*
	 * BARRIER used: a user is counted, then reads the root, with no barrier in between.  Each CPU
	 * passes one during a grace period: the count then includes users that read the old root.
	 */
	synchronize_rcu();
	if (READ_ONCE(header->used))
		pin(sysctls);
}

struct kapi_sysctls *host_sysctls_start(const char *directory, const struct kapi_sysctl *files,
					kapi_u32 count)
{
	struct kapi_sysctls *sysctls;
	kapi_u32 i;

	sysctls = kzalloc(struct_size(sysctls, tables, count + 1) + count * sizeof(*sysctls->names),
			  GFP_KERNEL);
	if (!sysctls)
		return NULL;
	sysctls->names = (void *)&sysctls->tables[count + 1];
	INIT_DELAYED_WORK(&sysctls->unpin, unpin);
	sysctls->delay = 1;
	init_completion(&sysctls->nobody_waits);
	for (i = 0; i < count; i++) {
		strscpy(sysctls->names[i], files[i].name, LONGEST_NAME);
		sysctls->tables[i] = (struct ctl_table){
			.procname = sysctls->names[i],
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
	ask_us(sysctls);
	return sysctls;
}

/*
 * No detected user is inside, as the module is not pinned.  But a task that starts to list the directory
 * during unloading cannot be refused.  If it does not leave, the group remains, closed: nothing in it
 * refers to the module.
 */
bool host_sysctls_stop(struct kapi_sysctls *sysctls)
{
	const int patience_ms = 1000, poll_ms = 10;
	int waited_ms;

	if (!sysctls)
		return true;
	close_group(sysctls);
	WRITE_ONCE(sysctls->header->root, sysctls->kernels_root);
	WRITE_ONCE(sysctls->header->set, sysctls->kernels_set);
	/*
	 * Afterwards any task that did not see the group closed is counted: it holds a spinlock in between.
	 */
	synchronize_rcu();
	cancel_delayed_work_sync(&sysctls->unpin);
	if (atomic_xchg(&sysctls->is_pinned, 0)) /* loading has failed */
		module_put(THIS_MODULE);
	for (waited_ms = 0; READ_ONCE(sysctls->header->used) && waited_ms < patience_ms;
	     waited_ms += poll_ms)
		msleep(poll_ms);
	cancel_delayed_work_sync(
		&sysctls->unpin); /* scheduled by a task that was counted but not pinned yet */
	if (READ_ONCE(sysctls->header->used)) {
		WAIT_FOR_RCU_TASKS(); /* for tasks in a callback */
		return false;
	}
	unregister_sysctl_table(sysctls->header);
	kfree(sysctls);
	return true;
}
