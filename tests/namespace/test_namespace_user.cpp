// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of objects as seen in, and set from, user namespaces.
 */
#include "lib/facility.hpp"
#include "lib/proc_file.hpp"
#include "lib/queue.hpp"
#include "lib/realm.hpp"
#include "lib/segment.hpp"
#include "lib/sem_set.hpp"

#include <cstdio>
#include <memory>

namespace {

constexpr unsigned kNobody = 65534; // the number shown for ids without a mapping
constexpr unsigned kShift = Realm::kShift;

// An object of root's with an owner and a group of these numbers, outside.
class Given {
public:
    Given(const Facility& facility, unsigned uid, unsigned gid, unsigned mode = 0644)
        : facility_ { facility },
          id_ { facility.make() }
    {
        REQUIRE_OK(facility.set(id_, uid, gid, mode));
    }
    ~Given() { (void)facility_.remove(id_); }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;

    int id() const { return id_; }
    sysv::Perm owner() const { return facility_.owner(id_); }

private:
    const Facility& facility_;
    int id_;
};

std::string text_of(unsigned uid, unsigned gid, unsigned cuid, unsigned cgid)
{
    std::ostringstream out;
    out << uid << ' ' << gid << ' ' << cuid << ' ' << cgid;
    return out.str();
}

std::string text_of(const sysv::Perm& perm)
{
    return text_of(perm.uid, perm.gid, perm.cuid, perm.cgid);
}

// The same four from a row in /proc/sysvipc.
std::string owners_in(const Facility& facility, const std::string& text, int id)
{
    const char* const format = facility.file == kProcMsg ? "%*d %d %*o %*d %*d %*d %*d %u %u %u %u"
        : facility.file == kProcSem                      ? "%*d %d %*o %*d %u %u %u %u"
                                                         : "%*d %d %*o %*d %*d %*d %*d %u %u %u %u";
    for (const auto& line : split_lines(text)) {
        int found = -1;
        unsigned uid, gid, cuid, cgid;
        if (std::sscanf(line.c_str(), format, &found, &uid, &gid, &cuid, &cgid) == 5 && found == id)
            return text_of(uid, gid, cuid, cgid);
    }
    return "no such row";
}

std::string owners_in_file(const Facility& facility, int id)
{
    return owners_in(facility, read_file(facility.file).value_or(""), id);
}

void expect_owners(const Facility& facility, int id, const std::string& expected)
{
    sysv::Perm perm {};
    for (const int command : { IPC_STAT, facility.stat_index, facility.stat_any }) {
        const int number = command == IPC_STAT ? id : sysv::index_of(id);
        REQUIRE_OK(facility.stat(number, command, perm));
        EXPECT_EQ(text_of(perm), expected);
    }
    EXPECT_EQ(owners_in_file(facility, id), expected);
}

FACILITY_TEST(without_a_map_the_overflow_user_owns_each)
{
    require_namespaces("user");
    const Given object { facility, 3102, 4102 };
    in_a_process([&] {
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        expect_owners(facility, object.id(), text_of(kNobody, kNobody, kNobody, kNobody));
    });
    expect_owners(facility, object.id(), "3102 4102 0 0");
}

FACILITY_TEST(mapped_owners_are_shown_with_the_readers_numbers_for_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, kShift + 5, kShift + 6 };
    realm.in([&] { expect_owners(facility, object.id(), text_of(5, 6, kNobody, kNobody)); });
    expect_owners(facility, object.id(), text_of(kShift + 5, kShift + 6, 0, 0));
}

FACILITY_TEST(the_edges_of_a_map_hold_for_the_owner_of_a)
{
    const Realm realm { CLONE_NEWUSER };
    for (const unsigned distance : { 0u, Realm::kIds - 1, Realm::kIds }) {
        const Given object { facility, kShift + distance, kShift - 1 };
        const unsigned seen = distance < Realm::kIds ? distance : kNobody;
        realm.in([&] {
            expect_owners(facility, object.id(), text_of(seen, kNobody, kNobody, kNobody));
        });
    }
}

FACILITY_TEST(a_creator_inside_is_the_owner_outside_of_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Shared<int> id;
    realm.in([&] {
        become({ 21, 22 });
        *id = facility.make(IPC_PRIVATE, 0644);
        expect_owners(facility, *id, "21 22 21 22");
    });
    expect_owners(facility, *id, text_of(kShift + 21, kShift + 22, kShift + 21, kShift + 22));
    REQUIRE_OK(facility.remove(*id));
}

FACILITY_TEST(siblings_see_the_overflow_user_as_the_owner_of_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Shared<int> id;
    realm.in([&] { *id = facility.make(IPC_PRIVATE, 0644); });
    Actor sibling { static_cast<unsigned long>(CLONE_NEWUSER), [&] {
                       expect_owners(facility, *id, text_of(kNobody, kNobody, kNobody, kNobody));
                       return Outcome::raw(0);
                   } };
    REQUIRE_OK(sibling.join());
    REQUIRE_OK(facility.remove(*id));
}

FACILITY_TEST(a_file_opened_outside_shows_inside_the_outer_owners_of_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, kShift + 5, kShift + 6 };
    const ProcFile file { facility.file };
    realm.in([&] {
        EXPECT_EQ(owners_in(facility, file.read_rest(), object.id()),
                  text_of(kShift + 5, kShift + 6, 0, 0));
    });
}

FACILITY_TEST(a_file_opened_inside_shows_outside_the_inner_owners_of_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, kShift + 5, kShift + 6 };
    const Shared<Rendezvous> gate;
    const Shared<int> number;
    Actor opener { [&] {
        realm.enter();
        const ProcFile file { facility.file };
        *number = file.fd();
        gate->meet(2);
        gate->meet(2);
        return Outcome::raw(0);
    } };
    gate->meet(2);
    const int process = static_cast<int>(syscall(SYS_pidfd_open, opener.pid(), 0));
    const int file = static_cast<int>(syscall(SYS_pidfd_getfd, process, *number, 0));
    REQUIRE(file >= 0);
    gate->meet(2);
    REQUIRE_OK(opener.join());
    std::string text(65536, '\0');
    text.resize(
        static_cast<std::size_t>(REQUIRE_OK(Outcome::of(read(file, text.data(), text.size())))));
    EXPECT_EQ(owners_in(facility, text, object.id()), text_of(5, 6, kNobody, kNobody));
    close(file);
    close(process);
}

FACILITY_TEST(an_owner_in_a_user_namespace_is_still_the_owner_of_a)
{
    require_namespaces("user");
    for (const unsigned mode : { 0600u, 0066u }) {
        const Given object { facility, kAlice.uid, 4199, mode };
        const Outcome wanted = mode == 0600 ? Outcome::raw(0) : Outcome::failure(EACCES);
        (void)play(kAlice, [&] {
            REQUIRE_OK(let_go(CLONE_NEWUSER));
            EXPECT_EQ(facility.write(object.id()), wanted);
            return Outcome::raw(0);
        });
    }
}

FACILITY_TEST(an_owner_in_a_user_namespace_may_remove_its)
{
    require_namespaces("user");
    const Given object { facility, kAlice.uid, 4199, 0 };
    EXPECT_OK(play(kAlice, [&] {
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        return facility.remove(object.id());
    }));
    EXPECT(!facility.has(object.id()));
}

FACILITY_TEST(groups_count_in_a_user_namespace_for_a)
{
    require_namespaces("user");
    const Given object { facility, 3199, 4199, 0060 };
    for (const bool is_member : { false, true }) {
        const Identity alice { kAlice.uid, kAlice.gid, { is_member ? 4199u : 4198u } };
        (void)play(alice, [&] {
            REQUIRE_OK(let_go(CLONE_NEWUSER));
            EXPECT_EQ(facility.write(object.id()).ok(), is_member);
            return Outcome::raw(0);
        });
    }
}

FACILITY_TEST(equal_numbers_in_two_user_namespaces_are_different_owners_of_a)
{
    // User 3102 of the realm is not its owner, the initial user 3102.
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, 3102, 4102, 0660 };
    realm.in([&] {
        become({ 3102, 4102 });
        EXPECT_ERR(facility.write(object.id()), EACCES);
        EXPECT_ERR(facility.remove(object.id()), EPERM);
    });
}

FACILITY_TEST(ipc_set_takes_the_callers_numbers_for_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, kShift, kShift };
    realm.in([&] {
        EXPECT_OK(facility.set(object.id(), 33, 44, 0644));
        expect_owners(facility, object.id(), text_of(33, 44, kNobody, kNobody));
    });
    expect_owners(facility, object.id(), text_of(kShift + 33, kShift + 44, 0, 0));
}

FACILITY_TEST(setting_an_unmapped_owner_is_einval_for_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Given object { facility, kShift, kShift };
    const auto before = object.owner();
    realm.in([&] {
        for (const unsigned stranger : { Realm::kIds, kShift, 0xffff'ffffu }) {
            EXPECT_ERR(facility.set(object.id(), stranger, 1, 0600), EINVAL);
            EXPECT_ERR(facility.set(object.id(), 1, stranger, 0600), EINVAL);
        }
    });
    // Neither the good half nor the mode was taken.
    EXPECT_EQ(text_of(object.owner()), text_of(before));
    EXPECT_EQ(object.owner().mode & 0777, 0644u);
}

FACILITY_TEST(the_invalid_id_is_einval_also_for_root_as_owner_of_a)
{
    const Given object { facility, 3102, 4102 };
    EXPECT_ERR(facility.set(object.id(), 0xffff'ffff, 1, 0600), EINVAL);
    EXPECT_ERR(facility.set(object.id(), 1, 0xffff'ffff, 0600), EINVAL);
    EXPECT_EQ(text_of(object.owner()), "3102 4102 0 0");
}

FACILITY_TEST(without_a_map_ipc_set_is_einval_for_a)
{
    require_namespaces("user");
    const Given object { facility, kAlice.uid, kAlice.gid };
    (void)play(kAlice, [&] {
        REQUIRE_OK(let_go(CLONE_NEWUSER));
        for (const unsigned number : { 0u, kAlice.uid, kNobody })
            EXPECT_ERR(facility.set(object.id(), number, number, 0600), EINVAL);
        return Outcome::raw(0);
    });
    EXPECT_EQ(object.owner().uid, kAlice.uid);
}

FACILITY_TEST(setting_back_the_shown_owner_gives_the_overflow_user_a)
{
    const Realm realm { CLONE_NEWUSER };
    const Shared<int> id;
    realm.in([&] { *id = facility.make(IPC_PRIVATE, 0644); });
    REQUIRE_OK(facility.set(*id, 3102, 4102, 0644));
    // The owner has no mapping in the creator's namespace, where the same number is another user's.
    realm.in([&] {
        auto perm = facility.owner(*id);
        EXPECT_EQ(text_of(perm), text_of(kNobody, kNobody, 0, 0));
        EXPECT_OK(facility.set(*id, perm.uid, perm.gid, perm.mode));
    });
    EXPECT_EQ(text_of(facility.owner(*id)),
              text_of(kShift + kNobody, kShift + kNobody, kShift, kShift));
    REQUIRE_OK(facility.remove(*id));
}

FACILITY_TEST(a_map_of_one_user_shows_only_that_user_as_the_owner_of_a)
{
    require_namespaces("user");
    const Given object { facility, 3102, 4102 };
    const Shared<Rendezvous> gate;
    Actor inside { static_cast<unsigned long>(CLONE_NEWUSER), [&] {
                      gate->meet(2);
                      expect_owners(facility, object.id(), text_of(7, kNobody, 0, 0));
                      return Outcome::raw(0);
                  } };
    const auto process = "/proc/" + std::to_string(inside.pid());
    REQUIRE(write_file((process + "/uid_map").c_str(), "7 3102 1\n0 0 1\n"));
    REQUIRE(write_file((process + "/gid_map").c_str(), "0 0 1\n"));
    gate->meet(2);
    REQUIRE_OK(inside.join());
}

} // namespace
