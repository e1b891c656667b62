// SPDX-License-Identifier: GPL-2.0
/*
 * host: /proc entries based on seq_file (contracts: include/host/file.h).
 *
 * The kernel's callbacks get the caller's table from the entry's data.  The caller's state follows a small
 * header in the memory that seq_file keeps for each open file.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../kapi/shim.h"
#include <host/file.h>

struct entry_data {
	const struct kapi_proc_file *file;
	void *data;
	struct proc_dir_entry *entry;
};

struct open_file {
	const struct kapi_proc_file *file;
	u64 state[]; /* file->state_size bytes */
};

static void *seq_start(struct seq_file *seq, loff_t *position)
{
	struct open_file *open = seq->private;

	return open->file->start((struct kapi_seq_file *)seq, open->state, position);
}

static void *seq_next(struct seq_file *seq, void *item, loff_t *position)
{
	struct open_file *open = seq->private;

	return open->file->next((struct kapi_seq_file *)seq, open->state, item, position);
}

static void seq_stop(struct seq_file *seq, void *item)
{
	struct open_file *open = seq->private;

	open->file->stop((struct kapi_seq_file *)seq, open->state, item);
}

static int seq_show(struct seq_file *seq, void *item)
{
	struct open_file *open = seq->private;

	return open->file->show((struct kapi_seq_file *)seq, open->state, item);
}

static const struct seq_operations seq_callbacks = {
	.start = seq_start,
	.next = seq_next,
	.stop = seq_stop,
	.show = seq_show,
};

static int open_as(struct inode *inode, struct file *file, const struct kapi_proc_file *proc_file,
		   void *data)
{
	struct open_file *open;
	int error;

	open = __seq_open_private(file, &seq_callbacks, sizeof(*open) + proc_file->state_size);
	if (!open)
		return -ENOMEM;
	open->file = proc_file;
	error = proc_file->open(open->state, data);
	if (error)
		seq_release_private(inode, file);
	return error;
}

static int release(struct inode *inode, struct file *file)
{
	struct open_file *open = ((struct seq_file *)file->private_data)->private;

	open->file->release(open->state);
	return seq_release_private(inode, file);
}

/* --- Entries of our own: an open file pins the module. */

static int proc_open(struct inode *inode, struct file *file)
{
	struct entry_data *entry = pde_data(inode);
	int error;

	if (!try_module_get(THIS_MODULE))
		return -ENOENT; /* the entry is about to be removed */
	error = open_as(inode, file, entry->file, entry->data);
	if (error)
		module_put(THIS_MODULE);
	return error;
}

/* Removal of the entry waits for tasks in this function. */
static int proc_release(struct inode *inode, struct file *file)
{
	release(inode, file);
	module_put(THIS_MODULE);
	return 0;
}

/* No proc_read_iter, as in ipc/util.c: splice(2) and similar calls fail. */
static const struct proc_ops proc_callbacks = {
	.proc_open = proc_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = proc_release,
};

/*
 * --- An entry of the kernel's: open() makes the file ours, so that its release needs no
 * interception, which might be missed.  The kernel has no list of the open files of such an entry
 * (PROC_ENTRY_PERMANENT).  Operations that the file lacks behave as in procfs.
 */

static ssize_t refuse_writing(struct file *file, const char __user *from, size_t size,
			      loff_t *position)
{
	return -EIO;
}

static int refuse_mapping(struct file *file, struct vm_area_struct *vma)
{
	return -EIO;
}

static __poll_t always_ready(struct file *file, struct poll_table_struct *table)
{
	return DEFAULT_POLLMASK;
}

static long no_command(struct file *file, unsigned int command, unsigned long argument)
{
	return -ENOTTY;
}

static const struct file_operations own_operations = {
	.owner = THIS_MODULE,
	.read = seq_read,
	.write = refuse_writing,
	.llseek = seq_lseek,
	.poll = always_ready,
	.unlocked_ioctl = no_command,
	.mmap = refuse_mapping,
	.release = release,
};

int host_proc_open_as(struct kapi_inode *handle, struct kapi_file *file_handle,
		      const struct kapi_proc_file *proc_file, void *data)
{
	struct inode *inode = (struct inode *)handle;
	struct file *file = (struct file *)file_handle;
	int error;

	if (!try_module_get(
		    THIS_MODULE)) /* the kernel drops this reference with own_operations.owner */
		return -ENOENT;
	error = open_as(inode, file, proc_file, data);
	if (error)
		module_put(THIS_MODULE);
	else
		replace_fops(file, &own_operations);
	return error;
}

KAPI_SHIM const char *host_file_name(struct kapi_file *file)
{
	return ((struct file *)file)->f_path.dentry->d_name.name;
}

struct kapi_proc_entry *host_proc_mkdir(const char *name)
{
	struct entry_data *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return NULL;
	entry->entry = proc_mkdir(name, NULL);
	if (!entry->entry) {
		kfree(entry);
		return NULL;
	}
	return (struct kapi_proc_entry *)entry;
}

struct kapi_proc_entry *host_proc_create(const struct kapi_proc_file *file,
					 struct kapi_proc_entry *parent, void *data)
{
	struct entry_data *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return NULL;
	entry->file = file;
	entry->data = data;
	entry->entry = proc_create_data(file->name, file->mode,
					parent ? ((struct entry_data *)parent)->entry : NULL,
					&proc_callbacks, entry);
	if (!entry->entry) {
		kfree(entry);
		return NULL;
	}
	return (struct kapi_proc_entry *)entry;
}

void host_proc_remove(struct kapi_proc_entry *handle)
{
	struct entry_data *entry = (struct entry_data *)handle;

	if (!entry)
		return;
	proc_remove(entry->entry);
	kfree(entry);
}

KAPI_SHIM void host_seq_write(struct kapi_seq_file *seq, const char *text, kapi_size size)
{
	seq_write((struct seq_file *)seq, text, size);
}

KAPI_SHIM struct kapi_user_ns *host_seq_user_ns(struct kapi_seq_file *seq)
{
	return (struct kapi_user_ns *)seq_user_ns((struct seq_file *)seq);
}

bool host_seq_reader_is_opener(struct kapi_seq_file *seq)
{
	const struct cred *opener = ((struct seq_file *)seq)->file->f_cred;
	const struct cred *reader = current_cred();

	return reader == opener ||
	       (reader->user_ns == opener->user_ns && uid_eq(reader->euid, opener->euid) &&
		gid_eq(reader->egid, opener->egid) &&
		cap_issubset(reader->cap_effective, opener->cap_effective));
}
