// SPDX-License-Identifier: GPL-2.0
/*
 * host: /proc files (contracts: include/host/file.h).
 *
 * A read asks for items from the first unread one on, as many as fill a page or the request, and keeps the
 * rest of the last one for the next read.
 */
#include "file.hpp"

#include "fault.hpp"
#include "machine.hpp"
#include "segment_file.hpp"
#include "task.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <host/file.h>
#include <kapi/module.h>
#include <map>
#include <mutex>

struct kapi_proc_entry {
    std::string path;
    const kapi_proc_file* file;
    void* data;
    int users { 0 };
};

namespace hosted {

namespace {

std::mutex lock;
std::map<std::string, kapi_proc_entry*> entries;

kapi_proc_entry* create(std::string path, const kapi_proc_file* file, void* data)
{
    if (is_allocation_to_fail())
        return nullptr;
    const std::lock_guard guard { lock };
    auto [place, is_new] = entries.try_emplace(path, nullptr);
    if (!is_new)
        return nullptr;
    place->second = new kapi_proc_entry { path, file, data };
    return place->second;
}

} // namespace

ProcFile::ProcFile(const kapi_proc_file& file, void* data) noexcept
    : file_(file),
      state_(new std::max_align_t[file.state_size / sizeof(std::max_align_t) + 1] {})
{
    const Identity& opener = machine::current()->identity;
    seq_.opener = opener.user_ns;
    seq_.uid = opener.uid;
    seq_.gid = opener.gid;
    seq_.capabilities = opener.capabilities;
    is_open_ = file.open(state_.get(), data) == 0;
}

ProcFile::~ProcFile()
{
    if (is_open_)
        file_.release(state_.get());
    kapi_module_put();
}

std::unique_ptr<ProcFile> ProcFile::open(const char* path) noexcept
{
    const kapi_proc_entry* entry = nullptr;
    {
        const std::lock_guard guard { lock };
        const auto found = entries.find(path);
        if (found != entries.end())
            entry = found->second;
    }
    return entry && entry->file ? open_as(*entry->file, entry->data) : nullptr;
}

std::unique_ptr<ProcFile> ProcFile::open_as(const kapi_proc_file& file, void* data) noexcept
{
    if (!kapi_module_try_get())
        return nullptr;
    std::unique_ptr<ProcFile> opened { new ProcFile { file, data } };
    return opened->is_open_ ? std::move(opened) : nullptr;
}

/* Appends items to the text until it has @wanted bytes.  0 or -errno. */
int ProcFile::fill(std::size_t wanted) noexcept
{
    int status = 0;
    void* item = file_.start(&seq_, state_.get(), &index_);
    while (item) {
        const std::size_t before = seq_.text.size();
        status = file_.show(&seq_, state_.get(), item);
        if (status < 0)
            break;
        if (status > 0) /* not to be shown */
            seq_.text.resize(before);
        item = file_.next(&seq_, state_.get(), item, &index_);
        if (seq_.text.size() - given_ >= wanted)
            break;
    }
    file_.stop(&seq_, state_.get(), item);
    return std::min(status, 0);
}

int ProcFile::go_to(std::int64_t offset) noexcept
{
    constexpr std::size_t kStep = 4096;

    if (offset == position_)
        return 0;
    seq_.text.clear();
    given_ = 0;
    index_ = 0;
    position_ = 0;
    while (position_ < offset) {
        if (const int error = fill(kStep))
            return error;
        if (seq_.text.empty())
            break;
        const auto passed =
            std::min<std::int64_t>(static_cast<std::int64_t>(seq_.text.size()), offset - position_);
        seq_.text.erase(0, static_cast<std::size_t>(passed));
        position_ += passed;
    }
    position_ = offset;
    return 0;
}

std::int64_t ProcFile::read(char* to, std::size_t size, std::int64_t& offset) noexcept
{
    constexpr std::size_t kPage = 4096;

    if (const int error = go_to(offset))
        return error;
    if (seq_.text.size() == given_) {
        seq_.text.clear();
        given_ = 0;
        if (const int error = fill(std::min(size, kPage)))
            return error;
    }
    const std::size_t copied = std::min(size, seq_.text.size() - given_);
    std::memcpy(to, seq_.text.data() + given_, copied);
    given_ += copied;
    position_ += static_cast<std::int64_t>(copied);
    offset = position_;
    return static_cast<std::int64_t>(copied);
}

std::string ProcFile::read_all() noexcept
{
    std::string text;
    char buffer[4096];
    std::int64_t offset = 0;
    for (std::int64_t got = 0; (got = read(buffer, sizeof(buffer), offset)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

std::string read_proc(const char* path) noexcept
{
    const std::unique_ptr<ProcFile> file = ProcFile::open(path);
    return file ? file->read_all() : std::string {};
}

} // namespace hosted

using namespace hosted;

kapi_proc_entry* host_proc_mkdir(const char* name)
{
    return create(std::string { "/proc/" } + name, nullptr, nullptr);
}

kapi_proc_entry* host_proc_create(const kapi_proc_file* file, kapi_proc_entry* parent, void* data)
{
    return create((parent ? parent->path : "/proc") + "/" + file->name, file, data);
}

/* Open files pin the module, so that none is left when it is unloaded. */
void host_proc_remove(kapi_proc_entry* entry)
{
    if (!entry)
        return;
    {
        const std::lock_guard guard { lock };
        entries.erase(entry->path);
    }
    delete entry;
}

int host_proc_open_as(kapi_inode*, kapi_file* file, const kapi_proc_file* described, void* data)
{
    std::unique_ptr<ProcFile> opened = ProcFile::open_as(*described, data);
    if (!opened)
        return -ENOENT;
    file->opened = opened.release();
    return 0;
}

const char* host_file_name(kapi_file* file)
{
    return file->name;
}

void host_seq_write(kapi_seq_file* seq, const char* text, kapi_size size)
{
    machine::note_read(text, size);
    seq->text.append(text, size);
}

kapi_user_ns* host_seq_user_ns(kapi_seq_file* seq)
{
    return seq->opener;
}

bool host_seq_reader_is_opener(kapi_seq_file* seq)
{
    const Identity& reader = machine::current()->identity;
    return reader.user_ns == seq->opener && reader.uid == seq->uid && reader.gid == seq->gid
        && (reader.capabilities & ~seq->capabilities) == 0;
}
