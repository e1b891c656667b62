// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of random operations, each compared with a model of a queue that is simple enough to be
 * obviously right: a list that is searched from the front.
 */
#include "lib/harness.hpp"
#include "lib/queue.hpp"

#include <climits>
#include <list>
#include <optional>
#include <random>

namespace {

struct Message {
    long type;
    std::string text;
};

class QueueModel {
public:
    explicit QueueModel(std::size_t qbytes) : qbytes_ { qbytes } { }

    std::size_t qnum() const { return messages_.size(); }
    std::size_t cbytes() const { return cbytes_; }
    void set_qbytes(std::size_t qbytes) { qbytes_ = qbytes; }

    int send(long type, const std::string& text)
    {
        if (type < 1)
            return EINVAL;
        if (text.size() + cbytes_ > qbytes_ || messages_.size() + 1 > qbytes_)
            return EAGAIN;
        messages_.push_back({ type, text });
        cbytes_ += text.size();
        return 0;
    }

    // The message taken, or an errno.
    std::pair<int, Message> receive(long type, int flags, std::size_t room)
    {
        auto found = messages_.end();
        for (auto at = messages_.begin(); at != messages_.end(); ++at) {
            if (!matches(at->type, type, flags))
                continue;
            if (found == messages_.end() || (type < 0 && at->type < found->type))
                found = at;
        }
        if (found == messages_.end())
            return { ENOMSG, {} };
        if (found->text.size() > room && !(flags & MSG_NOERROR))
            return { E2BIG, {} };
        Message taken = *found;
        cbytes_ -= taken.text.size();
        messages_.erase(found);
        taken.text.resize(std::min(taken.text.size(), room));
        return { 0, taken };
    }

private:
    static bool matches(long message_type, long wanted, int flags)
    {
        if (wanted == 0)
            return true;
        if (wanted < 0)
            return wanted == LONG_MIN || message_type <= -wanted;
        return (message_type == wanted) != ((flags & MSG_EXCEPT) != 0);
    }

    std::list<Message> messages_;
    std::size_t cbytes_ = 0;
    std::size_t qbytes_;
};

struct Mix {
    const char* name;
    unsigned seed;
    int types; // message types 1 .. types
    std::size_t longest; // text
    std::size_t qbytes;
    unsigned sends_in_ten;
};

constexpr Mix kMixes[] = {
    { "few_types_and_short_messages_follow_the_model", 1, 4, 12, 600, 5 },
    { "many_types_and_short_messages_follow_the_model", 2, 300, 20, 4000, 5 },
    { "a_long_queue_follows_the_model", 3, 40, 3, 1500, 7 },
    { "a_queue_nearly_empty_follows_the_model", 4, 6, 50, 500, 3 },
    { "long_messages_follow_the_model", 5, 5, 8192, 16384, 5 },
};

const int kSteps = harness::affordable(6000);

class RandomWalk {
public:
    explicit RandomWalk(const Mix& mix) : mix_ { mix }, random_ { mix.seed }, model_ { mix.qbytes }
    {
        harness::note(std::string { mix.name } + ": seed " + std::to_string(mix.seed));
        REQUIRE_OK(queue_.set_qbytes(mix.qbytes));
    }

    void run()
    {
        for (int step = 0; step < kSteps; ++step) {
            if (below(10) < mix_.sends_in_ten)
                send();
            else
                receive();
            if (below(200) == 0)
                change_qbytes();
            const auto stat = queue_.stat();
            REQUIRE_EQ(stat.qnum, model_.qnum());
            REQUIRE_EQ(stat.cbytes, model_.cbytes());
        }
    }

private:
    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

    void send()
    {
        const long type = below(50) == 0 ? -static_cast<long>(below(2))
                                         : 1 + static_cast<long>(below(std::size_t(mix_.types)));
        const auto text = pattern(below(mix_.longest + 1), random_());
        REQUIRE_EQ(queue_.send(type, text).error(), model_.send(type, text));
    }

    void receive()
    {
        static constexpr int kFlags[] = { 0, MSG_NOERROR, MSG_EXCEPT, MSG_NOERROR | MSG_EXCEPT };
        const int flags = kFlags[below(4)];
        const std::size_t room = below(4) == 0 ? below(mix_.longest + 1) : mix_.longest;
        const long type = any_wanted_type();

        const auto [error, expected] = model_.receive(type, flags, room);
        const auto received = queue_.receive(type, flags | IPC_NOWAIT, room);
        REQUIRE_EQ(received.outcome.error(), error);
        if (error)
            return;
        REQUIRE_EQ(received.type, expected.type);
        REQUIRE(received.text == expected.text);
    }

    long any_wanted_type()
    {
        const long number = 1 + static_cast<long>(below(std::size_t(mix_.types) + 1));
        switch (below(8)) {
        case 0:
        case 1:
            return 0;
        case 2:
        case 3:
            return -number;
        case 4:
            return below(4) == 0 ? LONG_MIN : -number;
        default:
            return number;
        }
    }

    void change_qbytes()
    {
        const std::size_t qbytes = mix_.qbytes / 2 + below(mix_.qbytes / 2 + 1);
        REQUIRE_OK(queue_.set_qbytes(qbytes));
        model_.set_qbytes(qbytes);
    }

    const Mix& mix_;
    std::mt19937 random_;
    QueueModel model_;
    Queue queue_;
};

const bool kWalksRegistered = [] {
    for (const Mix& mix : kMixes)
        harness::Registration { mix.name, [&mix] { RandomWalk { mix }.run(); } };
    return true;
}();

} // namespace
