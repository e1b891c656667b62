// SPDX-License-Identifier: GPL-2.0
/*
 * test_extended_ids [PATH]: the module with ipcmni_extend=1, which has room for 16,777,216 objects
 * of a kind: 24 bits of an id are the index, 7 the sequence number.
 */
#include "lib/harness.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"

#include <cstdio>
#include <fcntl.h>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

constexpr int kStandardSlots = 1 << 15;
constexpr int kExtendedSlots = 1 << 24;
constexpr int kExtendedCycle = 4096; // indexes allocated before one is reused
constexpr int kSequences = 127;

// The module with the parameter, for the life of a test.
class Loaded {
public:
    explicit Loaded(const char* parameters)
    {
        module::require_unloaded();
        REQUIRE_OK(module::load(parameters));
    }
    // A task that has just used a limit pins the module for a moment longer.
    ~Loaded()
    {
        auto unloaded = module::unload();
        wait_until([&] {
            if (module::is_refusal(unloaded))
                unloaded = module::unload();
            return !module::is_refusal(unloaded);
        });
        EXPECT_OK(unloaded);
    }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
};

Outcome write_limit(const char* name, const std::string& value)
{
    const int fd = open((std::string { "/proc/sys/kernel/" } + name).c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    const auto outcome = Outcome::of(write(fd, value.data(), value.size()));
    close(fd);
    return outcome;
}

void expect_bounds(int most)
{
    for (const char* name : { "msgmni", "shmmni" }) {
        EXPECT_OK(write_limit(name, std::to_string(most)));
        EXPECT_ERR(write_limit(name, std::to_string(most + 1)), EINVAL);
    }
    EXPECT_OK(write_limit("sem", "32000 1024000000 500 " + std::to_string(most)));
    EXPECT_ERR(write_limit("sem", "32000 1024000000 500 " + std::to_string(most + 1)), ERANGE);
}

TEST(limits_go_up_to_the_number_of_indexes)
{
    {
        const Loaded loaded { "" };
        expect_bounds(kStandardSlots);
    }
    const Loaded loaded { "ipcmni_extend=1" };
    expect_bounds(kExtendedSlots);
}

TEST(an_index_is_reused_after_a_longer_cycle_and_with_fewer_sequence_numbers)
{
    const Loaded loaded { "ipcmni_extend=1" };
    int wrong = 0;
    for (int sequence : { 0, 1, 2 }) {
        for (int index = 0; index < kExtendedCycle; ++index) {
            Queue queue;
            wrong += queue.id() != sequence * kExtendedSlots + index;
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST(sequence_numbers_wrap_and_ids_are_never_negative)
{
    const Loaded loaded { "ipcmni_extend=1" };
    // Asked for: the way there takes half a million calls.
    EXPECT_OK(write_limit("msg_next_id", std::to_string((kSequences - 1) * kExtendedSlots + 5)));
    const Queue last { 0600, unused_key() };
    EXPECT_EQ(last.id(), (kSequences - 1) * kExtendedSlots + 5);
    EXPECT_OK(write_limit("msg_next_id", "2147483647"));
    const Queue highest;
    EXPECT_EQ(highest.id(), 2147483647);
    EXPECT_EQ(highest.stat().perm.seq, kSequences);
    EXPECT_ERR(sysv::msgctl(highest.id() - kExtendedSlots, IPC_STAT, nullptr), EINVAL);
    EXPECT_OK(highest.send(1, "text"));
    EXPECT(highest.receive().is(1, "text"));
    EXPECT_EQ(find_row(highest.id()).has_value(), true);
    sysv::Info info {};
    EXPECT_EQ(sysv::msgctl(0, MSG_INFO, &info).value(), kExtendedSlots - 1);
}

TEST(more_objects_exist_than_ordinary_ids_allow)
{
    const Loaded loaded { "ipcmni_extend=1" };
    const int count = kStandardSlots + 100;
    EXPECT_OK(write_limit("msgmni", std::to_string(count)));
    std::vector<Queue> queues;
    queues.reserve(static_cast<std::size_t>(count));
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
        queues.emplace_back(0600, i + 1);
        wrong += queues.back().id() != i;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
    for (int i = 0; i < count; i += 1000)
        wrong += sysv::msgget(i + 1, 0).value() != i;
    wrong += sysv::msgget(count, 0).value() != count - 1;
    EXPECT_EQ(wrong, 0);
    EXPECT(queues.back().send(1, "text").ok() && queues.back().receive().is(1, "text"));
    EXPECT_EQ(read_queue_rows().size(), static_cast<std::size_t>(count));
    sysv::Info info {};
    EXPECT_EQ(sysv::msgctl(0, MSG_INFO, &info).value(), count - 1);
    EXPECT_EQ(info.msgpool, count);
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
