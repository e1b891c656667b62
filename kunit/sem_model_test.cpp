// SPDX-License-Identifier: GPL-2.0
/*
 * Suite sysvipc_sem_model: a semaphore set and a simple model of one get the same random requests,
 * and agree after every step on every value, every waiter and every result.
 *
 * No thread sleeps: a waiter is queued as a system call would queue it, and checked after each
 * step.
 */
#include "random.hpp"
#include "sem_model.hpp"
#include "test.hpp"

#include <mem/heap.hpp>
#include <ns/ipc_namespace.hpp>
#include <sem/sem_lock.hpp>
#include <sem/sem_wakeup.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

using Answer = SemModel::Answer;

/* A client of the model and the set: request has the model's answer, waiter the set's. */
struct Client : Pinned {
    SemModel::Request request {};
    abi::SemOp list[SemModel::kMostOperations] {};
    Optional<SemOperations> operations;
    Optional<SemWaiter> waiter;
    Answer answer { Answer::Gone };

    [[nodiscard]] bool is_waiting() const noexcept { return answer == Answer::Waiting; }
};

Answer answer_for(Errno error) noexcept
{
    if (error == Errno {})
        return Answer::Done;
    return error == Errno::ERANGE ? Answer::Range : Answer::Again;
}

class Trial : Pinned {
public:
    static void destroy(Trial* trial) noexcept { heap_destroy(trial); }

    Trial(SemSet& set, u64 seed) noexcept : set_(set), random_(seed) { }
    ~Trial()
    {
        for (Client& client : clients_)
            give_up(client);
    }

    void step() noexcept
    {
        if (Client* client = random_.one_in(12) ? nullptr : free_client())
            ask(*client);
        else if (random_.one_in(2))
            set_value();
        else
            give_up(clients_[random_.below(SemModel::kMostWaiters)]);
        collect();
    }

    [[nodiscard]] bool agrees() noexcept
    {
        for (Client& client : clients_) {
            if (client.answer != client.request.answer)
                return false;
        }
        SemLock lock { set_, SemRange::all(set_) };
        for (u32 number = 0; number < SemModel::kSemaphores; ++number) {
            if (set_.at(number, lock).value != model_.value(number))
                return false;
        }
        return true;
    }

private:
    Client* free_client() noexcept
    {
        for (Client& client : clients_) {
            if (!client.is_waiting())
                return &client;
        }
        return nullptr;
    }

    void fill(SemModel::Request& request) noexcept
    {
        request.count = random_.one_in(2) ? 1 : 1 + random_.below(SemModel::kMostOperations);
        for (u32 i = 0; i < request.count; ++i) {
            abi::SemOp& op = request.operations[i];
            op.sem_num = static_cast<u16>(random_.below(SemModel::kSemaphores));
            const i32 change = static_cast<i32>(random_.below(7)) - 3;
            op.sem_op = static_cast<i16>(random_.one_in(40) ? 32767 : change);
            op.sem_flg = static_cast<u16>(random_.one_in(8) ? abi::IPC_NOWAIT : 0);
        }
    }

    void ask(Client& client) noexcept
    {
        fill(client.request);
        for (u32 i = 0; i < client.request.count; ++i)
            client.list[i] = client.request.operations[i];
        client.waiter.reset();
        client.operations.emplace([&] {
            return SemOperations { client.list, client.request.count };
        });
        SemOperations& operations = *client.operations;

        model_.operate(client.request);
        WakeList wakes;
        SemLock lock { set_, operations };
        Result<SemOperations::Attempt> attempt = operations.attempt(set_, lock);
        if (!attempt.ok()) {
            client.answer = answer_for(attempt.error());
        } else if (attempt.take() == SemOperations::Attempt::Done) {
            client.answer = Answer::Done;
            serve_after(set_, lock, operations, wakes);
        } else {
            client.answer = Answer::Waiting;
            client.waiter.emplace([&] { return SemWaiter { operations }; });
            add_sem_waiter(set_, lock, *client.waiter);
        }
    }

    void set_value() noexcept
    {
        const u32 number = random_.below(SemModel::kSemaphores);
        const auto value = static_cast<i32>(random_.below(4));
        const SemRange only_this = SemRange::one(number);
        model_.set(number, value);
        WakeList wakes;
        SemLock lock { set_, only_this };
        set_.at(number, lock).value = static_cast<i16>(value);
        serve_changed(set_, lock, only_this, Counts::AsChange, wakes);
    }

    void give_up(Client& client) noexcept
    {
        if (!client.is_waiting())
            return;
        model_.give_up(client.request);
        client.answer = Answer::Gone;
        SemLock lock { set_, *client.operations };
        remove_sem_waiter(set_, lock, *client.waiter);
    }

    /* A waiter that is no longer queued has its answer. */
    void collect() noexcept
    {
        for (Client& client : clients_) {
            if (client.is_waiting() && !client.waiter->is_linked())
                client.answer = answer_for(client.waiter->error);
        }
    }

    SemSet& set_;
    Random random_;
    SemModel model_;
    Client clients_[SemModel::kMostWaiters];
};

struct SemModelTest : Fixture {
    using Fixture::Fixture;

    LimitedSum usage;

    [[nodiscard]] u32 steps_in_agreement(u64 seed, u32 steps) noexcept
    {
        Result<Ref<SemSet>> set =
            SemSet::create(kPrivateKey, Mode::from_flags(0600), SemModel::kSemaphores, usage, 100);
        if (!set.ok())
            return 0;
        const Ref<SemSet> held = set.take();
        Result<Box<Trial>> trial = heap_create<Trial>(*held, seed);
        if (!trial.ok())
            return 0;
        const Box<Trial> running = trial.take();
        u32 done = 0;
        for (; done < steps; ++done) {
            running->step();
            if (!running->agrees())
                break;
        }
        held->uncharge(usage);
        held->retire();
        return done;
    }
};

TEST_CASE(SemModelTest, a_set_agrees_with_a_simple_model_over_a_hundred_thousand_random_steps)
{
    constexpr u32 kTrials = 50;
    constexpr u32 kSteps = 2000;
    for (u64 seed = 1; seed <= kTrials; ++seed)
        EXPECT_EQ(steps_in_agreement(seed, kSteps), kSteps);
}

TEST_CASE(SemModelTest, the_semaphores_of_a_set_are_charged_and_uncharged)
{
    (void)steps_in_agreement(1, 1);
    EXPECT_EQ(usage.sum(), 0u);
}

} // namespace

} // namespace sysvipc
