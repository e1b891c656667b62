// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU that counts how often each instruction ran while the benchmark was counting.
 * The argument out=FILE names the output file: lines of address and number.
 *
 * The benchmark marks where counting starts and stops by two no-ops that nothing else contains.
 * Every instruction is always counted, which is cheaper than checking whether it should be: when
 * counting starts, the counts are reset.
 */
#include "bench/qemu_plugin.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>

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
    const char* output = output_file(count, arguments);
    if (!output)
        return 1;
    profile.output = output;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
