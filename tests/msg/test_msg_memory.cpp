// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel memory per message, measured by the slabs that many messages of one size take: at most a
 * quarter more than Linux uses, which is computed from the geometry of its caches.
 */
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <set>

namespace {

constexpr int kMessages = 1120; // the last slab, filled in part, hardly counts
constexpr double kMost = 1.25; // times Linux's

// A slab cache of the kernel, as /sys/kernel/slab shows it.
class SlabCache {
public:
    explicit SlabCache(std::filesystem::path path) : path_ { std::move(path) } { }

    std::string name() const { return path_.filename(); }
    long bytes() const { return number("slabs") * (4096 << number("order")); }
    double bytes_of_object() const
    {
        return static_cast<double>(4096 << number("order"))
            / static_cast<double>(number("objs_per_slab"));
    }
    bool is_as_asked_for() const { return number("slab_size") == number("object_size"); }
    // Empty slabs are freed.
    void shrink() const { std::ofstream { path_ / "shrink" } << "1\n"; }

private:
    long number(const char* file) const // the first one
    {
        long value = -1;
        std::ifstream { path_ / file } >> value;
        REQUIRE(value >= 0);
        return value;
    }
    std::filesystem::path path_;
};

std::vector<SlabCache> caches_called(const std::string& beginning)
{
    std::vector<SlabCache> caches;
    for (const auto& entry : std::filesystem::directory_iterator { "/sys/kernel/slab" }) {
        if (entry.path().filename().string().starts_with(beginning))
            caches.emplace_back(entry.path());
    }
    return caches;
}

// Where Linux has its messages: kmalloc()ed memory that is charged to memory cgroups, or any.
SlabCache linux_cache(std::size_t bytes)
{
    for (const auto& [most, name] : { std::pair<std::size_t, const char*> { 8, "8" },
                                      { 16, "16" },
                                      { 32, "32" },
                                      { 64, "64" },
                                      { 96, "96" },
                                      { 128, "128" },
                                      { 192, "192" },
                                      { 256, "256" },
                                      { 512, "512" },
                                      { 1024, "1k" },
                                      { 2048, "2k" },
                                      { 4096, "4k" } }) {
        if (bytes > most)
            continue;
        for (const char* kind : { "kmalloc-cg-", "kmalloc-" }) {
            const auto path = std::string { "/sys/kernel/slab/" } + kind + name;
            if (std::filesystem::exists(path))
                return SlabCache { path };
        }
    }
    REQUIRE(!"a cache for every size up to a page");
    __builtin_unreachable();
}

// ipc/msgutil.c: a header of 48 bytes and the text, up to a page; the rest in pages with one of 8 bytes.
double linux_bytes(std::size_t size)
{
    const std::size_t first = std::min<std::size_t>(size, 4096 - 48);
    double bytes = linux_cache(48 + first).bytes_of_object();
    for (std::size_t left = size - first; left > 0;) {
        const std::size_t piece = std::min<std::size_t>(left, 4096 - 8);
        bytes += linux_cache(8 + piece).bytes_of_object();
        left -= piece;
    }
    return bytes;
}

// The bytes that a message uses of `caches`, which have no other user.
double measured_bytes(const std::vector<SlabCache>& caches, std::size_t size)
{
    const auto bytes_in_all = [&] {
        long bytes = 0;
        for (const auto& cache : caches) {
            cache.shrink();
            bytes += cache.bytes();
        }
        return bytes;
    };
    const Queue queue;
    REQUIRE_OK(queue.set_qbytes(1ul << 30));
    const std::string text(size, 'x');
    const long before = bytes_in_all();
    for (int i = 0; i < kMessages; ++i)
        REQUIRE_OK(queue.send(1, text));
    return static_cast<double>(bytes_in_all() - before) / kMessages;
}

// All at which the memory of either steps up, by the sizes of kmalloc and those of the module.
std::set<std::size_t> sizes_to_try()
{
    std::set<std::size_t> sizes { 0, 1, 8192 };
    const auto add = [&](std::size_t last) {
        sizes.insert(last);
        sizes.insert(last + 1);
    };
    for (const std::size_t bytes : { 64, 96, 128, 192, 256, 512, 1024, 2048, 4096 }) {
        add(bytes - 48);
        if (bytes < 4096)
            add(4048 + bytes - 8);
        else
            add(8136);
    }
    add(4032);
    add(8120);
    for (std::size_t size = 500; size < 8192; size += 500)
        sizes.insert(size);
    return sizes;
}

TEST(a_message_of_any_size_takes_little_more_than_in_linux)
{
    if (!std::filesystem::exists("/sys/kernel/slab/kmalloc-64/shrink"))
        harness::skip("the kernel does not tell of its slabs");
    if (!linux_cache(64).is_as_asked_for())
        harness::skip("the kernel's slabs have more in them than what was asked for");
    cpu_set_t one_cpu;
    CPU_ZERO(&one_cpu);
    CPU_SET(0, &one_cpu);
    REQUIRE_EQ(sched_setaffinity(0, sizeof(one_cpu), &one_cpu), 0);

    const auto caches = caches_called("sysvipc_msg");
    if (caches.empty())
        harness::skip("the kernel's own messages share their memory with other things");
    double worst = 0;
    harness::note("text      module    Linux  ratio");
    for (const std::size_t size : sizes_to_try()) {
        const double ours = measured_bytes(caches, size);
        const double theirs = linux_bytes(size);
        char row[64];
        std::snprintf(row, sizeof(row), "%4zu    %8.1f %8.1f  %5.3f", size, ours, theirs,
                      ours / theirs);
        harness::note(row);
        EXPECT(ours <= kMost * theirs);
        EXPECT(ours >= static_cast<double>(size)); // otherwise other caches were measured
        worst = std::max(worst, ours / theirs);
    }
    harness::note("worst ratio " + std::to_string(worst));
}

} // namespace
