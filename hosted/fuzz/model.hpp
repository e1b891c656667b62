// SPDX-License-Identifier: GPL-2.0
/*
 * Model: the rules of svipc(7) and the manual pages of the calls, for calls that are made one after the other
 * and never wait.  Simple and slow; written from the pages, not from the code.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <sys/sem.h>
#include <vector>

namespace hosted::fuzz {

constexpr unsigned kProcesses = 3;
constexpr int kSemaphores = 3;
constexpr int kMostValue = 32'767;

struct SetModel {
    std::array<int, kSemaphores> values {};
    std::array<std::array<int, kSemaphores>, kProcesses> adjustments {};

    /* All or none, in the order given.  0 or -errno. */
    long operate(unsigned process, const std::vector<sembuf>& operations)
    {
        std::array<int, kSemaphores> after = values;
        std::array<int, kSemaphores> adjusted = adjustments[process];
        for (const sembuf& one : operations) {
            if (one.sem_num >= kSemaphores)
                return -EFBIG;
        }
        for (const sembuf& one : operations) {
            int& value = after[one.sem_num];
            if (one.sem_op == 0 ? value != 0 : value + one.sem_op < 0)
                return -EAGAIN;
            if (value + one.sem_op > kMostValue)
                return -ERANGE;
            value += one.sem_op;
            if (one.sem_flg & SEM_UNDO) {
                int& adjustment = adjusted[one.sem_num];
                adjustment -= one.sem_op;
                if (adjustment < -kMostValue - 1 || adjustment > kMostValue)
                    return -ERANGE;
            }
        }
        values = after;
        adjustments[process] = adjusted;
        return 0;
    }
    void set(int number, int value)
    {
        values[static_cast<unsigned>(number)] = value;
        for (auto& adjustment : adjustments)
            adjustment[static_cast<unsigned>(number)] = 0;
    }
    /* Limited to the range of a semaphore. */
    void exit(unsigned process)
    {
        for (unsigned number = 0; number < kSemaphores; ++number) {
            values[number] += adjustments[process][number];
            values[number] = std::max(0, std::min(values[number], kMostValue));
            adjustments[process][number] = 0;
        }
    }
};

struct QueueModel {
    struct Letter {
        long type;
        std::string text;
    };
    std::list<Letter> letters;
    std::size_t bytes { 0 };
    std::size_t limit { 16'384 };

    long send(long type, std::string text)
    {
        if (type < 1)
            return -EINVAL;
        if (bytes + text.size() > limit || letters.size() + 1 > limit)
            return -EAGAIN;
        bytes += text.size();
        letters.push_back({ type, std::move(text) });
        return 0;
    }
    /* The one that @type asks for; end(): none. */
    std::list<Letter>::iterator select(long type, bool except)
    {
        auto best = letters.end();
        for (auto letter = letters.begin(); letter != letters.end(); ++letter) {
            if (type == 0 || (type > 0 && (letter->type == type) != except))
                return letter;
            if (type < 0 && letter->type <= -type
                && (best == letters.end() || letter->type < best->type))
                best = letter;
        }
        return best;
    }
    long receive(long type, bool except, std::size_t room, bool cuts, std::string& text)
    {
        const auto letter = select(type, except);
        if (letter == letters.end())
            return -ENOMSG;
        if (letter->text.size() > room && !cuts)
            return -E2BIG;
        text = letter->text.substr(0, room);
        bytes -= letter->text.size();
        letters.erase(letter);
        return static_cast<long>(text.size());
    }
};

struct SegmentModel {
    std::size_t size { 0 };
    int attaches { 0 };
    bool is_marked { false };
};

} // namespace hosted::fuzz
