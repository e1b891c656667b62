/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host: KUnit, threads, credentials and files for the in-kernel suites.  Part of sysvipc_kunit.ko only,
 * never of sysvipc.ko.  Kernel source: <kunit/test.h>, <linux/kthread.h>, <linux/cred.h>,
 * <linux/fs.h>.
 */
#ifndef SYSVIPC_HOST_KUNIT_H
#define SYSVIPC_HOST_KUNIT_H

#include <kapi/types.h>

KAPI_BEGIN

struct kapi_kunit;

/*
 * Both record a failure and continue: KUnit's assertions would end the thread without running
 * destructors.  They return true if the expectation held.  Only the test case's own thread may call
 * them.
 */
bool host_kunit_expect(struct kapi_kunit *test, bool holds, const char *text, const char *file,
		       int line);
bool host_kunit_expect_equal(struct kapi_kunit *test, kapi_s64 left, kapi_s64 right,
			     const char *text, const char *file, int line);

/* Returns @count, or less with KASAN, so that a case ends long before KUnit's time limit. */
kapi_u32 host_kunit_affordable(kapi_u32 count);

/* Starts a thread that calls @run(@data) once, on @cpu if that is online.  NULL: failed. */
struct kapi_kunit_thread;
struct kapi_kunit_thread *host_kunit_thread_start(void (*run)(void *data), void *data,
						  kapi_u32 cpu);
void host_kunit_thread_join(struct kapi_kunit_thread *thread);
/* For a loop that waits for another CPU. */
void host_kunit_cpu_relax(void);
/* Sends the thread a signal; kernel threads see only the signals they allow. */
void host_kunit_thread_signal(struct kapi_kunit_thread *thread);
void host_kunit_signals_allow(void);
void host_kunit_signals_drop(void);

/* New credentials for the current thread; pass the result of assume to restore. */
struct kapi_kunit_identity {
	kapi_u32 uid;
	kapi_u32 gid;
	kapi_u32 supplementary_gid;
	int capability; /* the only one; KAPI_KUNIT_NO_CAPABILITY: none */
};
#define KAPI_KUNIT_NO_CAPABILITY (-1)
struct kapi_kunit_cred;
struct kapi_kunit_cred *
host_kunit_cred_assume(const struct kapi_kunit_identity *identity); /* NULL: no memory */
void host_kunit_cred_restore(struct kapi_kunit_cred *before);

/*
 * A seq_file in /proc, read from the kernel (its read() serves programs only). open: NULL on
 * failure.  read: bytes read, or -errno.
 */
struct kapi_kunit_file;
struct kapi_kunit_file *host_kunit_file_open(const char *path);
kapi_s64 host_kunit_file_read(struct kapi_kunit_file *file, void *to, kapi_size size,
			      kapi_s64 *offset);
void host_kunit_file_close(struct kapi_kunit_file *file); /* returns after the file is released */

/*
 * Probes the file at @path as if segments were of its kind; 0 or -errno.  Precondition: such files
 * cannot be mapped, as kernel threads have no address space.
 */
int host_kunit_segment_probe(const char *path);

/* Whether @memory is of vmalloc(). */
bool host_kunit_is_vmalloc(const void *memory);

/* Whether this kernel has ftrace direct calls. */
bool host_kunit_has_direct_calls(void);
/* True if a kprobe at a function's entry is a user of ftrace, of which a function can have only one. */
bool host_kunit_probes_use_ftrace(void);

/* pins: this module's reference count.  flush: waits until files closed by kernel threads are released. */
int host_kunit_module_pins(void);
void host_kunit_files_flush(void);

/* Implemented by the C++ side (kunit/), called around each suite; 0 or -errno. */
int sysvipc_kunit_suite_start(void) KAPI_NOEXCEPT;
void sysvipc_kunit_suite_stop(void) KAPI_NOEXCEPT;

KAPI_END

#endif
