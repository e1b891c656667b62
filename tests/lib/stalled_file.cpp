// SPDX-License-Identifier: GPL-2.0
/* A file whose pages do not arrive, and the FUSE server that keeps them (contracts: stalled_page.hpp). */
#include "lib/stalled_page.hpp"
#include "lib/harness.hpp"
#include "lib/proc_table.hpp"
#include "lib/realm.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <linux/fuse.h>
#include <new>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <vector>

struct StalledFile::State {
    std::atomic<int> waiting[kMostPages];
    std::atomic<bool> is_released[kMostPages];
    // The result of opening the file: a descriptor of the server's, or -errno; 0: none yet.
    std::atomic<int> opened;
    alignas(StalledPage::kSize) std::byte contents[kMostPages][StalledPage::kSize];
};

/* One that answers one request after the other, those for pages when the pages are released. */
class StalledFile::Server {
public:
    Server(State& state, int pages, int wake, Fault fault)
        : state_ { state },
          pages_ { pages },
          wake_ { wake },
          fault_ { fault },
          has_failed_(static_cast<std::size_t>(pages))
    {
    }

    // Until it is killed.
    [[noreturn]] void run(const Identity& owner);

private:
    static constexpr std::uint64_t kFile = FUSE_ROOT_ID + 1; // its node
    static constexpr const char* kMountPoint = "/tmp";

    struct Read {
        std::uint64_t unique;
        int page;
    };

    void mount(const Identity& owner);
    void answer(const std::byte* request);
    void begin_read(std::uint64_t unique, std::uint64_t offset);
    void interrupt(std::uint64_t unique);
    void answer_released();
    void answer_read(const Read& read, int error);
    void reply(std::uint64_t unique, int error, const void* data = nullptr, std::size_t size = 0);
    fuse_attr attributes(std::uint64_t node) const;

    template <class T>
    static const T& body(const std::byte* request)
    {
        return *reinterpret_cast<const T*>(request + sizeof(fuse_in_header));
    }

    State& state_;
    int pages_;
    int wake_;
    Fault fault_;
    int device_ { -1 };
    std::vector<Read> reads_; // not answered
    std::vector<bool> has_failed_; // the first read of each page
};

void StalledFile::Server::run(const Identity& owner)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // again: the kernel forgets it where ids change
    mount(owner);
    // Opening asks the server.
    std::thread { [this] {
        const int fd = open((std::string { kMountPoint } + "/file").c_str(), O_RDONLY);
        state_.opened = fd >= 0 ? fd : -errno;
    } }.detach();

    alignas(fuse_in_header) static std::byte request[FUSE_MIN_READ_BUFFER + StalledPage::kSize];
    for (;;) {
        pollfd events[] { { device_, POLLIN, 0 }, { wake_, POLLIN, 0 } };
        poll(events, 2, -1);
        std::uint64_t count;
        if (events[1].revents && read(wake_, &count, sizeof(count)) > 0)
            answer_released();
        if (events[0].revents & POLLERR)
            _exit(0); // unmounted
        if (events[0].revents && read(device_, request, sizeof(request)) > 0)
            answer(request);
    }
}

void StalledFile::Server::mount(const Identity& owner)
{
    // So that its files in /proc are its own.
    REQUIRE_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
    REQUIRE_EQ(unshare(CLONE_NEWUSER | CLONE_NEWNS), 0);
    REQUIRE(write_file("/proc/self/setgroups", "deny"));
    REQUIRE(write_file("/proc/self/uid_map", "0 " + std::to_string(owner.uid) + " 1\n"));
    REQUIRE(write_file("/proc/self/gid_map", "0 " + std::to_string(owner.gid) + " 1\n"));
    device_ = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    REQUIRE(device_ >= 0);
    const auto options = "fd=" + std::to_string(device_) + ",rootmode=40000,user_id=0,group_id=0";
    REQUIRE_OK(Outcome::of(
        ::mount("stalled", kMountPoint, "fuse", MS_NOSUID | MS_NODEV, options.c_str())));
}

fuse_attr StalledFile::Server::attributes(std::uint64_t node) const
{
    fuse_attr attributes {};
    attributes.ino = node;
    attributes.nlink = 1;
    attributes.blksize = StalledPage::kSize;
    if (node == kFile) {
        attributes.mode = S_IFREG | 0444;
        attributes.size = static_cast<std::uint64_t>(pages_) * StalledPage::kSize;
    } else {
        attributes.mode = S_IFDIR | 0555;
    }
    return attributes;
}

void StalledFile::Server::answer(const std::byte* request)
{
    constexpr std::uint64_t kForEver = 1'000'000; // seconds
    const auto& header = *reinterpret_cast<const fuse_in_header*>(request);
    switch (header.opcode) {
    case FUSE_INIT: {
        fuse_init_out out {};
        out.major = FUSE_KERNEL_VERSION;
        out.minor = FUSE_KERNEL_MINOR_VERSION;
        out.max_write = StalledPage::kSize;
        // No readahead: each reader requests its own page.
        return reply(header.unique, 0, &out, sizeof(out));
    }
    case FUSE_LOOKUP: {
        fuse_entry_out out {};
        out.nodeid = kFile;
        out.entry_valid = out.attr_valid = kForEver;
        out.attr = attributes(kFile);
        return reply(header.unique, 0, &out, sizeof(out));
    }
    case FUSE_GETATTR: {
        fuse_attr_out out {};
        out.attr_valid = kForEver;
        out.attr = attributes(header.nodeid);
        return reply(header.unique, 0, &out, sizeof(out));
    }
    case FUSE_OPEN: {
        fuse_open_out out {};
        out.open_flags = FOPEN_KEEP_CACHE;
        return reply(header.unique, 0, &out, sizeof(out));
    }
    case FUSE_READ:
        return begin_read(header.unique, body<fuse_read_in>(request).offset);
    case FUSE_INTERRUPT:
        return interrupt(body<fuse_interrupt_in>(request).unique);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
        return; // not to be answered
    default:
        return reply(header.unique, -ENOSYS);
    }
}

void StalledFile::Server::begin_read(std::uint64_t unique, std::uint64_t offset)
{
    const int page = static_cast<int>(offset / StalledPage::kSize);
    const auto index = static_cast<std::size_t>(page);
    if (page >= pages_)
        return reply(unique, 0);
    if (state_.is_released[page])
        return reply(unique, 0, state_.contents[page], StalledPage::kSize);
    if (fault_ == Fault::HoldsMmapLock && !has_failed_[index]) {
        has_failed_[index] = true;
        return reply(unique, -EIO);
    }
    reads_.push_back({ unique, page });
    ++state_.waiting[page];
    answer_released(); // the time in between
}

// A waiting task got a signal: a fatal one would otherwise have no effect before release().
void StalledFile::Server::interrupt(std::uint64_t unique)
{
    const auto found = std::find_if(reads_.begin(), reads_.end(),
                                    [unique](const Read& read) { return read.unique == unique; });
    if (found == reads_.end())
        return;
    answer_read(*found, EINTR);
    reads_.erase(found);
}

void StalledFile::Server::answer_released()
{
    std::erase_if(reads_, [this](const Read& read) {
        if (!state_.is_released[read.page])
            return false;
        answer_read(read, 0);
        return true;
    });
}

void StalledFile::Server::answer_read(const Read& read, int error)
{
    --state_.waiting[read.page];
    if (error)
        reply(read.unique, -error);
    else
        reply(read.unique, 0, state_.contents[read.page], StalledPage::kSize);
}

void StalledFile::Server::reply(std::uint64_t unique, int error, const void* data, std::size_t size)
{
    fuse_out_header header { static_cast<std::uint32_t>(sizeof(header) + size), error, unique };
    const iovec parts[] { { &header, sizeof(header) }, { const_cast<void*>(data), size } };
    // ENOENT: no task waits any longer.
    if (writev(device_, parts, size ? 2 : 1) < 0)
        REQUIRE_EQ(errno, ENOENT);
}

namespace {

// Accessible to any user, as with udev.
void make_fuse_available()
{
    constexpr const char* kDevice = "/dev/fuse";
    constexpr const char* kModule = "/modules/fuse.ko"; // where qemu/run puts it
    if (access(kDevice, F_OK) != 0) {
        const int module = open(kModule, O_RDONLY | O_CLOEXEC);
        if (module < 0)
            harness::skip("the kernel has no FUSE");
        // EEXIST: another test was faster.
        if (syscall(SYS_finit_module, module, "", 0) != 0)
            REQUIRE_EQ(errno, EEXIST);
        close(module);
        wait_until([] { return access(kDevice, F_OK) == 0; });
    }
    REQUIRE_EQ(chmod(kDevice, 0666), 0);
}

// The descriptor `fd` of another process, as one of this one.
int borrow_descriptor(pid_t process, int fd)
{
    const auto handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    REQUIRE(handle >= 0);
    const auto borrowed = static_cast<int>(syscall(SYS_pidfd_getfd, handle, fd, 0));
    const auto outcome = Outcome::of(borrowed);
    close(handle);
    return static_cast<int>(REQUIRE_OK(outcome));
}

} // namespace

StalledFile::StalledFile(const Identity& owner, int pages, Fault fault) : pages_ { pages }
{
    REQUIRE(pages > 0 && pages <= kMostPages);
    require_namespaces("user");
    make_fuse_available();
    void* memory =
        mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    state_ = new (memory) State; // the memory is zero, as is all of it then
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    REQUIRE(wake_ >= 0);
    server_ = std::make_unique<Actor>(owner, [&, this]() -> Outcome {
        Server { *state_, pages_, wake_, fault }.run(owner);
    });
    wait_until([this] {
        REQUIRE(server_->is_running());
        return state_->opened != 0;
    });
    REQUIRE_OK(Outcome::raw(state_->opened));
    fd_ = borrow_descriptor(server_->pid(), state_->opened);
}

StalledFile::~StalledFile()
{
    close(fd_);
    server_.reset(); // waiting tasks get an error now
    close(wake_);
    munmap(state_, sizeof(State));
}

std::byte* StalledFile::contents(int page) const
{
    return state_->contents[page];
}

bool StalledFile::is_waited_for(int page) const
{
    return state_->waiting[page] != 0;
}

int StalledFile::waited_for() const
{
    int count = 0;
    for (int page = 0; page < pages_; ++page)
        count += is_waited_for(page);
    return count;
}

void StalledFile::release(int page)
{
    state_->is_released[page] = true;
    const std::uint64_t one = 1;
    REQUIRE_EQ(write(wake_, &one, sizeof(one)), static_cast<ssize_t>(sizeof(one)));
}

void StalledFile::release_all()
{
    for (int page = 0; page < pages_; ++page)
        release(page);
}
