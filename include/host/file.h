/* SPDX-License-Identifier: GPL-2.0 */
/* host: /proc entries based on seq_file.  Kernel source: <linux/proc_fs.h>, <linux/seq_file.h>. */
#ifndef SYSVIPC_HOST_FILE_H
#define SYSVIPC_HOST_FILE_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_seq_file;
struct kapi_proc_entry;
struct kapi_user_ns;
struct kapi_inode;
struct kapi_file;

/*
 * Describes a /proc file.  open, release: called once per open file, with @state_size zeroed bytes;
 * open returns 0 or -errno.  start, next, stop, show: as in seq_operations.
 */
struct kapi_proc_file {
	const char *name;
	unsigned short mode;
	kapi_size state_size;
	int (*open)(void *state, void *data);
	void (*release)(void *state);
	void *(*start)(struct kapi_seq_file *seq, void *state, long long *position);
	void *(*next)(struct kapi_seq_file *seq, void *state, void *item, long long *position);
	void (*stop)(struct kapi_seq_file *seq, void *state, void *item);
	int (*show)(struct kapi_seq_file *seq, void *state, void *item);
};

struct kapi_proc_entry *host_proc_mkdir(const char *name); /* NULL: failed */
/*
 * @file must outlive the entry, which is complete when it becomes visible.  Without @parent its name is a
 * path below /proc, in existing directories, which need not be ours.  NULL: failed.
 */
struct kapi_proc_entry *host_proc_create(const struct kapi_proc_file *file,
					 struct kapi_proc_entry *parent, void *data);
void host_proc_remove(struct kapi_proc_entry *entry); /* waits for users inside; NULL is allowed */

/*
 * Call in the open() of a permanent entry that is not ours: makes @file a @proc_file of ours, which pins
 * the module while open.  -ENOENT: the module is being unloaded; -ENOMEM; the errors of
 * proc_file->open().  Sleeps.
 */
int host_proc_open_as(struct kapi_inode *inode, struct kapi_file *file,
		      const struct kapi_proc_file *proc_file, void *data);
const char *host_file_name(struct kapi_file *file); /* last path component; constant in /proc */

void host_seq_write(struct kapi_seq_file *seq, const char *text, kapi_size size);
struct kapi_user_ns *host_seq_user_ns(struct kapi_seq_file *seq); /* of the opener */
/*
 * True if the current task has no more rights than the file's opener: a privileged program that is passed an
 * open file must not read on the opener's behalf.
 */
bool host_seq_reader_is_opener(struct kapi_seq_file *seq);

KAPI_END

#endif
