// SPDX-License-Identifier: GPL-2.0
// Tables of objects and their users (contracts: objects.hpp).
#include "objects.hpp"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <pwd.h>
#include <sstream>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

namespace {

struct Kind {
    const char* name; // of its file
    const char* id; // the column
    const char* contents;
    std::vector<const char*> last_users; // "lives" columns
    std::vector<const char*> in_use; // columns that are 0 if it is unused
};

const Kind kKinds[] = {
    { "msg", "msqid", "qnum", { "lslive", "lrlive" }, { "swaiting", "rwaiting" } },
    { "sem", "semid", "nsems", { "llives" }, { "waiting", "undoers" } },
    { "shm", "shmid", "size", { "llives" }, { "nattch" } },
};

std::string name_of_user(const std::string& uid)
{
    const passwd* user = getpwuid(static_cast<uid_t>(std::stoul(uid)));
    return user ? user->pw_name : uid;
}

std::string hexadecimal(const std::string& key)
{
    char text[16];
    std::snprintf(text, sizeof(text), "0x%08x", static_cast<unsigned>(std::stol(key)));
    return text;
}

bool is_orphan(const Kind& kind, const Row& object)
{
    if (number_in(object, "clives") != 0)
        return false;
    for (const char* column : kind.last_users)
        if (number_in(object, column) != 0)
            return false;
    for (const char* column : kind.in_use)
        if (number_in(object, column) != 0)
            return false;
    return true;
}

std::uint64_t waiting_at(const Kind& kind, const Row& object)
{
    std::uint64_t sum = 0;
    for (const char* column : kind.in_use)
        if (std::strstr(column, "waiting"))
            sum += number_in(object, column);
    return sum;
}

// The rows of both files of a kind, joined: an object created or removed in between is left out.
std::vector<Row> joined(const Kind& kind)
{
    std::map<std::string, Row> statistics;
    for (Row& row : read_table(std::string { kind.name } + "_stats").rows)
        statistics[row[kind.id]] = row;
    std::vector<Row> objects;
    for (Row& row : read_table(kind.name).rows) {
        const auto found = statistics.find(row[kind.id]);
        if (found == statistics.end())
            continue;
        row.merge(found->second);
        objects.push_back(row);
    }
    return objects;
}

template <class Wanted>
Table objects_if(const Wanted& wanted)
{
    Table table {
        { "kind", "id", "key", "owner", "perms", "contents", "waiting", "creator", "state" }, {}
    };
    for (const Kind& kind : kKinds) {
        for (Row& object : joined(kind)) {
            const bool is_left = is_orphan(kind, object);
            if (!wanted(is_left))
                continue;
            table.rows.push_back({ { "kind", kind.name },
                                   { "id", object[kind.id] },
                                   { "key", hexadecimal(object["key"]) },
                                   { "owner", name_of_user(object["uid"]) },
                                   { "perms", object["perms"] },
                                   { "contents", object[kind.contents] },
                                   { "waiting", std::to_string(waiting_at(kind, object)) },
                                   { "creator", object["cpid"] },
                                   { "state", is_left ? "orphan" : "used" } });
        }
    }
    return table;
}

std::string command_of(const std::string& pid)
{
    std::ifstream file { "/proc/" + pid + "/comm" };
    std::string command;
    std::getline(file, command);
    return command.empty() ? "?" : command;
}

void add_user(Table& table, const std::string& kind, const std::string& pid,
              const std::string& role, const std::string& what)
{
    table.rows.push_back({ { "kind", kind },
                           { "pid", pid },
                           { "command", command_of(pid) },
                           { "does", role },
                           { "what", what } });
}

void add_queue_users(Table& table, const std::string& id)
{
    for (Row& row : read_table("msg_waiters").rows)
        if (row["msqid"] == id)
            add_user(table, "msg", row["pid"],
                     row["waits_for"] == "room" ? "waits to send" : "waits to receive",
                     "type " + row["type"] + ", " + row["size"] + " bytes, for " + row["waited_ms"]
                         + " ms");
}

void add_set_users(Table& table, const std::string& id)
{
    for (Row& row : read_table("sem_waiters").rows)
        if (row["semid"] == id)
            add_user(table, "sem", row["pid"], "waits",
                     "semaphore " + row["semnum"] + ": " + row["semop"] + " on " + row["semval"]
                         + ", last changed by " + row["sempid"] + ", for " + row["waited_ms"]
                         + " ms");
    for (Row& row : read_table("sem_undo").rows)
        if (row["semid"] == id)
            add_user(table, "sem", row["pid"], "holds",
                     "semaphore " + row["semnum"] + ": exit adds " + row["semadj"]);
}

// "7f..-7f.. rw-s 00000000 00:01 ID  /SYSV00000000 (deleted)": the inode is the id.
bool maps(const std::string& file, const std::string& id)
{
    std::ifstream stream { file };
    for (std::string line; std::getline(stream, line);) {
        std::istringstream words { line };
        std::string range, access, offset, device, inode, path;
        if (words >> range >> access >> offset >> device >> inode >> path && inode == id
            && path.starts_with("/SYSV"))
            return true;
    }
    return false;
}

void add_segment_users(Table& table, const std::string& id)
{
    for (const auto& entry : std::filesystem::directory_iterator { "/proc" }) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") == std::string::npos
            && maps(entry.path() / "maps", id))
            add_user(table, "shm", pid, "maps", "the segment");
    }
}

} // namespace

Table all_objects()
{
    return objects_if([](bool) { return true; });
}

Table orphans()
{
    return objects_if([](bool is_left) { return is_left; });
}

Table users_of(const std::string& kind, const std::string& id)
{
    Table table { { "kind", "pid", "command", "does", "what" }, {} };
    if (kind.empty() || kind == "msg")
        add_queue_users(table, id);
    if (kind.empty() || kind == "sem")
        add_set_users(table, id);
    if (kind.empty() || kind == "shm")
        add_segment_users(table, id);
    return table;
}

int remove_all(const Table& objects)
{
    int failed = 0;
    for (const Row& object : objects.rows) {
        const std::string& kind = object.at("kind");
        const int id = std::stoi(object.at("id"));
        const int result = kind == "msg" ? msgctl(id, IPC_RMID, nullptr)
            : kind == "sem"              ? semctl(id, 0, IPC_RMID)
                                         : shmctl(id, IPC_RMID, nullptr);
        if (result == 0)
            continue;
        ++failed;
        std::cerr << "sysvipcctl: cannot remove " << kind << " " << id << ": "
                  << std::strerror(errno) << "\n";
    }
    return failed;
}
