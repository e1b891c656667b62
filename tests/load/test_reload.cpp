// SPDX-License-Identifier: GPL-2.0
/*
 * test_reload [PATH]: loading and unloading the module, at rest and under load.
 */
#include "lib/actor.hpp"
#include "load/hammers.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/module.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <list>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

// The module, loaded for the life of a test.
class Loaded {
public:
    Loaded()
    {
        module::require_unloaded();
        REQUIRE_OK(module::load());
    }
    ~Loaded()
    {
        if (module::is_loaded())
            EXPECT_OK(module::unload());
    }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
};

// In how many of the calls the kernel has a probe.
int probed_calls()
{
    std::ifstream list { "/sys/kernel/debug/kprobes/list" };
    REQUIRE(list.good());
    int count = 0;
    for (std::string line; std::getline(list, line);)
        for (const char* family : { "_sys_msg", "_sys_sem", "_sys_shm", "_sys_ipc", "_sys_old_" })
            count += line.find(family) != std::string::npos;
    return count;
}

// Tries to unload again and again; this must fail, and everything must continue as before.
void expect_unload_refused(const Queue& queue)
{
    for (int i = 0; i < 20; ++i) {
        EXPECT(module::is_refusal(module::unload()));
        EXPECT(module::is_loaded());
        EXPECT_OK(queue.send(1, "text"));
        EXPECT(queue.receive().is(1, "text"));
        EXPECT(find_row(queue.id()).has_value());
    }
}

TEST(the_calls_exist_while_the_module_is_loaded)
{
    module::require_unloaded();
    for (int round = 0; round < 3; ++round) {
        module::expect_absent();
        REQUIRE_OK(module::load());
        {
            const Queue queue { 0600, unused_key() };
            EXPECT_OK(queue.send(1, "text"));
            EXPECT(queue.receive().is(1, "text"));
            EXPECT(find_row(queue.id()).has_value());
        }
        REQUIRE_OK(module::unload());
    }
    module::expect_absent();
}

TEST(an_invalid_attach_parameter_is_einval)
{
    module::require_unloaded();
    for (const char* wrong : { "attach=", "attach=ftrac", "attach=ftraces", "attach=kprobes" })
        EXPECT_ERR(module::load(wrong), EINVAL);
    module::expect_absent();
}

TEST(ftrace_stays_enabled_while_loaded_and_loading_fails_where_it_is_disabled)
{
    constexpr const char* kSwitch = "/proc/sys/kernel/ftrace_enabled";
    if (!read_file(kSwitch))
        harness::skip("this kernel has no function tracer");
    {
        const Loaded loaded;
        EXPECT(!write_file(kSwitch, "0"));
        const Queue queue;
        EXPECT_OK(queue.send(1, "text"));
    }
    if (!write_file(kSwitch, "0")) { // since 7.3
        EXPECT_EQ(read_file(kSwitch).value_or(""), "1\n");
        harness::skip("nobody can switch ftrace off in this kernel");
    }
    EXPECT_ERR(module::load(), EBUSY);
    module::expect_absent();
    REQUIRE(write_file(kSwitch, "1"));
    const Loaded loaded;
    const Queue queue;
}

TEST(kprobes_are_used_on_request_or_without_ftrace)
{
    module::require_unloaded();
    const bool has_ftrace = access("/sys/kernel/tracing/available_filter_functions", F_OK) == 0;
    const struct {
        const char* parameter;
        bool works;
        int probes;
    } ways[] = {
        { "attach=auto", true, has_ftrace ? 0 : machine::kCalls },
        { "attach=ftrace", has_ftrace, 0 },
        { "attach=kprobe", true, machine::kCalls },
    };
    EXPECT_EQ(probed_calls(), 0);
    for (const auto& [parameter, works, probes] : ways) {
        if (!works) {
            EXPECT_ERR(module::load(parameter), EOPNOTSUPP);
        } else {
            REQUIRE_OK(module::load(parameter));
            EXPECT_EQ(probed_calls(), probes);
            {
                const Queue queue;
                EXPECT_OK(queue.send(1, "text"));
                EXPECT(queue.receive().is(1, "text"));
            }
            REQUIRE_OK(module::unload());
        }
        EXPECT_EQ(probed_calls(), 0);
        module::expect_absent();
    }
}

TEST(loading_twice_is_eexist_and_changes_nothing)
{
    const Loaded loaded;
    const Queue queue;
    EXPECT_ERR(module::load(), EEXIST);
    EXPECT_OK(queue.send(1, "text"));
    EXPECT(queue.receive().is(1, "text"));
}

TEST(unloading_is_refused_while_a_semaphore_set_exists)
{
    const Loaded loaded;
    const SemSet set { Values { 3 } };
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    EXPECT_EQ(set.value(), 3);
}

TEST(unloading_is_refused_while_a_segment_exists)
{
    const Loaded loaded;
    const Segment segment;
    Attachment attachment { segment };
    attachment[0] = 'x';
    EXPECT_OK(attachment.detach());
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    const Attachment again { segment };
    EXPECT_EQ(again[0], 'x');
}

TEST(unloading_is_refused_while_a_segment_is_mapped_though_it_is_removed)
{
    const Loaded loaded;
    Segment segment { 2 * kPage };
    Attachment attachment { segment };
    EXPECT_OK(segment.remove());
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    in_a_process([&] { attachment.page(1)[0] = 'x'; });
    EXPECT_EQ(munmap(attachment.data(), kPage), 0);
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    EXPECT_EQ(attachment.page(1)[0], 'x');
    EXPECT_OK(attachment.detach());
    EXPECT_OK(module::unload());
}

TEST(unloading_is_refused_while_a_queue_exists)
{
    const Loaded loaded;
    const Queue queue;
    expect_unload_refused(queue);
}

TEST(unloading_is_refused_while_a_queue_has_messages_and_loses_none)
{
    const Loaded loaded;
    const Queue queue;
    REQUIRE_OK(queue.send(7, pattern(5000)));
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    EXPECT(queue.receive().is(7, pattern(5000)));
}

TEST(unloading_is_refused_while_a_receiver_sleeps_and_it_sleeps_on)
{
    const Loaded loaded;
    const Queue queue;
    Actor receiver { [&] { return queue.receive(9, 0).outcome; } };
    receiver.wait_asleep_in_msgrcv();
    expect_unload_refused(queue);
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(9, "text"));
    EXPECT_EQ(receiver.join(), Outcome::raw(4));
}

TEST(unloading_is_refused_while_a_sender_sleeps_and_it_sleeps_on)
{
    const Loaded loaded;
    const Queue queue;
    queue.fill(64);
    Actor sender { [&] { return queue.send(9, "text", 0); } };
    sender.wait_asleep_in_msgsnd();
    for (int i = 0; i < 20; ++i)
        EXPECT(module::is_refusal(module::unload()));
    sender.wait_asleep_in_msgsnd();
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_OK(sender.join());
}

TEST(unloading_is_refused_while_a_proc_file_is_open)
{
    const Loaded loaded;
    for (const char* path : { "/proc/sysvipc/msg", "/proc/sysvipc/sem", "/proc/sysvipc/shm" }) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        REQUIRE(fd >= 0);
        EXPECT(module::is_refusal(module::unload()));
        char text[64];
        EXPECT(read(fd, text, sizeof(text)) > 0);
        close(fd);
    }
}

TEST(unloading_is_possible_right_after_sleepers_were_woken_by_removal)
{
    module::require_unloaded();
    for (int round = 0; round < 10; ++round) {
        REQUIRE_OK(module::load());
        Queue queue;
        Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
        receiver.wait_asleep_in_msgrcv();
        REQUIRE_OK(queue.remove());
        // The receiver may still be on its way out: unloading waits for it or is refused.
        wait_until([] {
            const auto outcome = module::unload();
            REQUIRE(outcome.ok() || module::is_refusal(outcome));
            return outcome.ok();
        });
        EXPECT_ERR(receiver.join(), EIDRM);
    }
}

TEST(unloading_is_possible_after_a_sleeper_was_killed)
{
    const Loaded loaded;
    {
        const Queue queue;
        Actor receiver { [&] { return queue.receive(0, 0).outcome; } };
        receiver.wait_asleep_in_msgrcv();
        receiver.signal(SIGKILL);
        receiver.join_killed(SIGKILL);
    }
    EXPECT_OK(module::unload());
}

TEST(nothing_survives_a_reload)
{
    const Loaded loaded;
    const key_t key = unused_key();
    {
        const Queue queue { 0600, key };
    }
    REQUIRE_OK(module::unload());
    REQUIRE_OK(module::load());
    EXPECT_ERR(sysv::msgget(key, 0), ENOENT);
    EXPECT(read_queue_rows().empty());
    EXPECT_EQ(Queue {}.id(), 0);
}

TEST(a_hundred_reloads_under_load)
{
    module::require_unloaded();
    const int kReloads = harness::affordable(100);
    constexpr long kSuccessesBetween = 100;
    constexpr int kPatience = 10; // refusals before the hammers are asked to create nothing

    const Shared<Storm> storm;
    std::list<Actor> hammers;
    // Processes that may use ids of other queues (see above) have no permission for those.
    const struct {
        const Identity& who;
        void (*first)(Storm&);
        void (*second)(Storm&);
    } parts[] = {
        { kAlice, hammer_own_queue, hammer_own_queue },
        { kAlice, hammer_own_queue, hammer_sleeping },
        { kAlice, hammer_own_set, hammer_undo },
        { kAlice, hammer_own_segment, hammer_own_queue },
        { kBob, hammer_shared_queue, hammer_shared_set },
        { kBob, hammer_shared_segment, hammer_proc },
    };
    for (const auto& [who, first, second] : parts)
        hammers.emplace_back(who, [&storm, first, second] {
            while (!storm->over) {
                for (const auto hammer : { first, second })
                    (storm->without_objects ? hammer_without_objects : hammer)(*storm);
                REQUIRE(!harness::has_failed());
                // Unhooking waits for every task to give up the CPU or to be seen in user mode:
                // without this the many reloads would take very long, and show nothing more.
                sched_yield();
            }
            return Outcome::raw(0);
        });

    long refusals = 0;
    for (int round = 0; round < kReloads; ++round) {
        REQUIRE_OK(module::load());
        storm->without_objects = false;
        const long target = storm->successes + kSuccessesBetween;
        wait_until([&] {
            for (const auto& hammer : hammers)
                REQUIRE(hammer.is_running());
            return storm->successes >= target;
        });
        int refused = 0;
        wait_until([&] {
            const auto outcome = module::unload();
            if (outcome.ok())
                return true;
            REQUIRE(module::is_refusal(outcome));
            if (++refused == kPatience)
                storm->without_objects = true;
            return false;
        });
        refusals += refused;
        EXPECT(!module::is_loaded());
        EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSYS);
    }
    storm->over = true;
    for (auto& hammer : hammers)
        EXPECT_OK(hammer.join());
    harness::note(std::to_string(refusals) + " times unloading was refused");
    module::expect_absent();
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
