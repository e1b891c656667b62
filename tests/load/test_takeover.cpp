// SPDX-License-Identifier: GPL-2.0
/*
 * test_takeover [PATH]: on a kernel with System V IPC the module takes over the calls, and returns
 * them when it is unloaded.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/module.hpp"
#include "lib/proc_file.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sched.h>
#include <string>

namespace {

// The module, loaded until the end of a scope.
class Loaded {
public:
    explicit Loaded(const char* parameters = "")
    {
        module::require_unloaded_beside_builtin();
        REQUIRE_OK(module::load(parameters));
    }
    ~Loaded() { unload(); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

    void unload()
    {
        if (module::is_loaded())
            EXPECT_OK(module::unload());
    }
};

void expect_refused()
{
    EXPECT_ERR(module::load(), EBUSY);
    EXPECT(!module::is_loaded());
    EXPECT_ERR(module::load("force=0"), EBUSY);
}

TEST(loading_is_refused_while_the_kernel_has_objects_and_changes_nothing)
{
    module::require_unloaded_beside_builtin();
    {
        const Queue queue;
        EXPECT_OK(queue.send(1, "text"));
        expect_refused();
        EXPECT(queue.receive().is(1, "text"));
    }
    {
        const SemSet set { Values { 3 } };
        expect_refused();
        EXPECT_EQ(set.value(), 3);
    }
    {
        const Segment segment;
        const Attachment attachment { segment };
        attachment[0] = 'x';
        expect_refused();
        EXPECT_EQ(attachment[0], 'x');
        EXPECT_EQ(segment.attaches(), 1u);
    }
    const Loaded loaded;
}

TEST(loading_is_refused_while_a_segment_is_attached_though_it_is_removed)
{
    module::require_unloaded_beside_builtin();
    Segment segment;
    Attachment attachment { segment };
    EXPECT_OK(segment.remove());
    expect_refused();
    EXPECT_OK(attachment.detach());
    const Loaded loaded;
}

TEST(loading_is_refused_while_another_ipc_namespace_has_objects)
{
    module::require_unloaded_beside_builtin();
    struct Board {
        std::atomic<bool> made;
        std::atomic<bool> may_end;
    };
    const Shared<Board> board;
    Actor other { [&] {
        REQUIRE(unshare(CLONE_NEWIPC) == 0);
        const Queue queue;
        board->made = true;
        wait_until([&] { return board->may_end.load(); });
        return Outcome::raw(0);
    } };
    wait_until([&] { return board->made.load(); });
    expect_refused();
    board->may_end = true;
    EXPECT_OK(other.join());
    const Loaded loaded;
}

// By each means that the kernel has: a kprobe can redirect a call as an ftrace direct call can.
std::vector<const char*> ways_to_load()
{
    module::require_unloaded_beside_builtin();
    std::vector<const char*> ways { "force=1 attach=kprobe" };
    if (module::has_direct_calls())
        ways.push_back("force=1 attach=ftrace");
    return ways;
}

TEST(the_kernels_objects_are_hidden_while_the_module_serves)
{
    module::require_unloaded_beside_builtin();
    const Queue old { 0600, unused_key() };
    EXPECT_OK(old.send(7, "kept"));
    const auto old_rows = read_queue_rows();
    for (const char* way : ways_to_load()) {
        Loaded loaded { way };
        EXPECT_ERR(sysv::msgctl(old.id(), IPC_STAT, nullptr), EINVAL);
        EXPECT(read_queue_rows().empty());
        const Queue queue;
        EXPECT_OK(queue.send(1, "text"));
        const auto rows = read_queue_rows();
        REQUIRE_EQ(rows.size(), 1u);
        EXPECT_EQ(rows[0].id, queue.id());
        EXPECT_EQ(rows[0].qnum, 1u);
        EXPECT(queue.receive().is(1, "text"));
    }
    const auto rows = read_queue_rows();
    REQUIRE_EQ(rows.size(), old_rows.size());
    EXPECT_EQ(rows[0].text, old_rows[0].text);
    EXPECT(old.receive().is(7, "kept"));
}

TEST(an_open_file_keeps_showing_the_same_objects)
{
    module::require_unloaded_beside_builtin();
    const Queue old;
    for (const char* way : ways_to_load()) {
        const ProcFile before;
        Loaded loaded { way };
        const Queue queue;
        const Queue second;
        EXPECT_EQ(parse_rows(before.read_rest()).size(), 1u);
        const ProcFile during;
        EXPECT_EQ(parse_rows(during.read_rest(100)).size(), 2u);
    }
}

TEST(open_files_of_the_module_pin_it_and_files_of_the_kernel_do_not)
{
    module::require_unloaded_beside_builtin();
    for (const char* way : ways_to_load()) {
        const ProcFile before;
        const Loaded loaded { way };
        {
            const ProcFile during;
            EXPECT(module::is_refusal(module::unload()));
            EXPECT(parse_rows(during.read_rest()).empty());
        }
        EXPECT_OK(module::unload());
        EXPECT(parse_rows(before.read_rest()).empty());
        REQUIRE_OK(module::load(way));
    }
}

TEST(a_file_can_be_closed_while_kprobes_are_switched_off)
{
    module::require_unloaded_beside_builtin();
    constexpr const char* kProbes = "/sys/kernel/debug/kprobes/enabled";
    const Loaded loaded { "attach=kprobe" };
    {
        const ProcFile during;
        REQUIRE(write_file(kProbes, "0"));
    }
    EXPECT(write_file(kProbes, "1"));
    const ProcFile again;
    EXPECT(parse_rows(again.read_rest()).empty());
}

TEST(segments_attached_before_stay_mapped_and_can_be_detached)
{
    module::require_unloaded_beside_builtin();
    const Segment old { 3 * kPage };
    Attachment kept { old };
    Attachment detached { old };
    kept[0] = 'x';
    {
        const Loaded loaded { "force=1" };
        EXPECT_EQ(detached[0], 'x');
        const Segment segment { 2 * kPage };
        Attachment attachment { segment };
        EXPECT_ERR(sysv::shmdt(detached.page(1)), EINVAL);
        EXPECT_OK(detached.detach());
        kept.page(2)[0] = 'y';
        EXPECT_OK(attachment.detach());
        EXPECT_ERR(sysv::shmdt(&old), EINVAL);
    }
    EXPECT_EQ(old.attaches(), 1u);
    EXPECT_EQ(kept.page(2)[0], 'y');
}

TEST(the_kernels_limits_are_used_and_left_as_they_were_set)
{
    module::require_unloaded_beside_builtin();
    {
        const LimitOverride two { "msgmni", 2 };
        const Loaded loaded;
        const Queue first;
        {
            const Queue second;
            EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
        }
        const LimitOverride small { "msgmax", 10 };
        EXPECT_ERR(first.send(1, pattern(11)), EINVAL);
        EXPECT_OK(first.send(1, pattern(10)));
        const LimitOverride one_page { "shmmax", static_cast<long>(kPage) };
        EXPECT_ERR(sysv::shmget(IPC_PRIVATE, kPage + 1, 0600), EINVAL);
        const LimitOverride sets { "sem", "3 100 500 128" };
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 4, 0600), EINVAL);
    }
    EXPECT_EQ(read_number("/proc/sys/kernel/msgmni").value_or(-1), sysv::kDefaultMsgmni);
    EXPECT_EQ(read_number("/proc/sys/kernel/msgmax").value_or(-1), sysv::kDefaultMsgmax);
}

TEST(the_kernels_next_ids_are_used_up_by_objects_of_the_module)
{
    const Loaded loaded;
    if (!read_file("/proc/sys/kernel/msg_next_id"))
        harness::skip("this kernel has no CONFIG_CHECKPOINT_RESTORE");
    EXPECT(write_file("/proc/sys/kernel/msg_next_id", "4711"));
    EXPECT(write_file("/proc/sys/kernel/sem_next_id", "4712"));
    EXPECT(write_file("/proc/sys/kernel/shm_next_id", "4713"));
    const Queue queue;
    const SemSet set { Values { 1 } };
    const Segment segment;
    EXPECT_EQ(queue.id(), 4711);
    EXPECT_EQ(set.id(), 4712);
    EXPECT_EQ(segment.id(), 4713);
    EXPECT_EQ(read_number("/proc/sys/kernel/msg_next_id").value_or(0), -1);
}

TEST(a_change_of_shm_rmid_forced_reaches_segments_of_the_module)
{
    for (const char* way : ways_to_load()) {
        const Loaded loaded { way };
        const Shared<int> id;
        in_a_process(
            [&] { *id = static_cast<int>(REQUIRE_OK(sysv::shmget(IPC_PRIVATE, kPage, 0600))); });
        EXPECT(segment_exists(*id));
        const LimitOverride on { "shm_rmid_forced", 1 };
        EXPECT(!segment_exists(*id));
    }
}

TEST(new_namespaces_are_empty_and_their_limits_are_the_kernels)
{
    const Loaded loaded;
    const Queue outside;
    in_a_process([] {
        REQUIRE(unshare(CLONE_NEWIPC) == 0);
        EXPECT(read_queue_rows().empty());
        const LimitOverride one { "msgmni", 1 };
        const Queue queue;
        EXPECT_ERR(sysv::msgget(IPC_PRIVATE, 0600), ENOSPC);
        EXPECT_EQ(read_queue_rows().size(), 1u);
    });
    const Queue another;
}

// The possible results for a process that uses objects during the take-over.
bool may_be_elsewhere(Outcome outcome)
{
    return outcome.ok() || outcome.failed_with(EINVAL) || outcome.failed_with(EIDRM)
        || outcome.failed_with(ENOMSG) || outcome.failed_with(EAGAIN);
}

TEST(no_call_fails_while_the_module_takes_over_or_hands_back)
{
    module::require_unloaded_beside_builtin();
    const Shared<std::atomic<bool>> is_over;
    std::vector<Actor> users;
    for (int i = 0; i < 3; ++i) {
        users.emplace_back([&] {
            while (!*is_over) {
                const auto made = sysv::msgget(IPC_PRIVATE, 0600);
                if (!EXPECT_OK(made))
                    break;
                const auto id = static_cast<int>(made.value());
                EXPECT(may_be_elsewhere(send(id, 1, "text")));
                EXPECT(may_be_elsewhere(receive(id).outcome));
                EXPECT(may_be_elsewhere(sysv::msgctl(id, IPC_RMID, nullptr)));
                EXPECT_ERR(sysv::shmdt(&is_over), EINVAL);
                EXPECT(read_file(kProcMsg).has_value());
            }
            return Outcome::raw(0);
        });
    }
    int refusals = 0;
    for (int round = 0; round < 10; ++round) {
        REQUIRE_OK(module::load("force=1"));
        for (Outcome unloaded = module::unload(); !unloaded.ok(); unloaded = module::unload()) {
            REQUIRE(module::is_refusal(unloaded));
            ++refusals;
            // Its creator could not reach it, because the kernel served the calls.
            for (const auto& row : read_queue_rows())
                (void)sysv::msgctl(row.id, IPC_RMID, nullptr);
            sched_yield();
        }
    }
    *is_over = true;
    for (auto& user : users)
        EXPECT_OK(user.join());
    for (const auto& row : read_queue_rows())
        EXPECT_OK(sysv::msgctl(row.id, IPC_RMID, nullptr));
    harness::note(std::to_string(refusals) + " times unloading was refused");
}

// A program finds the objects that it has created: none is left in the kernel, out of its reach.
TEST(an_object_created_during_unloading_is_found_by_its_creator)
{
    const auto ways = ways_to_load();
    for (std::size_t round = 0; round < 6; ++round) {
        module::require_unloaded_beside_builtin();
        REQUIRE_OK(module::load(ways[round % ways.size()]));
        const Shared<std::atomic<bool>> is_over;
        const Shared<std::atomic<int>> begun;
        std::vector<Actor> users;
        for (int i = 0; i < 3; ++i) {
            users.emplace_back([&] {
                const key_t key = unused_key();
                ++*begun;
                while (!*is_over) {
                    const auto made = sysv::msgget(i == 0 ? key : IPC_PRIVATE, 0600 | IPC_CREAT);
                    if (!EXPECT_OK(made))
                        break;
                    if (i == 0 && !EXPECT_OK(sysv::msgget(key, 0600)))
                        break;
                    if (!EXPECT_OK(sysv::msgctl(static_cast<int>(made.value()), IPC_RMID, nullptr)))
                        break;
                }
                return Outcome::raw(0);
            });
        }
        wait_until([&] { return *begun == 3; });
        for (Outcome unloaded = module::unload(); !unloaded.ok(); unloaded = module::unload())
            REQUIRE(module::is_refusal(unloaded));
        *is_over = true;
        for (auto& user : users)
            EXPECT_OK(user.join());
        EXPECT(read_queue_rows().empty());
    }
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
