// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU that counts how often each instruction ran while the benchmark was counting.
 * The argument out=FILE names the output file: lines of address and number.
 *
 * The benchmark marks where counting starts and stops by two no-ops that nothing else contains.
 * Every instruction is always counted, which is cheaper than checking whether it should be: when
 * counting starts, the counts are reset.
 */
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

// The declarations that are used from qemu-plugin.h, which Debian does not package.
extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
using qemu_plugin_id_t = std::uint64_t;
constexpr int kInlineAdd = 0;
constexpr int kNoRegisters = 0;
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
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
const void* qemu_plugin_insn_data(const qemu_plugin_insn*);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn*);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
}

namespace {

struct Counter {
    std::uint64_t running = 0;
    std::uint64_t counted = 0;
};

// Writes itself down when QEMU exits.
struct Profile {
    ~Profile()
    {
        std::FILE* file = std::fopen(output.c_str(), "w");
        if (!file)
            return;
        for (const auto& [address, counter] : counters) {
            if (counter.counted)
                std::fprintf(file, "%016lx %lu\n", address, counter.counted);
        }
        std::fclose(file);
    }

    std::unordered_map<std::uint64_t, Counter> counters; // by address; its elements never move
    std::string output;
};
Profile profile;

void start(unsigned, void*)
{
    for (auto& [address, counter] : profile.counters)
        counter.running = 0;
}

void stop(unsigned, void*)
{
    for (auto& [address, counter] : profile.counters)
        counter.counted += counter.running;
}

// nopl 0x5359535x(%rax), see bench.hpp
bool is_marker(qemu_plugin_insn* instruction, char last)
{
    const char code[] = { '\x0f', '\x1f', '\x80', last, 'S', 'Y', 'S' };
    return qemu_plugin_insn_size(instruction) == sizeof(code)
        && std::memcmp(qemu_plugin_insn_data(instruction), code, sizeof(code)) == 0;
}

void translate(qemu_plugin_id_t, qemu_plugin_tb* block)
{
    const std::size_t length = qemu_plugin_tb_n_insns(block);
    for (std::size_t i = 0; i < length; ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        if (is_marker(instruction, 'V'))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, start, kNoRegisters, nullptr);
        else if (is_marker(instruction, 'W'))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, stop, kNoRegisters, nullptr);
        Counter& counter = profile.counters[qemu_plugin_insn_vaddr(instruction)];
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, kInlineAdd, &counter.running, 1);
    }
}

} // namespace

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*, int count, char** arguments)
{
    constexpr std::string_view kOut = "out=";
    if (count != 1 || !std::string_view { arguments[0] }.starts_with(kOut))
        return 1;
    profile.output = arguments[0] + kOut.size();
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
