/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kapi: what the in-kernel suites need of KUnit, threads, credentials and files.  In
 * sysvipc_kunit.ko only; nothing here reaches sysvipc.ko.  Kernel source: <kunit/test.h>,
 * <linux/kthread.h>, <linux/cred.h>, <linux/fs.h>.
 */
#ifndef SYSVIPC_KAPI_KUNIT_H
#define SYSVIPC_KAPI_KUNIT_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_kunit;

/*
 * Both record a failure and go on: KUnit's assertions end the thread without running destructors.
 * They return whether the expectation held, and belong to the thread of the test case alone.
 */
bool kapi_kunit_expect(struct kapi_kunit *test, bool holds, const char *text, const char *file,
		       int line);
bool kapi_kunit_expect_equal(struct kapi_kunit *test, kapi_s64 left, kapi_s64 right,
			     const char *text, const char *file, int line);

/* @count, or less where the kernel checks every access: a case must end long before KUnit's limit. */
kapi_u32 kapi_kunit_affordable(kapi_u32 count);

/* A thread that runs once through @run(@data), on @cpu where that CPU is online.  NULL: failed. */
struct kapi_kunit_thread;
struct kapi_kunit_thread *kapi_kunit_thread_start(void (*run)(void *data), void *data,
						  kapi_u32 cpu);
void kapi_kunit_thread_join(struct kapi_kunit_thread *thread);
/* A turn of a loop that waits for another CPU. */
void kapi_kunit_cpu_relax(void);
/* Makes a signal pending there; kernel threads see only signals they allow. */
void kapi_kunit_thread_signal(struct kapi_kunit_thread *thread);
void kapi_kunit_signals_allow(void);
void kapi_kunit_signals_drop(void);

/* Who the current thread is from now on; what it was before is handed back by restore. */
struct kapi_kunit_identity {
	kapi_u32 uid;
	kapi_u32 gid;
	kapi_u32 supplementary_gid;
	int capability; /* the only one; KAPI_KUNIT_NO_CAPABILITY: none */
};
#define KAPI_KUNIT_NO_CAPABILITY (-1)
struct kapi_kunit_cred;
struct kapi_kunit_cred *
kapi_kunit_cred_assume(const struct kapi_kunit_identity *identity); /* NULL: no memory */
void kapi_kunit_cred_restore(struct kapi_kunit_cred *before);

/* A seq_file read from the kernel.  open: NULL when it fails.  read: bytes read, or -errno. */
struct kapi_kunit_file;
struct kapi_kunit_file *kapi_kunit_file_open(const char *path);
kapi_s64 kapi_kunit_file_read(struct kapi_kunit_file *file, void *to, kapi_size size,
			      kapi_s64 *offset);
void kapi_kunit_file_close(struct kapi_kunit_file *file); /* all of it done on return */

/* Whether this kernel has ftrace direct calls. */
bool kapi_kunit_has_direct_calls(void);

/* How often this module is pinned; and what kernel threads have closed is gone on return. */
int kapi_kunit_module_pins(void);
void kapi_kunit_files_flush(void);

/* Implemented by the C++ side (kunit/), called around each suite; 0 or -errno. */
int sysvipc_kunit_suite_start(void) KAPI_NOEXCEPT;
void sysvipc_kunit_suite_stop(void) KAPI_NOEXCEPT;

KAPI_END

#endif
