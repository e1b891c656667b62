// SPDX-License-Identifier: GPL-2.0
/*
 * Which operations besides read(2) work on the files of /proc/sysvipc, and which fail.
 */
#include "lib/each_case.hpp"
#include "lib/facility.hpp"
#include "lib/guarded_buffer.hpp"
#include "lib/proc_file.hpp"

#include <array>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace {

const struct File {
    const char* name;
    const char* path;
} kFiles[] = {
    { "msg", "/proc/sysvipc/msg" },
    { "sem", "/proc/sysvipc/sem" },
    { "shm", "/proc/sysvipc/shm" },
};

// Two ends of something, closed with it.
class Ends {
public:
    static Ends of_pipe()
    {
        Ends ends;
        REQUIRE_EQ(pipe2(ends.fds_.data(), O_CLOEXEC), 0);
        return ends;
    }
    static Ends of_sockets()
    {
        Ends ends;
        REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.fds_.data()), 0);
        return ends;
    }
    Ends(Ends&& other) noexcept : fds_ { std::exchange(other.fds_, { -1, -1 }) } { }
    ~Ends()
    {
        for (const int fd : fds_)
            close(fd);
    }
    int out() const { return fds_[0]; }
    int in() const { return fds_[1]; }

private:
    Ends() = default;
    std::array<int, 2> fds_ { -1, -1 };
};

std::string whole_text(const File& file)
{
    const auto text = read_file(file.path);
    REQUIRE(text.has_value());
    return *text;
}

void is_read_in_several_pieces_at_once(const File& file)
{
    const auto expected = whole_text(file);
    const ProcFile opened { file.path };
    std::string first(10, '\0'), second(expected.size(), '\0');
    const iovec pieces[] { { first.data(), first.size() }, { second.data(), second.size() } };
    const auto got = readv(opened.fd(), pieces, 2);
    REQUIRE(got > 0);
    EXPECT(
        (first + second)
            .compare(0, static_cast<std::size_t>(got), expected, 0, static_cast<std::size_t>(got))
        == 0);
    EXPECT_EQ(preadv(opened.fd(), pieces, 1, 0), 10);
    EXPECT_EQ(first, expected.substr(0, 10));
}

Outcome read_with_flags(const ProcFile& opened, int flags)
{
    char buffer[16];
    const iovec piece { buffer, sizeof(buffer) };
    return Outcome::of(preadv2(opened.fd(), &piece, 1, 0, flags));
}

void takes_no_flags_with_a_read_but_one(const File& file)
{
    const ProcFile opened { file.path };
    EXPECT_EQ(read_with_flags(opened, 0), Outcome::raw(16));
    EXPECT_EQ(read_with_flags(opened, RWF_HIPRI), Outcome::raw(16));
    EXPECT_ERR(read_with_flags(opened, RWF_DSYNC), EOPNOTSUPP);
    EXPECT_ERR(read_with_flags(opened, RWF_SYNC), EOPNOTSUPP);
    EXPECT_ERR(read_with_flags(opened, RWF_NOWAIT), EOPNOTSUPP);
}

void cannot_be_spliced(const File& file)
{
    const ProcFile opened { file.path };
    const Ends pipe = Ends::of_pipe();
    EXPECT_ERR(Outcome::of(splice(opened.fd(), nullptr, pipe.in(), nullptr, 100, 0)), EINVAL);
    loff_t offset = 0;
    EXPECT_ERR(Outcome::of(splice(opened.fd(), &offset, pipe.in(), nullptr, 100, 0)), EINVAL);
    EXPECT_EQ(offset, 0);
}

void cannot_be_sent(const File& file)
{
    const ProcFile opened { file.path };
    const Ends sockets = Ends::of_sockets();
    EXPECT_ERR(Outcome::of(sendfile(sockets.in(), opened.fd(), nullptr, 100)), EINVAL);
    const Ends pipe = Ends::of_pipe();
    EXPECT_ERR(Outcome::of(sendfile(pipe.in(), opened.fd(), nullptr, 100)), EINVAL);
    EXPECT_EQ(lseek(opened.fd(), 0, SEEK_CUR), 0);
}

void cannot_be_read_asynchronously(const File& file)
{
    aio_context_t context = 0;
    const auto made = Outcome::of(syscall(SYS_io_setup, 1, &context));
    if (made.failed_with(ENOSYS))
        harness::skip("the kernel has no asynchronous input and output (CONFIG_AIO)");
    REQUIRE_OK(made);
    const ProcFile opened { file.path };
    char buffer[16];
    iocb request {};
    request.aio_lio_opcode = IOCB_CMD_PREAD;
    request.aio_fildes = static_cast<unsigned>(opened.fd());
    request.aio_buf = reinterpret_cast<std::uintptr_t>(buffer);
    request.aio_nbytes = sizeof(buffer);
    iocb* requests[] { &request };
    EXPECT_ERR(Outcome::of(syscall(SYS_io_submit, context, 1, requests)), EINVAL);
    EXPECT_OK(Outcome::of(syscall(SYS_io_destroy, context)));
}

void cannot_be_written(const File& file)
{
    const ProcFile opened { file.path, O_RDWR };
    EXPECT_ERR(Outcome::of(write(opened.fd(), "x", 1)), EIO);
    EXPECT_OK(Outcome::of(ftruncate(opened.fd(), 0))); // which changes nothing
    EXPECT_ERR(Outcome::of(fsync(opened.fd())), EINVAL);
    EXPECT_ERR(Outcome::of(fallocate(opened.fd(), 0, 0, 100)), EOPNOTSUPP);
    EXPECT(read_file(file.path) == opened.read_rest());
}

void cannot_be_mapped(const File& file)
{
    const ProcFile opened { file.path };
    errno = 0;
    EXPECT(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, opened.fd(), 0) == MAP_FAILED);
    EXPECT_EQ(errno, EIO);
}

void has_no_controls(const File& file)
{
    const ProcFile opened { file.path };
    int answer = -1;
    EXPECT_EQ(Outcome::of(ioctl(opened.fd(), FIONREAD, &answer)), Outcome::raw(0));
    EXPECT_EQ(answer, 0); // its size
    EXPECT_ERR(Outcome::of(ioctl(opened.fd(), FS_IOC_GETFLAGS, &answer)), ENOTTY);
    EXPECT_ERR(Outcome::of(ioctl(opened.fd(), TCGETS, &answer)), ENOTTY);
}

void is_always_ready(const File& file)
{
    const ProcFile opened { file.path };
    pollfd polled { opened.fd(), POLLIN | POLLOUT | POLLPRI, 0 };
    EXPECT_EQ(poll(&polled, 1, 0), 1);
    EXPECT_EQ(polled.revents, POLLIN | POLLOUT);
}

void has_neither_holes_nor_data(const File& file)
{
    const ProcFile opened { file.path };
    EXPECT_ERR(Outcome::of(lseek(opened.fd(), 0, SEEK_DATA)), EINVAL);
    EXPECT_ERR(Outcome::of(lseek(opened.fd(), 0, SEEK_HOLE)), EINVAL);
    EXPECT_EQ(lseek(opened.fd(), 5, SEEK_SET), 5);
    EXPECT_EQ(lseek(opened.fd(), 5, SEEK_CUR), 10);
}

const EachCase<File> kEachCase {
    kFiles,
    {
        { "is_read_in_several_pieces_at_once", is_read_in_several_pieces_at_once },
        { "takes_no_flags_with_a_read_but_one", takes_no_flags_with_a_read_but_one },
        { "cannot_be_spliced", cannot_be_spliced },
        { "cannot_be_sent", cannot_be_sent },
        { "cannot_be_read_asynchronously", cannot_be_read_asynchronously },
        { "cannot_be_written", cannot_be_written },
        { "cannot_be_mapped", cannot_be_mapped },
        { "has_no_controls", has_no_controls },
        { "is_always_ready", is_always_ready },
        { "has_neither_holes_nor_data", has_neither_holes_nor_data },
    }
};

} // namespace
