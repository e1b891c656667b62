// SPDX-License-Identifier: GPL-2.0
/* sysvipcctl(1): lists System V IPC objects, their users, and the limits that were hit. */
#include "objects.hpp"
#include "table.hpp"

#include <iostream>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace {

constexpr const char* kUsage = R"(usage: sysvipcctl [--json] COMMAND

  list                     all objects of this IPC namespace
  who [msg|sem|shm] ID     tasks that wait at an object, hold an adjustment, or have mapped it
  limits                   each limit, its current use, and how often it was hit
  orphans [--remove [--yes]]
                           objects without living creator, last users and other users;
                           with --remove: remove them
  top                      objects and limits, every two seconds, until q is pressed
)";

struct Arguments {
    bool is_json { false };
    bool removes { false };
    bool is_sure { false };
    std::vector<std::string> words; // the command and its arguments
};

[[noreturn]] void wrong_usage()
{
    std::cerr << kUsage;
    std::exit(2);
}

Arguments parse(int argc, char** argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json")
            arguments.is_json = true;
        else if (word == "--remove")
            arguments.removes = true;
        else if (word == "--yes")
            arguments.is_sure = true;
        else if (word == "--help" || word == "-h") {
            std::cout << kUsage;
            std::exit(0);
        } else if (word.starts_with("-"))
            wrong_usage();
        else
            arguments.words.push_back(word);
    }
    return arguments;
}

void print(const Arguments& arguments, const Table& table)
{
    std::cout << (arguments.is_json ? as_json(table) : as_text(table));
}

int who(const Arguments& arguments)
{
    const std::size_t count = arguments.words.size();
    const std::string kind = count == 3 ? arguments.words[1] : "";
    if (count < 2 || count > 3 || (count == 3 && kind != "msg" && kind != "sem" && kind != "shm"))
        wrong_usage();
    const std::string& id = arguments.words[count - 1];
    if (id.find_first_not_of("0123456789") != std::string::npos)
        wrong_usage();
    print(arguments, users_of(kind, id));
    return 0;
}

bool is_confirmed(std::size_t count)
{
    std::cerr << "Remove " << count << (count == 1 ? " object? [y/N] " : " objects? [y/N] ");
    std::string answer;
    return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

int show_orphans(const Arguments& arguments)
{
    const Table found = orphans();
    print(arguments, found);
    if (!arguments.removes || found.rows.empty())
        return 0;
    std::cout.flush();
    if (!arguments.is_sure && !is_confirmed(found.rows.size()))
        return 1;
    // Since then some may have been used again, or their ids reused.
    Table still { found.columns, {} };
    for (const Row& now : orphans().rows)
        for (const Row& then : found.rows)
            if (now == then)
                still.rows.push_back(now);
    return remove_all(still) == 0 ? 0 : 1;
}

// While it lives, the terminal gives each key at once, and does not show it.
class Keys {
public:
    Keys()
    {
        tcgetattr(STDIN_FILENO, &before_);
        termios changed = before_;
        changed.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &changed);
    }
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;
    ~Keys() { tcsetattr(STDIN_FILENO, TCSANOW, &before_); }

    // Whether q came within two seconds.
    bool is_end() const
    {
        pollfd input { STDIN_FILENO, POLLIN, 0 };
        char key = 0;
        return poll(&input, 1, 2000) > 0 && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q');
    }

private:
    termios before_ {};
};

std::string overview()
{
    return as_text(read_table("limits")) + "\n" + as_text(all_objects());
}

int top()
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        std::cout << overview();
        return 0;
    }
    const Keys keys;
    do {
        const std::string text = overview();
        std::cout << "\033[H\033[J" << text << std::flush;
    } while (!keys.is_end());
    return 0;
}

int run(const Arguments& arguments)
{
    const std::string command = arguments.words.empty() ? "" : arguments.words[0];
    if (command == "who")
        return who(arguments);
    if (arguments.words.size() != 1)
        wrong_usage();
    if (command == "orphans")
        return show_orphans(arguments);
    if (command == "top")
        return top();
    if (command == "list")
        print(arguments, all_objects());
    else if (command == "limits")
        print(arguments, read_table("limits"));
    else
        wrong_usage();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(parse(argc, argv));
    } catch (const std::exception& failure) {
        std::cerr << "sysvipcctl: " << failure.what() << "\n";
        return 1;
    }
}
