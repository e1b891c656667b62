// SPDX-License-Identifier: GPL-2.0
/*
 * HookTrace: the kernel's trace of its own function calls, by kprobe events.
 */
#include "security/hook_trace.hpp"
#include "lib/actor.hpp"
#include "lib/harness.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace {

const std::string kTracing = "/sys/kernel/tracing/";
const std::string kGroup = "sysvipc_hooks";
constexpr const char* kObject = "object=$arg1:x64 words=+0($arg1):x32[48]";

struct Hook {
    const char* function;
    const char* arguments; // how a kprobe event fetches them; @: the object comes first
};
constexpr Hook kHooks[] = {
    { "security_ipc_permission", "@ flag=$arg2:u16" },
    { "security_msg_msg_alloc", "" },
    { "security_msg_msg_free", "" },
    { "security_msg_queue_alloc", "@" },
    { "security_msg_queue_free", "@" },
    { "security_msg_queue_associate", "@ flag=$arg2:u32" },
    { "security_msg_queue_msgctl", "@ cmd=$arg2:s32" },
    { "security_msg_queue_msgsnd", "@ type=+16($arg2):s64 size=+24($arg2):u64 flag=$arg3:u32" },
    { "security_msg_queue_msgrcv",
      "@ type=+16($arg2):s64 size=+24($arg2):u64 wanted=$arg4:s64 mode=$arg5:s32" },
    { "security_sem_alloc", "@" },
    { "security_sem_free", "@" },
    { "security_sem_associate", "@ flag=$arg2:u32" },
    { "security_sem_semctl", "@ cmd=$arg2:s32" },
    { "security_sem_semop",
      "@ number=+0($arg2):u16 change=+2($arg2):s16 count=$arg3:u32 alter=$arg4:s32" },
    { "security_shm_alloc", "@" },
    { "security_shm_free", "@" },
    { "security_shm_associate", "@ flag=$arg2:u32" },
    { "security_shm_shmctl", "@ cmd=$arg2:s32" },
    { "security_shm_shmat", "@ address=$arg2:x64 flag=$arg3:u32" },
    { "__audit_ipc_obj", "@" },
    { "__audit_ipc_set_perm", "qbytes=$arg1:s64 uid=$arg2:u32 gid=$arg3:u32 mode=$arg4:u16" },
};

// The destruction of an object, which occurs when no task can access it any more.
bool is_late(const std::string& name)
{
    return name == "msg_queue_free" || name == "sem_free" || name == "shm_free";
}

std::string name_of(const Hook& hook)
{
    const std::string function = hook.function;
    for (const std::string prefix : { "security_", "__" }) {
        if (function.starts_with(prefix))
            return function.substr(prefix.size());
    }
    return function;
}

// In one write, as these files require.
Outcome write_file(const std::string& name, const std::string& text, int flags = 0)
{
    const int fd = open((kTracing + name).c_str(), O_WRONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return Outcome::failure(errno);
    const auto written = Outcome::of(write(fd, text.data(), text.size()));
    close(fd);
    return written;
}

void define_events()
{
    for (const Hook& hook : kHooks) {
        std::string arguments = hook.arguments;
        if (arguments.starts_with('@'))
            arguments.replace(0, 1, kObject);
        const auto defined = write_file("kprobe_events",
                                        "p:" + kGroup + '/' + name_of(hook) + ' ' + hook.function
                                            + ' ' + arguments + '\n',
                                        O_APPEND);
        if (defined.failed_with(ENOENT))
            harness::skip(std::string { "this kernel has no " } + hook.function);
        REQUIRE_OK(defined);
    }
    REQUIRE_OK(write_file("events/" + kGroup + "/enable", "1"));
}

// Flags and modes as people write them.
std::string shown(const std::string& name, const std::string& value)
{
    if (name != "flag" && name != "mode")
        return value;
    std::ostringstream out;
    out << std::oct << std::showbase << std::stoul(value);
    return out.str();
}

} // namespace

struct HookTrace::Call {
    std::string name;
    std::string text;
    std::vector<std::uint32_t> words;
    bool by_worker; // the worker that empties the namespaces of earlier tests, at any time

    // Id and key are adjacent, after a lock whose size depends on the kernel.
    std::optional<Object> object(std::int32_t key) const { return with(key, 1); }
    std::optional<Object> object_of_id(std::int32_t id) const { return with(id, 0); }

private:
    // `value` is the word of the object with that number.
    std::optional<Object> with(std::int32_t value, std::size_t number) const
    {
        for (std::size_t i = 0; i + 8 < words.size(); ++i) {
            const std::uint32_t* word = &words[i];
            // A long follows the mode, at an even word of the object.
            const std::size_t sequence = (i + 6) / 2 * 2 + 2;
            if (static_cast<std::int32_t>(word[number]) == value)
                return Object { static_cast<std::int32_t>(word[0]),
                                static_cast<std::int32_t>(word[1]),
                                word[2],
                                word[3],
                                word[4],
                                word[5],
                                word[6] & 0xffff,
                                words[sequence] };
        }
        return {};
    }
};

HookTrace::HookTrace()
{
    if (access((kTracing + "kprobe_events").c_str(), W_OK) != 0)
        harness::skip("this kernel has no events on kprobes");
    // They stay for the tests that follow, for it takes long to make them.
    if (access((kTracing + "events/" + kGroup).c_str(), F_OK) != 0)
        define_events();
}

HookTrace::~HookTrace()
{
    (void)write_file("tracing_on", "0");
}

void HookTrace::forget()
{
    (void)write_file("events/" + kGroup + "/enable", "0");
    for (const Hook& hook : kHooks)
        (void)write_file("kprobe_events", "-:" + kGroup + '/' + name_of(hook) + '\n', O_APPEND);
}

// A line: "task-pid [cpu] flags time: name: (function+0x0/0x10) argument=value ..."
std::vector<HookTrace::Call> HookTrace::read()
{
    std::vector<Call> calls;
    std::ifstream trace { kTracing + "trace" };
    REQUIRE(trace.is_open());
    for (std::string line; std::getline(trace, line);) {
        const auto function = line.find(": (");
        if (line.starts_with('#') || function == std::string::npos)
            continue;
        const auto name = line.rfind(' ', function) + 1;
        const bool by_worker = line.find("kworker/") == line.find_first_not_of(' ');
        Call call { line.substr(name, function - name), {}, {}, by_worker };
        call.text = call.name;
        std::istringstream arguments { line.substr(line.find(") ", function) + 1) };
        for (std::string argument; arguments >> argument;) {
            const auto equals = argument.find('=');
            if (equals == std::string::npos)
                continue;
            const std::string key = argument.substr(0, equals);
            const std::string value = argument.substr(equals + 1);
            if (key == "object") {
                if (value == "0x0")
                    call.text += " of all";
            } else if (key == "words") {
                std::istringstream words { value.substr(value.find('{') + 1) };
                for (std::string word; std::getline(words, word, ',');)
                    call.words.push_back(
                        static_cast<std::uint32_t>(std::strtoul(word.c_str(), nullptr, 16)));
            } else {
                call.text += ' ' + key + '=' + shown(key, value);
            }
        }
        calls.push_back(std::move(call));
    }
    return calls;
}

std::vector<std::string> HookTrace::calls_of(const std::function<void()>& body)
{
    std::vector<std::string> calls = all_calls_of(body);
    std::erase_if(calls, [](const std::string& call) { return call.starts_with("audit_"); });
    return calls;
}

std::vector<std::string> HookTrace::all_calls_of(const std::function<void()>& body)
{
    REQUIRE_OK(write_file("tracing_on", "0"));
    REQUIRE_OK(write_file("trace", "\n", O_TRUNC));
    REQUIRE_OK(write_file("tracing_on", "1"));
    body();
    std::vector<std::string> told;
    for (const Call& call : read()) {
        if (!is_late(call.name) && !call.by_worker)
            told.push_back(call.text);
    }
    return told;
}

HookTrace::Object HookTrace::object_given_to(const std::string& hook, std::int32_t key) const
{
    for (const Call& call : read()) {
        if (const auto object = call.object(key); call.name == hook && object)
            return *object;
    }
    harness::record_failure(HERE, hook + " was not called for the object with this key");
    throw harness::LeaveTest {};
}

HookTrace::Object HookTrace::object_with_id(const std::string& hook, std::int32_t id) const
{
    for (const Call& call : read()) {
        if (const auto object = call.object_of_id(id); call.name == hook && object)
            return *object;
    }
    harness::record_failure(HERE, hook + " was not called for the object with this id");
    throw harness::LeaveTest {};
}

int HookTrace::count_of(std::int32_t key, const std::string& hook) const
{
    const auto calls = read();
    return static_cast<int>(std::ranges::count_if(calls, [&](const Call& call) {
        return call.name == hook && call.object(key).has_value();
    }));
}

void HookTrace::wait_for_end_of(std::int32_t key, const std::string& hook) const
{
    wait_until([&] { return count_of(key, hook) > 0; });
}
