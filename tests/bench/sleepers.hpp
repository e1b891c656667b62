// SPDX-License-Identifier: GPL-2.0
// Sleepers: threads of this process that are in `call` until the object that they wait at is removed.
#pragma once

#include "bench/counted.hpp"
#include "lib/harness.hpp"

#include <deque>
#include <pthread.h>

namespace bench {

class Sleepers {
public:
    Sleepers(long count, Work call) : call_ { std::move(call) }
    {
        constexpr std::size_t kStack = 64 * 1024;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, kStack);
        for (long i = 0; i < count; ++i)
            REQUIRE_EQ(pthread_create(&threads_.emplace_back(), &attributes, sleep, this), 0);
        pthread_attr_destroy(&attributes);
        settle();
    }
    ~Sleepers()
    {
        for (const pthread_t thread : threads_)
            pthread_join(thread, nullptr);
    }
    Sleepers(const Sleepers&) = delete;
    Sleepers& operator=(const Sleepers&) = delete;

private:
    static void* sleep(void* sleepers)
    {
        static_cast<Sleepers*>(sleepers)->call_();
        return nullptr;
    }

    const Work call_;
    std::deque<pthread_t> threads_;
};

} // namespace bench
