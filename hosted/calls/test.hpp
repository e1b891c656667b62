// SPDX-License-Identifier: GPL-2.0
/*
 * How to write a test of system calls in user space:
 *
 *     TEST(a_sentence_about_behaviour) { Process self; EXPECT_EQ(self.msgget(...), 0); }
 *
 * The module is loaded before each test and unloaded after it: memory that is not freed is a failure.
 */
#pragma once

#include "../process.hpp"

#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hosted::calls {

constexpr std::int64_t kHour = 3'600'000'000'000; /* ns, for machine::advance() */

struct Test {
    const char* name;
    void (*run)();
};
std::vector<Test>& all_tests();
void expect_equal(long left, long right, const char* text, const char* file, int line);

struct Registration {
    Registration(const char* name, void (*run)()) { all_tests().push_back({ name, run }); }
};

/* Runs a function as a process, at the same time; its destructor waits for the end. */
class Running {
public:
    Running(Process& process, std::function<void()> body);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Process& process_;
    std::function<void()> body_;
};
/* Waits until @condition holds; fails the test if it never does. */
void wait_until(const std::function<bool()>& condition, const char* what);

Identity user(unsigned uid);

} // namespace hosted::calls

#define TEST(sentence)                                                                             \
    static void sentence();                                                                        \
    static const hosted::calls::Registration register_##sentence { #sentence, sentence };          \
    static void sentence()
#define EXPECT_EQ(left, right)                                                                     \
    hosted::calls::expect_equal(static_cast<long>(left), static_cast<long>(right),                 \
                                #left " == " #right, __FILE__, __LINE__)
#define EXPECT(condition) EXPECT_EQ(static_cast<bool>(condition), true)
