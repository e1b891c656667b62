// SPDX-License-Identifier: GPL-2.0
/* /proc/sysvipc/shm_stats: counters of each segment (docs/observability.md). */
#include <proc/object_file.hpp>
#include <proc/statistics.hpp>

#include <shm/shm_segment.hpp>
#include <base/poison.hpp>

namespace sysvipc {

namespace {

struct ShmStatsView {
    using Object = ShmSegment;
    static constexpr char kName[] = "sysvipc/shm_stats";
    static constexpr char kHeader[] =
        "       key      shmid     mapped   unmapped     cpid clives     lpid llives\n";
    static constexpr bool kNeedsReading = false;

    COLD static Result<void> show(SeqFile& seq, ShmSegment& segment, const Viewer& viewer) noexcept;
};

Result<void> ShmStatsView::show(SeqFile& seq, ShmSegment& segment, const Viewer& viewer) noexcept
{
    TableLine line;
    {
        auto state = segment.lock();
        if (segment.is_removed())
            return {};
        add_key_and_id(line, segment);
        add_count(line, state->mappings);
        add_count(line, state->unmappings);
        add_maker(line, segment, viewer);
        add_user(line, state->lpid, viewer);
    }
    write_line(seq, line);
    return {};
}

} // namespace

constinit const kapi_proc_file kShmStatsFile = ObjectFile<ShmStatsView>::describe();

} // namespace sysvipc
