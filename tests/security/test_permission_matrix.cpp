// SPDX-License-Identifier: GPL-2.0
/*
 * Every call, by every user, with every mode: compares the kernel's answers with the model's.
 *
 *   test_permission_matrix [--answers] [TEST]...
 *
 * With --answers it also prints each answer, in lines that begin with "answer", for comparing
 * kernels.
 */
#include "lib/facility.hpp"
#include "security/permission_calls.hpp"
#include "security/permission_relations.hpp"
#include "lib/queue.hpp"
#include "lib/roles.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace {

using namespace permissions;

bool answers_wanted = false;

// Modes that reveal which class a call checks: one class has the bits, the other two have not.
const std::vector<int> kModes = [] {
    std::set<int> modes { 0, 0777, 0644 };
    for (int bits = 0; bits < 8; ++bits)
        for (const int shift : { 6, 3, 0 })
            modes.insert(bits << shift | ((7 ^ bits) * 0111 & ~(7 << shift)));
    return std::vector<int>(modes.begin(), modes.end());
}();

constexpr int kMostModes = 32;
using Objects = std::array<Object, kMostModes>;

// Called by root of the user namespace that the IPC namespace belongs to.
void make_objects(int number, Objects& objects)
{
    const Facility& facility = kFacilities[number];
    int i = 0;
    for (const int mode : kModes) {
        const key_t key = kKey + i;
        borrow(kCreator);
        const int id = facility.make(key);
        if (number == 0)
            for (int n = 0; n < 2; ++n)
                REQUIRE_OK(send(id, 1, "text"));
        return_to_root();
        REQUIRE_OK(facility.set(id, kOwner.uid, kOwner.gid, static_cast<unsigned>(mode)));
        objects.at(i++) = { id, key, mode, kOwner.uid, kOwner.gid };
    }
}

void print_answers(const std::string& about,
                   const std::map<std::string, std::string>& modes_by_answer)
{
    std::string line = "answer " + about + ':';
    for (const auto& [answer, modes] : modes_by_answer)
        line += ' ' + answer + modes + ';';
    std::puts(line.c_str());
    std::fflush(stdout);
}

void make_calls(const Relation& relation, int number, const Objects& objects)
{
    for (const Call& call : calls_of(number)) {
        std::map<std::string, std::string> modes_by_answer;
        for (std::size_t i = 0; i < kModes.size(); ++i) {
            Object object = objects[i];
            object.uid += relation.shift;
            object.gid += relation.shift;
            const int error = call.make(object).error();
            const int expected = answer(call.demand, relation.standing, object.mode);
            char mode[8];
            std::snprintf(mode, sizeof(mode), " %04o", static_cast<unsigned>(object.mode));
            modes_by_answer[errno_name(error)] += mode;
            if (error != expected)
                harness::record_failure(HERE,
                                        std::string { call.name } + " on mode" + mode
                                            + ", expected " + errno_name(expected) + " got "
                                            + errno_name(error));
        }
        if (answers_wanted)
            print_answers(std::string { relation.name } + ' ' + call.name, modes_by_answer);
    }
}

void in_the_initial_user_namespace(const Relation& relation, int number)
{
    if (relation.goes_below)
        require_namespaces("user");
    in_a_new_ipc_namespace([&] {
        Objects objects;
        make_objects(number, objects);
        in_a_process([&] {
            relation.dress(nullptr);
            make_calls(relation, number, objects);
        });
    });
}

void in_a_realm(const Relation& relation, int number)
{
    const Realm realm { new_world(), kRealmMaker };
    const Shared<Objects> objects;
    realm.in([&] { make_objects(number, *objects); });
    // Keys and ids of the initial namespace do not exist here: this namespace has no object.
    in_a_new_ipc_namespace([&] {
        relation.dress(&realm);
        make_calls(relation, number, *objects);
    });
}

const bool kRegistered = [] {
    for (const Relation& relation : all_relations())
        for (int number = 0; number < kFacilityCount; ++number)
            harness::Registration { std::string { relation.name } + '_' + kFacilities[number].name,
                                    [&relation, number] {
                                        if (relation.in_realm)
                                            in_a_realm(relation, number);
                                        else
                                            in_the_initial_user_namespace(relation, number);
                                    } };
    return true;
}();

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + 1, argv + argc);
    answers_wanted = std::erase(arguments, "--answers") != 0;
    return harness::run_tests(arguments);
}
