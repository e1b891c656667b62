// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark: the first and only process of a guest that scripts/bench starts.  It prints
 *
 *   ours CALL             a system call that the module provides
 *   bench NAME COUNT FLOOR MARGIN UNITS CALL
 *                         instructions, and how many of them are not the call's own
 *   absent NAME           the kernel does not have the call
 *   failed NAME REASON
 *   done
 *
 * Environment variables (words of the kernel's command line): only=PREFIX selects cases;
 * exactly=NAME runs that case alone and sends the kernel's symbols to port 0xe9; events=on switches
 * all trace events of the module on.
 */
#include "bench/bench.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::array kCalls { "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop",
                              "semctl", "shmget", "shmat",  "shmdt",  "shmctl" };

double median(std::vector<unsigned long>& values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return static_cast<double>(*middle);
}

// How much of a long time is left when the kernel's clock has taken its share.
double time_without_ticks()
{
    static const double share = [] {
        std::vector<unsigned long> rounds;
        for (int round = 0; round < 9; ++round) {
            const unsigned long start = instructions();
            wait_busily(kTenTicks);
            rounds.push_back(instructions() - start);
        }
        return static_cast<double>(kTenTicks) / median(rounds);
    }();
    return share;
}

// Reads a file once, and gives the number of system calls that took.
long read_all(const char* path)
{
    static std::array<char, 1 << 16> buffer;
    const long fd = call(SYS_open, path, O_RDONLY);
    if (fd < 0)
        return fd;
    long calls = 2;
    long length;
    do {
        length = call(SYS_read, fd, buffer.data(), buffer.size());
        ++calls;
    } while (length > 0);
    call(SYS_close, fd);
    return length < 0 ? length : calls;
}

} // namespace

double Meter::cost(Plan plan, std::vector<unsigned long>& rounds)
{
    const double all = median(rounds);
    return plan.wait ? all * time_without_ticks() - static_cast<double>(plan.wait) : all;
}

void Meter::count_lines(const char* path, int lines)
{
    std::ifstream file { path };
    std::string line;
    int found = 0;
    while (std::getline(file, line))
        ++found;
    if (found < lines)
        must(-ENOSYS);
    const long calls = must(read_all(path));
    count(
        { 1, 15 }, static_cast<double>(calls), [=] { return read_all(path); }, lines);
}

namespace {

const Case kFloor { "getppid", "-", [](Meter& meter) {
                       meter.count(kAtOnce, 1, [] { return call(SYS_getppid); });
                   } };

// The module names the calls that it provides in the kernel's log.
void report_ours()
{
    constexpr int kReadAll = 3;
    std::string log(1 << 18, '\0');
    must(klogctl(kReadAll, log.data(), static_cast<int>(log.size())) < 0 ? -errno : 0);
    std::istringstream lines { log };
    std::string ours;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("] sysvipc: ") != line.npos)
            ours += line + ' ';
    }
    std::ranges::replace(ours, ',', ' ');
    for (const std::string name : kCalls) {
        if (ours.find(' ' + name + ' ') != ours.npos)
            std::printf("ours %s\n", name.c_str());
    }
}

void insert_module(const char* path)
{
    const long fd = call(SYS_open, path, O_RDONLY);
    if (fd == -ENOENT)
        return;
    // Nothing has made an object yet that would be lost.
    must(call(SYS_finit_module, must(fd), "force=1", 0));
    call(SYS_close, fd);
    report_ours();
}

// In a process of its own: the cost of a fork depends on the memory that earlier cases have used.
// Gives 0 or an errno.
int run_in_child(const Case& one, Meter& meter)
{
    std::array<int, 2> ends;
    must(call(SYS_pipe, ends.data()));
    const pid_t child = fork();
    if (child == 0) {
        try {
            one.run(meter);
            must(call(SYS_write, ends[1], &meter, sizeof(meter)));
            _exit(0);
        } catch (const std::system_error& error) {
            _exit(error.code().value());
        }
    }
    close(ends[1]);
    const long length = call(SYS_read, ends[0], &meter, sizeof(meter));
    close(ends[0]);
    int status = 0;
    must(call(SYS_wait4, child, &status, 0, nullptr));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return WEXITSTATUS(status);
    return length == sizeof(meter) ? 0 : EPROTO;
}

void run(const Case& one)
{
    static std::map<std::string, Meter> meters;
    Meter& meter = meters[one.name];
    if (const int error = run_in_child(one, meter)) {
        if (error == ENOSYS)
            std::printf("absent %s\n", one.name.c_str());
        else
            std::printf("failed %s %s\n", one.name.c_str(), strerrorname_np(error));
        return;
    }
    // getppid is the floor of each system call, another case that of all of them.
    const Meter& floor = meters[one.floor];
    double floor_cost = 0;
    if (one.floor == kFloor.name && one.name != kFloor.name)
        floor_cost = floor.per_unit * meter.calls_per_unit;
    else if (one.floor != kFloor.name)
        floor_cost = floor.per_unit;
    std::printf("bench %s %.1f %.1f %.1f %.0f %s\n", one.name.c_str(), meter.per_unit, floor_cost,
                meter.margin, meter.units_counted, one.call);
}

template <class Wanted>
void run_cases(Wanted wanted)
{
    for (const auto* cases : { &kMessageCases, &kSemaphoreCases, &kMemoryCases }) {
        for (const Case& one : *cases) {
            if (wanted(one))
                run(one);
        }
    }
}

// A line of kallsyms: address, type, name.
void send_symbols()
{
    constexpr unsigned short kDebugPort = 0xe9;
    must(iopl(3) < 0 ? -errno : 0);
    std::ifstream symbols { "/proc/kallsyms" };
    std::string line;
    while (std::getline(symbols, line)) {
        if (std::string_view { "tTwW" }.find(line[17]) == std::string_view::npos)
            continue;
        line += '\n';
        outsb(kDebugPort, line.data(), line.size());
    }
}

// Into the kernel's buffer, which keeps the newest.
void trace_all_events()
{
    mkdir("/tracing", 0700);
    must(mount("tracefs", "/tracing", "tracefs", 0, nullptr) < 0 ? -errno : 0);
    std::ofstream enable { "/tracing/events/sysvipc/enable" };
    enable << "1" << std::flush;
    must(enable ? 0 : -EIO);
}

void run_guest()
{
    insert_module("/sysvipc.ko");
    if (std::getenv("events"))
        trace_all_events();
    time_without_ticks(); // once for all children
    if (const char* name = std::getenv("exactly")) {
        run_cases([=](const Case& one) { return one.name == name; });
        send_symbols();
    } else {
        const char* prefix = std::getenv("only");
        run(kFloor);
        run_cases([=](const Case& one) { return one.name.starts_with(prefix ? prefix : ""); });
    }
    std::puts("done");
}

} // namespace

} // namespace bench

int main()
{
    setlinebuf(stdout);
    mkdir("/proc", 0755);
    mount("proc", "/proc", "proc", 0, nullptr);
    // The kernel has finished its deferred boot work by then.  Virtual time costs nothing.
    sleep(10);
    try {
        bench::run_guest();
    } catch (const std::system_error& error) {
        std::printf("failed guest %s\n", error.code().message().c_str());
    }
    sleep(1); // until the serial line has sent it all
    reboot(RB_POWER_OFF);
}
