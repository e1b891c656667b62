// SPDX-License-Identifier: GPL-2.0
/* Where the memory of RCU-counted objects goes (contracts: include/mem/rcu_counted.hpp). */
#include <mem/rcu_counted.hpp>

#include <base/poison.hpp>

namespace sysvipc {

static constinit kapi_workqueue* reaper = nullptr;

Result<void> start_rcu_memory() noexcept
{
    reaper = kapi_workqueue_create("sysvipc");
    if (!reaper)
        return Errno::NoMemory;
    return {};
}

void drain_rcu_memory() noexcept
{
    wait_for_rcu_memory();
    kapi_workqueue_destroy(exchange(reaper, nullptr));
}

void wait_for_rcu_memory() noexcept
{
    kapi_rcu_barrier();
    kapi_rcu_barrier(); /* for what the destructors of the first round dropped */
}

static void free_vmalloc(kapi_work* work) noexcept
{
    kapi_kvfree(work);
}

void free_rcu_memory(void* memory) noexcept
{
    if (!kapi_is_vmalloc(memory)) [[likely]]
        return kapi_kfree(memory);
    /* SAFETY: nothing lives there any more, and vmalloc memory is at least a page. */
    kapi_work_queue(reaper, construct_at<kapi_work>(memory), &free_vmalloc);
}

} // namespace sysvipc
