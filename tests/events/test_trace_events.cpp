// SPDX-License-Identifier: GPL-2.0
/*
 * The trace events of the system "sysvipc": which calls emit them, and that no other calls do.
 */
#include "lib/actor.hpp"
#include "lib/own_table.hpp"
#include "lib/proc_table.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <fstream>
#include <set>
#include <string_view>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using Lines = std::vector<std::string>;

// All events of the system, in a trace of their own, from construction to end().
class Listening {
public:
    Listening()
    {
        require_module();
        if (access("/sys/kernel/tracing/events", F_OK) != 0)
            (void)mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr);
        if (access("/sys/kernel/tracing/events", F_OK) != 0)
            harness::skip("the kernel has no trace events");
        mkdir(kInstance, 0700);
        REQUIRE(write_file(path("trace").c_str(), ""));
        REQUIRE(write_file(path("events/sysvipc/enable").c_str(), "1"));
    }
    ~Listening()
    {
        (void)write_file(path("events/sysvipc/enable").c_str(), "0");
        rmdir(kInstance);
    }

    // "name: field=value ..." of each, less the namespace.
    Lines end()
    {
        REQUIRE(write_file(path("events/sysvipc/enable").c_str(), "0"));
        const auto text = read_file(path("trace").c_str());
        REQUIRE(text.has_value());
        Lines lines;
        for (const std::string& line : split_lines(*text)) {
            const auto fields = line.find(": ns=");
            if (line.starts_with("#") || fields == std::string::npos)
                continue;
            const auto name = line.rfind(": ", fields - 1);
            REQUIRE(name != std::string::npos);
            const auto number = fields + std::string_view { ": ns=" }.size();
            namespaces_.insert(line.substr(number, line.find(' ', number) - number));
            lines.push_back(line.substr(name + 2, fields - name - 1)
                            + line.substr(line.find(' ', fields + 2)));
        }
        return lines;
    }

    // Those of what end() has returned.
    const std::set<std::string>& namespaces() const { return namespaces_; }

private:
    static constexpr char kInstance[] = "/sys/kernel/tracing/instances/test_trace_events";
    static std::string path(const std::string& name)
    {
        return std::string { kInstance } + "/" + name;
    }

    std::set<std::string> namespaces_;
};

void expect_emitted(Listening& listening, const Lines& expected)
{
    const Lines lines = listening.end();
    std::string differences;
    if (lines != expected) {
        for (const auto& line : lines)
            differences += "\n  emitted " + line;
        for (const auto& line : expected)
            differences += "\n  expected " + line;
    }
    EXPECT_EQ(differences, "");
}

std::string of(int id)
{
    return " id=" + std::to_string(id) + " ";
}

std::string hexadecimal(key_t key)
{
    char text[16];
    std::snprintf(text, sizeof(text), "0x%08x", static_cast<unsigned>(key));
    return text;
}

TEST(a_queue_emits_created_sent_received_and_removed)
{
    require_module();
    const key_t key = unused_key();
    Listening listening;
    Queue queue { 0640, key };
    const std::string id = of(queue.id());
    REQUIRE_OK(queue.send(7, "12345"));
    REQUIRE_OK(queue.send(8, ""));
    REQUIRE_OK(queue.receive(8).outcome);
    REQUIRE_OK(queue.receive().outcome);
    EXPECT_ERR(queue.receive().outcome, ENOMSG);
    REQUIRE_OK(queue.remove());
    expect_emitted(listening,
                   { "ipc_created: kind=msg" + id + "key=" + hexadecimal(key) + " mode=0640 size=0",
                     "msg_sent:" + id + "type=7 size=5 queued=1",
                     "msg_sent:" + id + "type=8 size=0 queued=2",
                     "msg_received:" + id + "type=8 size=0 queued=1",
                     "msg_received:" + id + "type=7 size=5 queued=0",
                     "ipc_removed: kind=msg" + id + "key=" + hexadecimal(key) + " why=rmid" });
}

TEST(a_waiting_receiver_emits_blocked_and_its_sender_handed_over)
{
    require_module();
    const Queue queue;
    const std::string id = of(queue.id());
    Listening listening;
    Actor receiver { [&] { return queue.receive(-9, 0, 100).outcome; } };
    const auto pid = std::to_string(receiver.pid());
    receiver.wait_asleep_in_msgrcv();
    REQUIRE_OK(queue.send(7, "12345"));
    REQUIRE_OK(receiver.join());
    expect_emitted(listening,
                   { "msg_blocked:" + id + "for=message type=-9 size=100 queued=0",
                     "msg_sent:" + id + "type=7 size=5 queued=1",
                     "msg_handed_over:" + id + "type=7 size=5 receiver=" + pid });
}

TEST(a_full_queue_emits_limit_hit)
{
    require_module();
    const Queue queue;
    queue.fill(64);
    const std::string id = of(queue.id());
    Listening listening;
    EXPECT_ERR(queue.send(3, "12"), EAGAIN);
    Actor sender { [&] { return queue.send(3, "12", 0); } };
    sender.wait_asleep_in_msgsnd();
    REQUIRE_OK(queue.receive().outcome);
    REQUIRE_OK(sender.join());
    Lines lines = listening.end();
    REQUIRE(lines.size() >= 3);
    EXPECT_EQ(lines[0], "ipc_limit_hit: limit=msgmnb value=16384 in_use=64 wanted=2");
    EXPECT_EQ(lines[1], lines[0]);
    EXPECT(lines[2].starts_with("msg_blocked:" + id + "for=room type=3 size=2 queued="));
}

TEST(a_set_emits_created_done_and_removed)
{
    require_module();
    Listening listening;
    SemSet set { 3 };
    const std::string id = of(set.id());
    REQUIRE_OK(set.attempt({ up(2, 5) }));
    REQUIRE_OK(set.attempt({ up(1), down(2, 4) }));
    EXPECT_ERR(set.attempt({ down(0) }), EAGAIN);
    REQUIRE_OK(set.remove());
    expect_emitted(listening,
                   { "ipc_created: kind=sem" + id + "key=0x00000000 mode=0600 size=3",
                     "sem_done:" + id + "semnum=2 semop=5 nsops=1 semval=5",
                     "sem_done:" + id + "semnum=1 semop=1 nsops=2 semval=1",
                     "ipc_removed: kind=sem" + id + "key=0x00000000 why=rmid" });
}

TEST(a_wait_for_a_semaphore_emits_blocked_and_woken)
{
    require_module();
    const SemSet set { 2 };
    const std::string id = of(set.id());
    Listening listening;
    Actor sleeper = sleeper_in(set, { down(1, 2) });
    REQUIRE_OK(set.attempt({ up(1, 3) }));
    REQUIRE_OK(sleeper.join());
    EXPECT_ERR(set.operate_within({ down(0) }, milliseconds(20)), EAGAIN);
    const Lines lines = listening.end();
    REQUIRE_EQ(lines.size(), std::size_t { 6 });
    EXPECT_EQ(lines[0], "sem_blocked:" + id + "semnum=1 semop=-2 nsops=1 semval=0");
    EXPECT_EQ(lines[1], "sem_done:" + id + "semnum=1 semop=3 nsops=1 semval=3");
    EXPECT_EQ(lines[2], "sem_done:" + id + "semnum=1 semop=-2 nsops=1 semval=1");
    EXPECT(lines[3].starts_with("sem_woken:" + id + "error=0 waited_ns="));
    EXPECT_EQ(lines[4], "sem_blocked:" + id + "semnum=0 semop=-1 nsops=1 semval=0");
    EXPECT(lines[5].starts_with("sem_woken:" + id + "error=11 waited_ns="));
    EXPECT(std::stoull(lines[5].substr(lines[5].rfind('=') + 1)) >= 20'000'000);
}

TEST(sem_undo_at_exit_emits_undone)
{
    require_module();
    const SemSet set { Values { 0, 5 } };
    const std::string id = of(set.id());
    Listening listening;
    Actor ending { [&] { return set.attempt({ undone(down(1, 2)) }); } };
    REQUIRE_OK(ending.join());
    expect_emitted(listening,
                   { "sem_done:" + id + "semnum=1 semop=-2 nsops=1 semval=3",
                     "sem_undone:" + id + "semnum=1 semadj=2 semval=5" });
}

TEST(a_segment_emits_created_attached_marked_detached_and_removed)
{
    require_module();
    Listening listening;
    Segment segment { 5000, 0644 };
    const std::string id = of(segment.id());
    {
        Attachment attachment { segment };
        REQUIRE_OK(segment.mark());
        REQUIRE_OK(attachment.detach());
    }
    Segment unused { 1 };
    const std::string other = of(unused.id());
    REQUIRE_OK(unused.remove());
    expect_emitted(listening,
                   { "ipc_created: kind=shm" + id + "key=0x00000000 mode=0644 size=5000",
                     "shm_attached:" + id + "nattch=2", "shm_marked:" + id + "nattch=1",
                     "shm_detached:" + id + "nattch=0",
                     "ipc_removed: kind=shm" + id + "key=0x00000000 why=last_detach",
                     "ipc_created: kind=shm" + other + "key=0x00000000 mode=0600 size=1",
                     "ipc_removed: kind=shm" + other + "key=0x00000000 why=rmid" });
}

TEST(a_forced_removal_emits_its_reason)
{
    require_module();
    int id = -1;
    Listening listening;
    in_a_new_ipc_namespace([&] {
        const LimitOverride forced { "shm_rmid_forced", 1 };
        const Segment segment { 1 };
        id = segment.id();
        {
            const Attachment attachment { segment };
        }
    });
    bool is_forced = false;
    for (const auto& line : listening.end())
        is_forced |= line.starts_with("ipc_removed: kind=shm") && line.ends_with("why=forced");
    EXPECT(is_forced);
}

TEST(a_failed_lookup_emits_not_found)
{
    require_module();
    const key_t key = unused_key();
    int gone = -1;
    {
        const Queue queue;
        gone = queue.id();
    }
    Listening listening;
    EXPECT_ERR(sysv::msgget(key, 0), ENOENT);
    EXPECT_ERR(send(gone, 1, "x"), EINVAL);
    EXPECT_ERR(sysv::shmat(2'000'000'000, nullptr, 0), EINVAL);
    expect_emitted(listening,
                   { "ipc_not_found: kind=msg key=" + std::to_string(key),
                     "ipc_not_found: kind=msg id=" + std::to_string(gone),
                     "ipc_not_found: kind=shm id=2000000000" });
}

TEST(events_name_the_namespace_of_the_caller)
{
    require_module();
    const auto expect_namespace = [] {
        // 0: this kernel has one for all.
        const auto number = has_namespaces(kind_of_ipc().name) ? NamespaceFile {}.number() : 0;
        Listening listening;
        {
            const Queue queue;
            const SemSet set { 1 };
            const Segment segment;
        }
        EXPECT_EQ(listening.end().size(), 6U);
        EXPECT(listening.namespaces() == std::set { std::to_string(number) });
    };
    expect_namespace();
    in_a_new_ipc_namespace(expect_namespace);
}

TEST(a_refused_permission_emits_refused)
{
    require_module();
    const Queue queue { 0600 };
    const std::string id = of(queue.id());
    Listening listening;
    (void)play(kAlice, [&] {
        EXPECT_ERR(queue.receive().outcome, EACCES);
        EXPECT_ERR(sysv::msgctl(queue.id(), IPC_RMID, nullptr), EPERM);
        return Outcome::raw(0);
    });
    const std::string owners = " caller=3001 owner=0 creator=0 mode=0600";
    expect_emitted(listening,
                   { "ipc_refused:" + id + "key=0x00000000 wanted=0444" + owners,
                     "ipc_refused:" + id + "key=0x00000000 wanted=00" + owners });
}

TEST(a_creation_beyond_a_limit_emits_limit_hit)
{
    require_module();
    in_a_new_ipc_namespace([] {
        const LimitOverride few { "sem", "4 6 3 2" };
        const SemSet set { 4 };
        Listening listening;
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 5, IPC_CREAT), EINVAL);
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 3, IPC_CREAT), ENOSPC);
        EXPECT_ERR(set.attempt(times(4, up())), E2BIG);
        expect_emitted(listening,
                       { "ipc_limit_hit: limit=semmsl value=4 in_use=0 wanted=5",
                         "ipc_limit_hit: limit=semmns value=6 in_use=4 wanted=3",
                         "ipc_limit_hit: limit=semopm value=3 in_use=0 wanted=4" });
    });
}

} // namespace
