// SPDX-License-Identifier: GPL-2.0
/*
 * The pids that objects record are shown as numbers in the reader's pid namespace, or as 0 if they
 * are not visible there.
 */
#include "lib/each_case.hpp"
#include "lib/facility.hpp"
#include "namespace/pid_numbers.hpp"
#include "lib/queue.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <algorithm>

namespace {

void send_to(int id)
{
    REQUIRE_OK(send(id, 1, "text"));
}

void send_and_receive(int id)
{
    send_to(id);
    REQUIRE_OK(receive(id).outcome);
}

void attach_and_detach(int id)
{
    REQUIRE_OK(kFacilities[2].write(id));
}

int last_operator(int id)
{
    return static_cast<int>(REQUIRE_OK(sysv::semctl(id, 0, GETPID)));
}

const struct Memory {
    const char* name;
    const Facility& facility;
    void (*leave)(int id); // the caller's number
    int (*find)(int id);
} kMemories[] = {
    { "msg_lspid", kFacilities[0], send_to, [](int id) { return stat_of(id).lspid; } },
    { "msg_lrpid", kFacilities[0], send_and_receive, [](int id) { return stat_of(id).lrpid; } },
    { "lspid_in_proc", kFacilities[0], send_to, [](int id) { return queue_columns(id).first; } },
    { "lrpid_in_proc", kFacilities[0], send_and_receive,
      [](int id) { return queue_columns(id).second; } },
    { "getpid_after_semop", kFacilities[1], [](int id) { REQUIRE_OK(operate(id, times(1, up()))); },
      last_operator },
    { "getpid_after_setval", kFacilities[1],
      [](int id) { REQUIRE_OK(sysv::semctl(id, 0, SETVAL, 3ul)); }, last_operator },
    { "getpid_after_setall", kFacilities[1],
      [](int id) {
          const unsigned short values[] = { 4 };
          REQUIRE_OK(sysv::semctl(id, 0, SETALL, values));
      },
      last_operator },
    { "getpid_after_undo", kFacilities[1],
      [](int id) {
          REQUIRE_OK(operate(id, times(1, undone(up()))));
          REQUIRE_OK(let_go(CLONE_SYSVSEM));
      },
      last_operator },
    { "shm_lpid", kFacilities[2], attach_and_detach,
      [](int id) { return segment_stat_of(id).lpid; } },
    { "lpid_in_proc", kFacilities[2], attach_and_detach,
      [](int id) { return segment_columns(id).second; } },
};

// An object for one test.
class Object {
public:
    explicit Object(const Memory& memory) : memory_ { memory }
    {
        require_namespaces("pid");
        id_ = memory.facility.make();
    }
    ~Object() { (void)memory_.facility.remove(id_); }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    void leave() const { memory_.leave(id_); }
    int find() const { return memory_.find(id_); }

private:
    const Memory& memory_;
    int id_ = -1;
};

void inside_and_outside(const Memory& memory)
{
    const Object object { memory };
    const pid_t outer = in_new_pids([&] {
        EXPECT_EQ(getpid(), 1);
        object.leave();
        EXPECT_EQ(object.find(), 1);
        in_a_process([&] { EXPECT_EQ(object.find(), 1); });
    });
    // The process has ended, and its namespace with it, but its number is remembered.
    EXPECT_EQ(object.find(), outer);
}

void invisible_below(const Memory& memory)
{
    const Object object { memory };
    object.leave();
    EXPECT_EQ(object.find(), getpid());
    in_new_pids([&] { EXPECT_EQ(object.find(), 0); });
    EXPECT_EQ(object.find(), getpid());
}

void invisible_beside(const Memory& memory)
{
    const Object object { memory };
    (void)in_new_pids([&] { object.leave(); });
    const pid_t outer = in_new_pids([&] {
        EXPECT_EQ(object.find(), 0);
        object.leave();
        EXPECT_EQ(object.find(), 1);
    });
    EXPECT_EQ(object.find(), outer);
}

struct Numbers {
    int at[3];
};

void each_level_has_its_number(const Memory& memory)
{
    const Object object { memory };
    const Shared<Numbers> numbers;
    in_new_pids([&] {
        in_a_process([] {}); // so that the two levels below count differently
        in_new_pids([&] {
            in_a_process([&] {
                const auto own = own_numbers();
                REQUIRE_EQ(own.size(), 3u);
                std::ranges::copy(own, numbers->at);
                object.leave();
                EXPECT_EQ(object.find(), own[2]);
            });
            EXPECT_EQ(object.find(), numbers->at[2]);
        });
        EXPECT_EQ(object.find(), numbers->at[1]);
    });
    EXPECT_EQ(object.find(), numbers->at[0]);
    EXPECT(numbers->at[0] > numbers->at[1] && numbers->at[1] > numbers->at[2]);
}

void children_only_go(const Memory& memory)
{
    const Object object { memory };
    in_a_process([&] {
        REQUIRE_OK(let_go(CLONE_NEWPID));
        object.leave();
        EXPECT_EQ(object.find(), getpid());
        EXPECT(getpid() > 1);
        in_a_process([&] {
            EXPECT_EQ(getpid(), 1);
            EXPECT_EQ(object.find(), 0);
            object.leave();
            EXPECT_EQ(object.find(), 1);
        });
        EXPECT(object.find() > getpid());
    });
}

const EachCase<Memory> kEachCase {
    kMemories,
    {
        { "is_a_number_inside_and_another_outside", inside_and_outside },
        { "is_0_below", invisible_below },
        { "is_0_beside", invisible_beside },
        { "has_a_number_on_each_level", each_level_has_its_number },
        { "after_unshare_is_of_the_new_namespace_for_children_only", children_only_go },
    }
};

} // namespace
