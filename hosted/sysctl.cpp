// SPDX-License-Identifier: GPL-2.0
/* host: numeric files below /proc/sys (contracts: include/host/sysctl.h). */
#include "sysctl.hpp"

#include "fault.hpp"
#include "machine.hpp"

#include <atomic>
#include <cctype>
#include <cerrno>
#include <host/sysctl.h>
#include <mutex>
#include <sstream>

struct kapi_sysctls {
    const kapi_sysctl* files;
    kapi_u32 count;
};

namespace hosted {

namespace {

enum Access : unsigned { Write = 2, Read = 4 };

std::mutex lock;
kapi_sysctls* registered = nullptr;

const kapi_sysctl* find(const char* name)
{
    const std::lock_guard guard { lock };
    for (kapi_u32 i = 0; registered && i < registered->count; ++i) {
        if (registered->files[i].name == std::string { name })
            return &registered->files[i];
    }
    return nullptr;
}

template <class T>
T get(T* place)
{
    return std::atomic_ref { *place }.load(std::memory_order_relaxed);
}

template <class T>
void set(T* place, T value)
{
    std::atomic_ref { *place }.store(value, std::memory_order_relaxed);
}

int store_word(unsigned long* word, const std::string& text)
{
    std::istringstream stream { text };
    unsigned long value = 0;
    if (!(stream >> value))
        return -EINVAL;
    set(word, value);
    return 0;
}

int store_integers(const kapi_sysctl& file, int* values, const std::string& text)
{
    int wanted[KAPI_SYSCTL_MOST_VALUES];
    for (kapi_u32 i = 0; i < file.count; ++i)
        wanted[i] = get(&values[i]);
    std::istringstream stream { text };
    int status = 0;
    bool is_any = false;
    for (kapi_u32 i = 0; i < file.count && status == 0; ++i) {
        long value = 0;
        if (!(stream >> value)) {
            status = stream.eof() && is_any ? 0 : -EINVAL;
            break;
        }
        is_any = true;
        const bool is_bounded = file.least != 0 || file.most != 0;
        if ((is_bounded && (value < file.least || value > file.most))
            || value != static_cast<int>(value))
            status = -EINVAL;
        else
            wanted[i] = static_cast<int>(value);
    }
    if (file.store)
        return file.store(values, wanted, status);
    for (kapi_u32 i = 0; i < file.count; ++i)
        set(&values[i], wanted[i]);
    return status;
}

} // namespace

std::string read_limit(const char* name) noexcept
{
    int error = 0;
    const kapi_sysctl* file = find(name);
    if (!file || !(file->access() & Read))
        return {};
    void* values = file->find(&error);
    if (!values)
        return {};
    if (file->is_word)
        return std::to_string(get(static_cast<unsigned long*>(values))) + "\n";
    std::string text;
    for (kapi_u32 i = 0; i < file->count; ++i) {
        text += i > 0 ? "\t" : "";
        text += std::to_string(get(static_cast<int*>(values) + i));
    }
    return text + "\n";
}

int write_limit(const char* name, const std::string& text) noexcept
{
    int error = 0;
    const kapi_sysctl* file = find(name);
    if (!file)
        return -ENOENT;
    if (!(file->access() & Write))
        return -EACCES;
    void* values = file->find(&error);
    if (!values)
        return error;
    return file->is_word ? store_word(static_cast<unsigned long*>(values), text)
                         : store_integers(*file, static_cast<int*>(values), text);
}

} // namespace hosted

using namespace hosted;

kapi_sysctls* host_sysctls_start(const char*, const kapi_sysctl* files, kapi_u32 count)
{
    if (is_allocation_to_fail())
        return nullptr;
    const std::lock_guard guard { lock };
    if (registered)
        return nullptr;
    registered = new kapi_sysctls { files, count };
    return registered;
}

bool host_sysctls_stop(kapi_sysctls* sysctls)
{
    const std::lock_guard guard { lock };
    if (sysctls)
        registered = nullptr;
    delete sysctls;
    return true;
}
