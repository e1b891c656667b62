// SPDX-License-Identifier: GPL-2.0
/* Semaphore calls in few words. */
#pragma once

#include "test.hpp"

#include <sys/ipc.h>
#include <sys/sem.h>
#include <vector>

namespace hosted::calls {

constexpr int kCount = 4;

inline int make(Process& self, int count = kCount)
{
    return static_cast<int>(self.semget(IPC_PRIVATE, count, IPC_CREAT | 0600));
}

inline long operate(Process& self, int id, std::vector<sembuf> operations)
{
    return self.semop(id, operations.data(), static_cast<unsigned>(operations.size()));
}

inline long argument(const void* pointer)
{
    return reinterpret_cast<long>(pointer);
}

inline long control(Process& self, int id, int number, int command, long given = 0)
{
    return self.semctl(id, number, command, static_cast<unsigned long>(given));
}

} // namespace hosted::calls
