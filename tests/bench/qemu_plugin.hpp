// SPDX-License-Identifier: GPL-2.0
/* Shared by the QEMU plugins of this directory: declarations, and the marks of the benchmarks. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Of qemu-plugin.h, which Debian does not package.
extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
using qemu_plugin_id_t = std::uint64_t;
constexpr int kInlineAdd = 0;
constexpr int kNoRegisters = 0;
constexpr int kLoadsAndStores = 3;
[[gnu::visibility("default")]] extern const int qemu_plugin_version;
const int qemu_plugin_version = 1;
[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t, const qemu_info_t*,
                                                       int count, char** arguments);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t,
                                           void (*)(qemu_plugin_id_t, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn*, int operation,
                                                std::uint64_t* counter, std::uint64_t summand);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn*, void (*)(unsigned, void*),
                                            int registers, void*);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn*,
                                      void (*)(unsigned cpu, std::uint32_t access, std::uint64_t,
                                               void*),
                                      int registers, int which, void*);
bool qemu_plugin_mem_is_store(std::uint32_t access);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
const void* qemu_plugin_insn_data(const qemu_plugin_insn*);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn*);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
}

// nopl 0x5359535x(%rax), see bench.hpp
inline bool is_marker(qemu_plugin_insn* instruction, char last)
{
    const char code[] = { '\x0f', '\x1f', '\x80', last, 'S', 'Y', 'S' };
    return qemu_plugin_insn_size(instruction) == sizeof(code)
        && std::memcmp(qemu_plugin_insn_data(instruction), code, sizeof(code)) == 0;
}

// The one argument of a plugin, out=FILE; nullptr: it is another.
inline const char* output_file(int count, char** arguments)
{
    constexpr std::string_view kOut = "out=";
    if (count != 1 || !std::string_view { arguments[0] }.starts_with(kOut))
        return nullptr;
    return arguments[0] + kOut.size();
}
