// SPDX-License-Identifier: GPL-2.0
/*
 * Uses an object until it is killed: occupy receive|send|wait|hold|attach ID.  For the scripts of qemu/guest/.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

namespace {

struct Message {
    long type;
    char text[4096];
};

int operate(int id, unsigned short number, short change, short flags)
{
    sembuf operation { number, change, flags };
    return semop(id, &operation, 1);
}

int use(const char* how, int id)
{
    Message message { 5, {} };
    if (!std::strcmp(how, "receive"))
        return msgrcv(id, &message, 100, 7, 0) < 0 ? -1 : 0;
    if (!std::strcmp(how, "send")) {
        while (msgsnd(id, &message, sizeof(message.text), 0) == 0) { }
        return -1;
    }
    if (!std::strcmp(how, "wait"))
        return operate(id, 1, -3, 0);
    if (!std::strcmp(how, "hold"))
        return operate(id, 0, 2, SEM_UNDO);
    if (!std::strcmp(how, "attach"))
        return shmat(id, nullptr, 0) == reinterpret_cast<void*>(-1) ? -1 : 0;
    return -1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3 || use(argv[1], std::atoi(argv[2])) != 0) {
        std::perror("occupy");
        return 1;
    }
    for (;;)
        pause();
}
