// SPDX-License-Identifier: GPL-2.0
/*
 * The files in /proc/sysvipc show the IPC namespace of their opener, even after the opener has left it.
 */
#include "lib/facility.hpp"
#include "lib/proc_file.hpp"
#include "lib/proc_sem.hpp"
#include "lib/proc_shm.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <fcntl.h>
#include <memory>
#include <thread>

namespace {

// The ids in the text of a file of /proc/sysvipc.
std::set<int> ids_in(const std::string& text)
{
    std::set<int> ids;
    auto lines = split_lines(text);
    REQUIRE(!lines.empty());
    lines.erase(lines.begin());
    for (const auto& line : lines) {
        int id = -1;
        EXPECT_EQ(std::sscanf(line.c_str(), "%*d %d", &id), 1);
        ids.insert(id);
    }
    return ids;
}

std::set<int> reread(const ProcFile& file)
{
    REQUIRE_EQ(lseek(file.fd(), 0, SEEK_SET), 0);
    return ids_in(file.read_rest());
}

using Ids = std::set<int>;

FACILITY_TEST(a_proc_file_shows_only_the_openers)
{
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        (void)facility.make();
        EXPECT(facility.listed() == Ids({ 0, 1 }));
        in_a_new_ipc_namespace([&] {
            EXPECT(facility.listed().empty());
            (void)facility.make();
            EXPECT(facility.listed() == Ids({ 0 }));
        });
        EXPECT(facility.listed() == Ids({ 0, 1 }));
    });
}

FACILITY_TEST(a_file_opened_before_leaving_still_shows_each)
{
    in_a_new_ipc_namespace([&] {
        for (int i = 0; i < 3; ++i)
            (void)facility.make();
        const ProcFile file { facility.file };
        REQUIRE_OK(let_go(new_ipc()));
        (void)facility.make(kKey);
        EXPECT(ids_in(file.read_rest()) == Ids({ 0, 1, 2 }));
        EXPECT(facility.listed() == Ids({ 0 }));
        EXPECT(reread(file) == Ids({ 0, 1, 2 }));
    });
}

FACILITY_TEST(a_file_opened_before_entering_another_still_shows_each)
{
    const Realm realm;
    realm.in([&] { (void)facility.make(); });
    in_a_new_ipc_namespace([&] {
        const ProcFile file { facility.file };
        REQUIRE_OK(realm.file().enter());
        EXPECT(ids_in(file.read_rest()).empty());
        EXPECT(facility.listed() == Ids({ 0 }));
    });
}

FACILITY_TEST(reads_continue_in_the_openers_namespace_for_each)
{
    in_a_new_ipc_namespace([&] {
        for (int i = 0; i < 40; ++i)
            (void)facility.make();
        const auto whole = read_file(facility.file);
        REQUIRE(whole.has_value());
        const ProcFile file { facility.file };
        std::string text = file.read_once(700);
        REQUIRE_OK(let_go(new_ipc()));
        text += file.read_rest(100);
        EXPECT(text == whole);
        EXPECT(file.read_at(300, 500) == whole->substr(300, 500));
    });
}

FACILITY_TEST(an_open_file_shows_later_changes_of_each)
{
    const Realm realm;
    std::unique_ptr<ProcFile> file;
    in_a_process([&] {
        realm.enter();
        file = std::make_unique<ProcFile>(facility.file);
        const NamespaceFile there;
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT(reread(*file).empty());
        realm.in([&] { (void)facility.make(); });
        EXPECT(reread(*file) == Ids({ 0 }));
        realm.in([&] {
            (void)facility.make();
            REQUIRE_OK(facility.remove(0));
        });
        EXPECT(reread(*file) == Ids({ 1 }));
    });
}

FACILITY_TEST(a_child_reads_its_parents_open_file_of_a)
{
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        const ProcFile file { facility.file };
        in_a_new_ipc_namespace([&] { EXPECT(reread(file) == Ids({ 0 })); });
    });
}

FACILITY_TEST(each_thread_opens_its_own_view_of_a)
{
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        (void)facility.make();
        std::thread { [&] {
            REQUIRE_OK(let_go(new_ipc()));
            (void)facility.make();
            EXPECT(facility.listed() == Ids({ 0 }));
        } }.join();
        EXPECT(facility.listed() == Ids({ 0, 1 }));
    });
}

FACILITY_TEST(an_open_file_outlives_every_task_with_each)
{
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        (void)facility.make(kKey);
        const ProcFile file { facility.file };
        const auto before = file.read_rest();
        // The last task leaves: only the file refers to the namespace now.
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_EQ(facility.make(), 0);
        for (int i = 0; i < 3; ++i) {
            REQUIRE_EQ(lseek(file.fd(), 0, SEEK_SET), 0);
            EXPECT(file.read_rest() == before);
        }
    });
}

FACILITY_TEST(a_file_opened_through_anothers_proc_directory_shows_the_openers)
{
    const Realm realm;
    realm.in([&] { (void)facility.make(); });
    in_a_new_ipc_namespace([&] {
        const auto path = "/proc/" + std::to_string(realm.keeper()) + "/root" + facility.file;
        EXPECT(read_ids_or_none(path.c_str()).empty());
        (void)facility.make();
        (void)facility.make();
        EXPECT(read_ids_or_none(path.c_str()) == Ids({ 0, 1 }));
    });
}

FACILITY_TEST(reopening_by_the_descriptor_shows_the_new_namespaces)
{
    in_a_new_ipc_namespace([&] {
        (void)facility.make();
        const ProcFile file { facility.file };
        REQUIRE_OK(let_go(new_ipc()));
        const auto path = "/proc/self/fd/" + std::to_string(file.fd());
        EXPECT(read_ids_or_none(path.c_str()).empty());
        EXPECT(reread(file) == Ids({ 0 }));
    });
}

FACILITY_TEST(many_open_files_of_many_namespaces_show_each)
{
    in_a_new_ipc_namespace([&] {
        std::vector<std::unique_ptr<ProcFile>> files;
        for (int i = 0; i < 30; ++i) {
            REQUIRE_OK(let_go(new_ipc()));
            for (int n = 0; n <= i; ++n)
                (void)facility.make();
            files.push_back(std::make_unique<ProcFile>(facility.file));
        }
        REQUIRE_OK(let_go(new_ipc()));
        for (std::size_t i = 0; i < files.size(); ++i)
            EXPECT_EQ(reread(*files[i]).size(), i + 1);
    });
}

TEST(the_row_of_a_queue_in_another_namespace_agrees_with_ipc_stat)
{
    in_a_new_ipc_namespace([] {
        const Queue queue { 0640, kKey };
        REQUIRE_OK(queue.send(1, "text"));
        const auto row = row_from_stat(queue.id());
        const ProcFile file;
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_EQ(parse_rows(file.read_rest()).at(0).text, row);
    });
}

TEST(the_row_of_a_set_in_another_namespace_agrees_with_ipc_stat)
{
    in_a_new_ipc_namespace([] {
        const SemSet set { 3, 0640, kKey };
        REQUIRE_OK(set.operate({ up(1) }));
        const auto row = set_row_from_stat(set.id());
        const ProcFile file { kProcSem };
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_EQ(parse_set_rows(file.read_rest()).at(0).text, row);
    });
}

TEST(the_row_of_a_segment_in_another_namespace_agrees_with_ipc_stat)
{
    in_a_new_ipc_namespace([] {
        const Segment segment { 3 * kPage, 0640, kKey };
        const Attachment attachment { segment };
        attachment[0] = 'x';
        const auto row = segment_row_from_stat(segment.id(), kPage, 0);
        const ProcFile file { kProcShm };
        REQUIRE_OK(let_go(new_ipc()));
        EXPECT_EQ(parse_segment_rows(file.read_rest()).at(0).text, row);
    });
}

} // namespace
