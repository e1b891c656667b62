// SPDX-License-Identifier: GPL-2.0
/* host: sum of a per-CPU counter (contracts: include/host/percpu.h). */
#include <linux/percpu.h>

#include <host/percpu.h>

long host_percpu_long_sum(const long *counter)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) sum +=
		READ_ONCE(*per_cpu_ptr((long __percpu *)(unsigned long)counter, cpu));
	return sum;
}
