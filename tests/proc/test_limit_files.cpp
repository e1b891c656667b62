// SPDX-License-Identifier: GPL-2.0
/*
 * The files in /proc/sys/kernel: accepted values, errors, and permission to write.
 */
#include "lib/each_case.hpp"
#include "lib/identity.hpp"
#include "lib/kernel_log.hpp"
#include "lib/limit_file.hpp"
#include "lib/realm.hpp"
#include "lib/sysv_sem.hpp"

namespace {

// Files of a single number.
const struct Number {
    const char* name;
    const char* highest;
    const char* beyond;
    bool is_int;
} kNumbers[] = {
    { "msgmax", "2147483647", "2147483648", true },
    { "msgmnb", "2147483647", "2147483648", true },
    { "msgmni", "32768", "32769", true },
    { "shmmni", "32768", "32769", true },
    { "shm_rmid_forced", "1", "2", true },
    { "shmmax", "18446744073709551615", "18446744073709551616", false },
    { "shmall", "18446744073709551615", "18446744073709551616", false },
};

const char* const kFiles[] = { "msgmax", "msgmnb", "msgmni", "auto_msgmni",    "sem",
                               "shmmax", "shmall", "shmmni", "shm_rmid_forced" };

void takes_its_range(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        EXPECT_OK(file.write("0"));
        EXPECT_EQ(file.text(), "0");
        EXPECT_OK(file.write("1"));
        EXPECT_EQ(file.text(), "1");
        EXPECT_OK(file.write(number.highest));
        EXPECT_EQ(file.text(), number.highest);
        EXPECT_ERR(file.write(number.beyond), EINVAL);
        EXPECT_ERR(file.write("-1"), EINVAL);
        EXPECT_EQ(file.text(), number.highest);
    });
}

void refuses_what_is_no_number(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        const auto before = file.text();
        for (const char* text : { "many", "x1", "1x", "-", "--1", "+1", "1.5", "1;", ",", "\n", " ",
                                  "99999999999999999999", "1e3", "0x", "0xg" })
            EXPECT_ERR(file.write(text), EINVAL);
        EXPECT_EQ(file.text(), before);
    });
}

void takes_numbers_as_c_writes_them(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        for (const char* text :
             { "1", "01", "0x1", "0X1", " 1", "\t1\n", "1\n", "1 \n", "00001" }) {
            REQUIRE_OK(file.write("0\n"));
            EXPECT_EQ(file.write(text), Outcome::raw(static_cast<long>(std::strlen(text))));
            EXPECT_EQ(file.text(), "1");
        }
        if (std::strcmp(number.highest, "1") == 0)
            return;
        EXPECT_OK(file.write("0x10"));
        EXPECT_EQ(file.text(), "16");
        EXPECT_OK(file.write("010"));
        EXPECT_EQ(file.text(), "8");
    });
}

void takes_the_first_number_of_several(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        REQUIRE_OK(file.write("0"));
        // The others are left for a second write, which has no number to put them in.
        EXPECT_EQ(file.write("1 0"), Outcome::raw(2));
        EXPECT_EQ(file.text(), "1");
    });
}

void ignores_what_is_written_further_on(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        REQUIRE_OK(file.write("1"));
        EXPECT_EQ(file.write("0", 1), Outcome::raw(1));
        EXPECT_EQ(file.write("many", 7), Outcome::raw(4));
        EXPECT_EQ(file.text(), "1");
    });
}

void is_read_at_once_or_not(const Number& number)
{
    in_a_new_ipc_namespace([&] {
        const LimitFile file { number.name };
        REQUIRE_OK(file.write("1"));
        EXPECT(read_file(file.path()) == "1\n");
        // A reader whose first read was too short gets no more.
        EXPECT(read_file(file.path(), 1) == "1");
    });
}

const EachCase<Number> kEachCase {
    kNumbers,
    {
        { "takes_its_range_and_no_more", takes_its_range },
        { "refuses_what_is_no_number", refuses_what_is_no_number },
        { "takes_numbers_as_c_writes_them", takes_numbers_as_c_writes_them },
        { "takes_the_first_number_of_several", takes_the_first_number_of_several },
        { "ignores_what_is_written_further_on", ignores_what_is_written_further_on },
        { "is_read_at_once_or_not_at_all", is_read_at_once_or_not },
    }
};

TEST(auto_msgmni_takes_0_and_1_and_stays_0)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "auto_msgmni" };
        const LimitFile msgmni { "msgmni" };
        EXPECT_EQ(file.text(), "0");
        EXPECT_OK(file.write("1"));
        EXPECT_EQ(file.text(), "0");
        EXPECT_OK(file.write("0"));
        EXPECT_ERR(file.write("2"), EINVAL);
        EXPECT_ERR(file.write("-1"), EINVAL);
        EXPECT_ERR(file.write("many"), EINVAL);
        EXPECT_EQ(msgmni.text(), "32000");
    });
}

// The kernel's own line has nothing before it, the module's its name.
long lines_about_auto_msgmni()
{
    // The kernel's does not end before the next begins.
    REQUIRE(write_file("/dev/kmsg", "test_limit_files: looks at the log"));
    const std::string all = KernelLog { KernelLog::From::Beginning }.take("");
    const std::string line = "writing to auto_msgmni has no effect\n";
    long count = 0;
    for (auto at = all.find(line); at != std::string::npos; at = all.find(line, at + 1))
        ++count;
    return count;
}

TEST(the_lack_of_effect_of_auto_msgmni_is_logged_once)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "auto_msgmni" };
        EXPECT_ERR(file.write("many"), EINVAL);
        EXPECT_EQ(lines_about_auto_msgmni(), 1);
        EXPECT_OK(file.write("1"));
        EXPECT_OK(file.write("0"));
        EXPECT_EQ(lines_about_auto_msgmni(), 1);
    });
}

// --- The four limits of semaphores

TEST(sem_takes_as_many_numbers_as_are_written)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "sem" };
        EXPECT_EQ(file.write("250"), Outcome::raw(3));
        EXPECT_EQ(file.text(), "250\t1024000000\t500\t32000");
        EXPECT_EQ(file.write("251 33000"), Outcome::raw(9));
        EXPECT_EQ(file.text(), "251\t33000\t500\t32000");
        EXPECT_EQ(file.write(" 252\t33001\n33 "), Outcome::raw(14));
        EXPECT_EQ(file.text(), "252\t33001\t33\t32000");
        EXPECT_EQ(file.write("1 2 3 4"), Outcome::raw(7));
        EXPECT_EQ(file.text(), "1\t2\t3\t4");
        EXPECT_EQ(file.write("5 6 7 8 9"), Outcome::raw(8));
        EXPECT_EQ(file.text(), "5\t6\t7\t8");
    });
}

TEST(sem_keeps_the_numbers_before_one_that_is_wrong)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "sem" };
        EXPECT_ERR(file.write("250 x"), EINVAL);
        EXPECT_EQ(file.text(), "250\t1024000000\t500\t32000");
        EXPECT_ERR(file.write("251 33000 2147483648 7"), EINVAL);
        EXPECT_EQ(file.text(), "251\t33000\t500\t32000");
        EXPECT_ERR(file.write("many"), EINVAL);
        EXPECT_ERR(file.write("\n"), EINVAL);
        EXPECT_EQ(file.text(), "251\t33000\t500\t32000");
    });
}

TEST(sem_refuses_a_semmni_out_of_range_and_keeps_the_rest)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "sem" };
        EXPECT_ERR(file.write("1 2 3 32769"), ERANGE);
        EXPECT_EQ(file.text(), "1\t2\t3\t32000");
        EXPECT_ERR(file.write("4 5 6 -1"), ERANGE);
        EXPECT_EQ(file.text(), "4\t5\t6\t32000");
        EXPECT_OK(file.write("4 5 6 32768"));
        EXPECT_OK(file.write("4 5 6 0"));
        EXPECT_EQ(file.text(), "4\t5\t6\t0");
    });
}

TEST(sem_takes_negative_numbers_which_allow_nothing)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "sem" };
        EXPECT_OK(file.write("-2147483648 -1"));
        EXPECT_EQ(file.text(), "-2147483648\t-1\t500\t32000");
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), EINVAL);
        EXPECT_OK(file.write("10"));
        EXPECT_ERR(sysv::semget(IPC_PRIVATE, 1, 0600), ENOSPC);
        EXPECT_ERR(file.write("-2147483649"), EINVAL);
        EXPECT_EQ(file.text(), "10\t-1\t500\t32000");
    });
}

TEST(sem_is_read_at_once_or_not_at_all)
{
    in_a_new_ipc_namespace([] {
        const LimitFile file { "sem" };
        EXPECT(read_file(file.path()) == "32000\t1024000000\t500\t32000\n");
        EXPECT(read_file(file.path(), 5) == "32000");
    });
}

// --- Permission to write: the uid of root in the user namespace that owns the IPC namespace.

void write_back(const LimitFile& file, bool allowed)
{
    const auto text = file.text();
    EXPECT(text != "?");
    EXPECT(file.may_read());
    EXPECT_EQ(file.may_write(), allowed);
    if (allowed)
        EXPECT_EQ(file.write(text), Outcome::raw(static_cast<long>(text.size())));
    else
        EXPECT_ERR(file.write(text), EACCES);
    EXPECT_EQ(file.text(), text);
}

void expect_writable(bool allowed)
{
    for (const char* name : kFiles)
        write_back(LimitFile { name }, allowed);
}

const Identity kRealmRoot { Realm::kShift, Realm::kShift };

TEST(root_may_write)
{
    expect_writable(true);
}

TEST(root_without_any_capability_may_write)
{
    in_a_process([] {
        become_with({}, kRoot);
        expect_writable(true);
    });
}

TEST(users_may_not_write)
{
    (void)play(kAlice, [] {
        expect_writable(false);
        return Outcome::raw(0);
    });
}

TEST(members_of_roots_group_may_not_write)
{
    for (const Identity& member : { Identity { 3001, 0 }, Identity { 3001, 4001, { 0 } } })
        (void)play(member, [] {
            expect_writable(false);
            return Outcome::raw(0);
        });
}

TEST(capabilities_do_not_let_users_write)
{
    in_a_process([] {
        become_with({ CAP_SYS_ADMIN, CAP_SYS_RESOURCE, CAP_IPC_OWNER, CAP_DAC_OVERRIDE, CAP_FOWNER,
                      CAP_CHECKPOINT_RESTORE },
                    kAlice);
        expect_writable(false);
    });
}

TEST(root_may_write_in_a_new_namespace)
{
    in_a_new_ipc_namespace([] { expect_writable(true); });
}

TEST(users_may_not_write_in_a_new_namespace)
{
    in_a_new_ipc_namespace([] {
        become(kAlice);
        expect_writable(false);
    });
}

TEST(root_of_a_user_namespace_may_write)
{
    const Realm realm { new_world() };
    realm.in([] { expect_writable(true); });
}

TEST(root_of_a_user_namespace_without_any_capability_may_write)
{
    const Realm realm { new_world() };
    realm.in([] {
        become_with({}, kRoot);
        expect_writable(true);
    });
}

TEST(a_user_of_a_user_namespace_may_not_write)
{
    const Realm realm { new_world() };
    realm.in([] {
        become_with({ CAP_SYS_ADMIN, CAP_DAC_OVERRIDE }, kAlice);
        expect_writable(false);
    });
}

TEST(initial_root_may_not_write_in_a_user_namespace)
{
    // He has every capability there, but another number.
    const Realm realm { new_world() };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        expect_writable(false);
    });
}

TEST(the_uid_of_a_user_namespaces_root_may_write_from_outside)
{
    const Realm realm { new_world() };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        become(kRealmRoot);
        expect_writable(true);
    });
}

TEST(the_creator_of_a_user_namespace_may_not_write_from_outside)
{
    const Realm realm { new_world(), kAlice };
    in_a_process([&] {
        REQUIRE_OK(realm.file().enter());
        become(kAlice);
        expect_writable(false);
    });
}

TEST(root_of_a_user_namespace_may_not_write_limits_of_the_parent)
{
    const Realm realm { CLONE_NEWUSER };
    realm.in([] { expect_writable(false); });
}

TEST(in_a_user_namespace_without_a_map_only_initial_root_may_write)
{
    require_namespaces("user");
    require_ipc_namespaces();
    in_a_process([] {
        REQUIRE_OK(let_go(new_world()));
        expect_writable(true);
    });
    (void)play(kAlice, [] {
        REQUIRE_OK(let_go(new_world()));
        expect_writable(false);
        return Outcome::raw(0);
    });
}

TEST(a_file_opened_as_root_cannot_be_written_after_dropping_root)
{
    for (const char* name : kFiles)
        in_a_process([&] {
            const LimitFile file { name };
            const auto text = file.text();
            const int fd = open(file.path(), O_WRONLY | O_CLOEXEC);
            REQUIRE(fd >= 0);
            become(kAlice);
            EXPECT_ERR(Outcome::of(::write(fd, text.data(), text.size())), EPERM);
        });
}

} // namespace
