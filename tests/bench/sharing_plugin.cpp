// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU that finds the cache lines of the kernel that two CPUs both write while they make the same calls.
 * The argument out=FILE names the output file: for each counted section a line
 *
 *   section LINES STORES ACCESSES      sums over all calls of one CPU, the mean of both
 *
 * LINES: how many shared lines a call writes; STORES and ACCESSES: how often they are written, and used, in it.
 * Before it come the shared lines: address, share of the calls of each CPU that write it, and an instruction
 * of each CPU that does.
 *
 * A line counts as shared if each CPU writes it in at least one call of twenty: this excludes interrupt handlers.
 */
#include "bench/qemu_plugin.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <unordered_map>

namespace {

constexpr unsigned kCpus = 2;
constexpr double kLeastShare = 0.05;
constexpr std::uint64_t kKernel = std::uint64_t { 1 } << 63;
constexpr unsigned kLineBits = 6;

struct Use {
    std::uint64_t last_call = 0;
    std::uint64_t calls = 0; // that write it
    std::uint64_t stores = 0;
    std::uint64_t accesses = 0;
    std::uint64_t writer = 0; // an instruction
};
using Line = std::array<Use, kCpus>;

// A section ends when the second CPU has made the counted calls: the CPUs need not make them at the same time.
enum class State { Before, Counts, After };
struct Cpu {
    State state = State::Before;
    std::uint64_t calls = 0;
};
std::array<Cpu, kCpus> cpus;
std::unordered_map<std::uint64_t, Line> lines;
std::FILE* output;

void report()
{
    double written = 0;
    double stores = 0;
    double accesses = 0;
    for (const auto& [address, line] : lines) {
        std::array<double, kCpus> share {};
        for (unsigned cpu = 0; cpu < kCpus; ++cpu)
            share[cpu] =
                static_cast<double>(line[cpu].calls) / static_cast<double>(cpus[cpu].calls);
        if (share[0] < kLeastShare || share[1] < kLeastShare)
            continue;
        std::fprintf(output, "%016lx %.2f %.2f %016lx %016lx\n", address << kLineBits, share[0],
                     share[1], line[0].writer, line[1].writer);
        for (const Use& use : line) {
            written += static_cast<double>(use.calls) / kCpus;
            stores += static_cast<double>(use.stores) / kCpus;
            accesses += static_cast<double>(use.accesses) / kCpus;
        }
    }
    std::fprintf(output, "section %.0f %.0f %.0f\n", written, stores, accesses);
    std::fflush(output);
}

bool are_all(State state)
{
    return std::ranges::all_of(cpus, [=](const Cpu& cpu) { return cpu.state == state; });
}

void start(unsigned cpu, void*)
{
    if (are_all(State::Before))
        lines.clear();
    cpus.at(cpu) = { State::Counts, 0 };
}

void begin_call(unsigned cpu, void*)
{
    ++cpus.at(cpu).calls;
}

void stop(unsigned cpu, void*)
{
    cpus.at(cpu).state = State::After;
    if (!are_all(State::After))
        return;
    report();
    for (Cpu& each : cpus)
        each.state = State::Before;
}

void use_memory(unsigned cpu, std::uint32_t access, std::uint64_t address, void* instruction)
{
    if (!(address & kKernel) || cpus[cpu].state != State::Counts)
        return;
    Use& use = lines[address >> kLineBits][cpu];
    ++use.accesses;
    if (!qemu_plugin_mem_is_store(access))
        return;
    ++use.stores;
    use.writer = reinterpret_cast<std::uint64_t>(instruction);
    use.calls += use.last_call != cpus[cpu].calls;
    use.last_call = cpus[cpu].calls;
}

void translate(qemu_plugin_id_t, qemu_plugin_tb* block)
{
    const std::size_t length = qemu_plugin_tb_n_insns(block);
    for (std::size_t i = 0; i < length; ++i) {
        qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, i);
        const std::uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (is_marker(instruction, 'V'))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, start, kNoRegisters, nullptr);
        else if (is_marker(instruction, 'W'))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, stop, kNoRegisters, nullptr);
        else if (is_marker(instruction, 'X'))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin_call, kNoRegisters, nullptr);
        else if (address & kKernel)
            qemu_plugin_register_vcpu_mem_cb(instruction, use_memory, kNoRegisters, kLoadsAndStores,
                                             reinterpret_cast<void*>(address));
    }
}

} // namespace

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*, int count, char** arguments)
{
    const char* file = output_file(count, arguments);
    if (!file || !(output = std::fopen(file, "w")))
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
