// SPDX-License-Identifier: GPL-2.0
/*
 * test_usage_files [PATH]: the files in_use and intercepted below /sys/module/sysvipc/parameters.
 */
#include "lib/actor.hpp"
#include "lib/harness.hpp"
#include "lib/machine.hpp"
#include "lib/module.hpp"
#include "lib/proc_file.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <sched.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using module::Loaded;

bool has(const std::string& lines, const std::string& text)
{
    return lines.find(text) != std::string::npos;
}

// The lines of the file with the reasons for use, without the blanks that align them.
std::string in_use()
{
    std::string text;
    for (const char c : read_file("/sys/module/sysvipc/parameters/in_use").value_or(""))
        if (c != ' ' || (!text.empty() && text.back() != ' ' && text.back() != '\n'))
            text += c;
    return text;
}

std::string row(int queues, int sets, int segments)
{
    struct stat ns { };
    // 0: this kernel has one for all.
    if (has_namespaces("ipc"))
        REQUIRE(stat("/proc/self/ns/ipc", &ns) == 0);
    return std::to_string(ns.st_ino) + ' ' + std::to_string(queues) + ' ' + std::to_string(sets)
        + ' ' + std::to_string(segments) + '\n';
}

TEST(the_reasons_for_use_can_be_read)
{
    const Loaded loaded { "" };
    const std::string header = "ipc_ns queues sets segments\n";
    const std::string others = "mappings, open files, calls: ";
    EXPECT_EQ(in_use(), header + others + "0\n");
    {
        const Queue first;
        const Queue second;
        const Segment segment;
        EXPECT_EQ(in_use(), header + row(2, 0, 1) + others + "0\n");
        const std::string outside = row(2, 0, 1);
        if (has_namespaces("ipc"))
            in_a_process([&] {
                REQUIRE(unshare(CLONE_NEWIPC) == 0);
                const SemSet set { Values { 1, 2 } };
                EXPECT_EQ(in_use(), header + outside + row(0, 1, 0) + others + "0\n");
            });
        const Attachment attachment { segment };
        const Attachment another { segment };
        const ProcFile file;
        EXPECT(has(in_use(), others + "3\n"));
    }
    wait_until([&] { return in_use() == header + others + "0\n"; });
    in_a_process([] {
        REQUIRE(setuid(1000) == 0);
        EXPECT(access("/sys/module/sysvipc/parameters/in_use", R_OK) != 0);
    });
}

TEST(the_list_of_interceptions_can_be_read)
{
    module::require_unloaded_anywhere();
    for (const std::string means : { "ftrace", "kprobe" }) {
        const auto outcome = module::load(("attach=" + means).c_str());
        if (outcome.failed_with(EOPNOTSUPP))
            continue; // this kernel has no such means
        REQUIRE_OK(outcome);
        const std::string text =
            read_file("/sys/module/sysvipc/parameters/intercepted").value_or("");
        const std::string name = means == "ftrace" ? "ftrace direct calls" : "kprobes";
        EXPECT(has(text, "exit_files: " + name + '\n'));
        for (const char* call : { "msgget", "shmctl", "unshare", "setns" })
            EXPECT(has(text, std::string { machine::kCallPrefix } + call + ": " + name + '\n'));
        // With PREEMPT_RT a function, else a tracepoint.
        EXPECT(has(text, "task_newtask: a tracepoint\n")
               != has(text, "copy_process: " + name + '\n'));
        EXPECT(!has(text, "not intercepted"));
        in_a_process([] {
            REQUIRE(setuid(1000) == 0);
            EXPECT(access("/sys/module/sysvipc/parameters/intercepted", R_OK) != 0);
        });
        REQUIRE_OK(module::unload());
    }
    EXPECT_ERR(module::load("intercepted=1"), EINVAL);
}

TEST(the_file_with_the_reasons_for_use_is_not_a_parameter)
{
    module::require_unloaded_anywhere();
    EXPECT_ERR(module::load("in_use=1"), EINVAL);
}

} // namespace

int main(int argc, char** argv)
{
    return module::run_tests(argc, argv);
}
