// SPDX-License-Identifier: GPL-2.0
/*
 * host: makes sysvipc_kunit.ko a set of KUnit suites (contracts: include/host/kunit.h).
 *
 * kunit/suites.def lists suites and cases; the cases themselves are C++.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "segment_file.h"
#include <host/kunit.h>
#include <kapi/module.h>

/* --- suites */

/* KUnit names a case after its function; ours are sentences. */
#define SUITE(area, cases) cases
#define CASE(sentence)                                                                             \
	void sysvipc_case_##sentence(struct kapi_kunit *test);                                     \
	static void sentence(struct kunit *test)                                                   \
	{                                                                                          \
		sysvipc_case_##sentence((struct kapi_kunit *)test);                                \
	}
#include "../../kunit/suites.def"
#undef CASE
#undef SUITE

/* Destroying the memory caches at the end of a suite reveals its leaks. */
static int suite_init(struct kunit_suite *suite)
{
	return sysvipc_kunit_suite_start();
}

static void suite_exit(struct kunit_suite *suite)
{
	sysvipc_kunit_suite_stop();
}

#define CASE(sentence) KUNIT_CASE(sentence),
#define SUITE(area, cases)                                                                         \
	static struct kunit_case area##_cases[] = { cases{} };                                     \
	static struct kunit_suite area##_suite = {                                                 \
		.name = "sysvipc_" #area,                                                          \
		.suite_init = suite_init,                                                          \
		.suite_exit = suite_exit,                                                          \
		.test_cases = area##_cases,                                                        \
	};                                                                                         \
	kunit_test_suite(area##_suite);
#include "../../kunit/suites.def"
#undef CASE
#undef SUITE

/* --- expectations */

bool host_kunit_expect(struct kapi_kunit *handle, bool holds, const char *text, const char *file,
		       int line)
{
	struct kunit *test = (struct kunit *)handle;

	if (!holds) {
		kunit_err(test, "EXPECTATION FAILED at %s:%d: %s\n", file, line, text);
		kunit_set_failure(test);
	}
	return holds;
}

bool host_kunit_expect_equal(struct kapi_kunit *handle, kapi_s64 left, kapi_s64 right,
			     const char *text, const char *file, int line)
{
	struct kunit *test = (struct kunit *)handle;

	if (left != right) {
		kunit_err(test, "EXPECTATION FAILED at %s:%d: %s: %lld, %lld\n", file, line, text,
			  left, right);
		kunit_set_failure(test);
	}
	return left == right;
}

kapi_u32 host_kunit_affordable(kapi_u32 count)
{
	return IS_ENABLED(CONFIG_KASAN) ? count / 8 : count;
}

/* --- threads */

struct kapi_kunit_thread {
	struct task_struct *task;
	struct completion done;
	void (*run)(void *data);
	void *data;
};

static int thread_main(void *data)
{
	struct kapi_kunit_thread *thread = data;

	thread->run(thread->data);
	complete(&thread->done);
	return 0;
}

struct kapi_kunit_thread *host_kunit_thread_start(void (*run)(void *data), void *data, kapi_u32 cpu)
{
	struct kapi_kunit_thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);

	if (!thread)
		return NULL;
	thread->run = run;
	thread->data = data;
	init_completion(&thread->done);
	thread->task = kthread_create(thread_main, thread, "sysvipc_kunit/%u", cpu);
	if (IS_ERR(thread->task)) {
		kfree(thread);
		return NULL;
	}
	get_task_struct(thread->task);
	if (cpu_online(cpu))
		kthread_bind(thread->task, cpu);
	wake_up_process(thread->task);
	return thread;
}

void host_kunit_thread_join(struct kapi_kunit_thread *thread)
{
	/* kthread_stop() alone prevents a thread that has not started from running. */
	wait_for_completion(&thread->done);
	kthread_stop(thread->task);
	put_task_struct(thread->task);
	kfree(thread);
}

void host_kunit_cpu_relax(void)
{
	cpu_relax();
}

void host_kunit_thread_signal(struct kapi_kunit_thread *thread)
{
	send_sig(SIGUSR1, thread->task, 1);
}

void host_kunit_signals_allow(void)
{
	allow_signal(SIGUSR1);
}

void host_kunit_signals_drop(void)
{
	flush_signals(current);
	disallow_signal(SIGUSR1);
}

/* --- credentials */

struct kapi_kunit_cred *host_kunit_cred_assume(const struct kapi_kunit_identity *identity)
{
	struct group_info *groups = groups_alloc(1);
	struct cred *cred = prepare_creds();
	const struct cred *before = NULL;

	if (groups && cred) {
		groups->gid[0] = KGIDT_INIT(identity->supplementary_gid);
		set_groups(cred, groups);
		cred->uid = cred->euid = cred->suid = cred->fsuid = KUIDT_INIT(identity->uid);
		cred->gid = cred->egid = cred->sgid = cred->fsgid = KGIDT_INIT(identity->gid);
		cap_clear(cred->cap_permitted);
		cap_clear(cred->cap_effective);
		if (identity->capability != KAPI_KUNIT_NO_CAPABILITY) {
			cap_raise(cred->cap_permitted, identity->capability);
			cap_raise(cred->cap_effective, identity->capability);
		}
		before = override_creds(cred);
	} else if (cred) {
		put_cred(cred);
	}
	if (groups)
		put_group_info(groups);
	return (struct kapi_kunit_cred *)before;
}

/* Since 6.14 override_creds() takes no reference: we keep ours until here. */
void host_kunit_cred_restore(struct kapi_kunit_cred *before)
{
	const struct cred *assumed = current_cred();

	revert_creds((const struct cred *)before);
	put_cred(assumed);
}

bool host_kunit_is_vmalloc(const void *memory)
{
	return is_vmalloc_addr(memory);
}

bool host_kunit_has_direct_calls(void)
{
	return IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS);
}

bool host_kunit_probes_use_ftrace(void)
{
	return IS_ENABLED(CONFIG_KPROBES_ON_FTRACE);
}

int host_kunit_module_pins(void)
{
	return kapi_module_references();
}

void host_kunit_files_flush(void)
{
	flush_delayed_fput();
}

/* --- files */

/* In the first process's file tree: in 7.3, that of kernel threads, which run the suites, is empty. */
static struct file *open_in_tree(const char *path)
{
	struct task_struct *first;
	struct path root;
	struct file *file;

	rcu_read_lock();
	first = get_pid_task(find_vpid(1), PIDTYPE_PID);
	rcu_read_unlock();
	if (!first)
		return ERR_PTR(-ESRCH);
	task_lock(first);
	get_fs_root(first->fs, &root);
	task_unlock(first);
	file = file_open_root(&root, path, O_RDONLY, 0);
	path_put(&root);
	put_task_struct(first);
	return file;
}

int host_kunit_segment_probe(const char *path)
{
	struct watched_operations watched = {};
	struct file *file = open_in_tree(path);
	int error;

	if (IS_ERR(file))
		return PTR_ERR(file);
	error = borrow_mapping(file, PAGE_SIZE, false, &watched);
	filp_close(file, NULL);
	flush_delayed_fput();
	return error ?: watched.files ? 0 : -EINVAL;
}

struct kapi_kunit_file *host_kunit_file_open(const char *path)
{
	struct file *file = open_in_tree(path);

	return IS_ERR(file) ? NULL : (struct kapi_kunit_file *)file;
}

kapi_s64 host_kunit_file_read(struct kapi_kunit_file *file, void *to, kapi_size size,
			      kapi_s64 *offset)
{
	struct kvec vector = { .iov_base = to, .iov_len = size };
	struct iov_iter iterator;
	struct kiocb call;
	kapi_s64 count;

	init_sync_kiocb(&call, (struct file *)file);
	call.ki_pos = *offset;
	iov_iter_kvec(&iterator, ITER_DEST, &vector, 1, size);
	count = seq_read_iter(&call, &iterator);
	*offset = call.ki_pos;
	return count;
}

void host_kunit_file_close(struct kapi_kunit_file *file)
{
	/* A work item releases a file put by a kernel thread; flush_delayed_fput() runs it now. */
	filp_close((struct file *)file, NULL);
	flush_delayed_fput();
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of sysvipc");
MODULE_VERSION(SYSVIPC_VERSION);
