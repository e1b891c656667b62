// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sysvipc/sem_undo: the changes that the exit of each process would make, and that they suffice to restore
 * it.  Permissions: test_proc_waiters.cpp.
 */
#include "lib/actor.hpp"
#include "lib/own_table.hpp"
#include "lib/realm.hpp"
#include "lib/sem_set.hpp"
#include "lib/shared.hpp"

#include <unistd.h>

namespace {

std::vector<OwnRow> undo_of(const SemSet& set)
{
    return rows_where("sem_undo", "semid", std::to_string(set.id()));
}

// "semnum:semadj" of the rows of a process, in the file's order, separated by blanks.
std::string adjustments_of(const SemSet& set, pid_t pid)
{
    std::string text;
    for (const OwnRow& row : undo_of(set))
        if (row.at("pid") == std::to_string(pid))
            text += (text.empty() ? "" : " ") + row.at("semnum") + ":" + row.at("semadj");
    return text;
}

// A process that performs these operations and lives on until the end of the object.
class Holder {
public:
    Holder(const SemSet& set, const std::vector<Operations>& calls, unsigned long clone_flags = 0)
        : actor_ { clone_flags, [&set, calls, this] {
                      for (const Operations& operations : calls)
                          REQUIRE_OK(set.attempt(operations));
                      gate_->meet(2);
                      gate_->meet(2);
                      return Outcome::raw(0);
                  } }
    {
        gate_->meet(2);
    }
    pid_t pid() const { return actor_.pid(); }
    void leave()
    {
        gate_->meet(2);
        REQUIRE_OK(actor_.join());
    }

private:
    Shared<Rendezvous> gate_;
    Actor actor_;
};

TEST(without_sem_undo_nobody_holds_anything)
{
    require_module();
    const SemSet set { 3 };
    REQUIRE_OK(set.attempt({ up(0), up(1) }));
    EXPECT(undo_of(set).empty());
}

TEST(an_adjustment_is_what_exit_adds)
{
    require_module();
    const SemSet set { Values { 5, 0, 0 } };
    Holder holder { set, { { undone(down(0, 3)) }, { undone(up(2, 7)), up(1) } } };
    EXPECT_EQ(adjustments_of(set, holder.pid()), "0:3 2:-7");
    for (const OwnRow& row : undo_of(set)) {
        EXPECT_EQ(row.at("lives"), "1");
        EXPECT_EQ(row.at("tasks"), "1");
    }
    EXPECT_EQ(set.text(), "2 1 7");
    holder.leave();
    EXPECT(undo_of(set).empty());
    EXPECT_EQ(set.text(), "5 1 0");
}

TEST(an_adjustment_of_zero_is_not_shown)
{
    require_module();
    const SemSet set { Values { 5, 0 } };
    Holder holder { set, { { undone(down(0)) }, { undone(up(1)) }, { undone(up(0)) } } };
    EXPECT_EQ(adjustments_of(set, holder.pid()), "1:-1");
    REQUIRE_OK(set.set_value(1, 4));
    EXPECT(undo_of(set).empty());
    holder.leave();
    EXPECT_EQ(set.text(), "5 4");
}

TEST(each_process_is_shown_with_its_own)
{
    require_module();
    const SemSet set { Values { 5, 5 } };
    Holder first { set, { { undone(down(0)) } } };
    Holder second { set, { { undone(down(0, 2)) }, { undone(down(1, 4)) } } };
    EXPECT_EQ(adjustments_of(set, first.pid()), "0:1");
    EXPECT_EQ(adjustments_of(set, second.pid()), "0:2 1:4");
    first.leave();
    EXPECT_EQ(undo_of(set).size(), std::size_t { 2 });
    second.leave();
    EXPECT_EQ(set.text(), "5 5");
}

TEST(processes_that_share_are_shown_as_one)
{
    require_module();
    const SemSet set { Values { 5 } };
    Actor parent { [&] {
        REQUIRE_OK(set.attempt({ undone(down(0)) }));
        Holder child { set, { { undone(down(0)) } }, CLONE_SYSVSEM };
        const auto rows = undo_of(set);
        REQUIRE_EQ(rows.size(), std::size_t { 1 });
        EXPECT_EQ(rows[0].at("pid"), std::to_string(getpid()));
        EXPECT_EQ(rows[0].at("tasks"), "2");
        EXPECT_EQ(rows[0].at("semadj"), "2");
        child.leave();
        EXPECT_EQ(undo_of(set)[0].at("tasks"), "1");
        return Outcome::raw(0);
    } };
    REQUIRE_OK(parent.join());
    EXPECT_EQ(set.text(), "5");
}

TEST(many_semaphores_and_many_holders_are_all_shown)
{
    constexpr int kHolders = 12;
    constexpr int kSemaphores = 300;
    require_module();
    const SemSet set { kSemaphores };
    std::vector<std::unique_ptr<Holder>> holders;
    for (int i = 0; i < kHolders; ++i) {
        std::vector<Operations> calls;
        for (int number = 0; number < kSemaphores; ++number)
            calls.push_back({ undone(up(number, i + 1)) });
        holders.push_back(std::make_unique<Holder>(set, calls));
    }
    EXPECT_EQ(undo_of(set).size(), std::size_t { kHolders * kSemaphores });
    for (int i = 0; i < kHolders; ++i) {
        std::string expected;
        for (int number = 0; number < kSemaphores; ++number)
            expected += (number ? " " : "") + std::to_string(number) + ":-" + std::to_string(i + 1);
        EXPECT_EQ(adjustments_of(set, holders[static_cast<std::size_t>(i)]->pid()), expected);
    }
    EXPECT_EQ(row_where("sem_stats", "semid", std::to_string(set.id())).at("undoers"),
              std::to_string(kHolders));
    for (auto& holder : holders)
        holder->leave();
    EXPECT_EQ(row_where("sem_stats", "semid", std::to_string(set.id())).at("undoers"), "0");
}

// As a checkpoint does it: the rows, and the values, are all that is needed.
TEST(the_rows_suffice_to_restore_a_process)
{
    require_module();
    const SemSet set { Values { 5, 1, 0 } };
    const std::vector<Operations> calls { { undone(down(0, 4)), undone(up(2, 3)) },
                                          { undone(down(1)) },
                                          { undone(down(2)) } };
    auto original = std::make_unique<Holder>(set, calls);
    const auto rows = undo_of(set);
    const std::string values = set.text();
    const std::string adjustments = adjustments_of(set, original->pid());
    original->leave();
    EXPECT_EQ(set.text(), "5 1 0");

    Operations redo;
    for (const OwnRow& row : rows)
        redo.push_back(undone(operation(static_cast<int>(number_in(row, "semnum")),
                                        static_cast<int>(-number_in(row, "semadj")))));
    Holder restored { set, { redo } };
    EXPECT_EQ(set.text(), values);
    EXPECT_EQ(adjustments_of(set, restored.pid()), adjustments);
    restored.leave();
    EXPECT_EQ(set.text(), "5 1 0");
}

TEST(another_namespace_sees_nothing_to_undo)
{
    require_module();
    const SemSet set { Values { 5 } };
    Holder holder { set, { { undone(down(0)) } } };
    in_a_new_ipc_namespace([] { EXPECT(read_own_table("sem_undo").empty()); });
    holder.leave();
}

} // namespace
