// SPDX-License-Identifier: GPL-2.0
#include "running_kernel.hpp"

#include "module_image.hpp"

#include <cctype>
#include <charconv>
#include <fstream>
#include <regex>
#include <sys/utsname.h>

namespace {

std::string first_line(const char* path)
{
    std::string line;
    std::ifstream file { path };
    std::getline(file, line);
    return line;
}

/* "6.1 android14-11" of "6.1.75-android14-11-g1234-ab5678"; empty: not one of Android's. */
std::string promise_of(const std::string& release)
{
    static const std::regex pattern { R"((\d+\.\d+)\.\d+-(android\d+-\d+)(-.*)?)" };
    std::smatch parts;
    return std::regex_match(release, parts, pattern) ? parts.str(1) + " " + parts.str(2) : "";
}

} // namespace

RunningKernel::RunningKernel()
{
    utsname name {};
    uname(&name);
    release_ = name.release;

    constexpr std::string_view kExport = "__ksymtab_";
    std::ifstream file { "/proc/kallsyms" };
    bool tells = false;
    for (std::string line; std::getline(file, line);) {
        /* ADDRESS TYPE NAME, then a tab and the name of the module that it is in. */
        std::uint64_t address = 0;
        const auto [end, error] =
            std::from_chars(line.data(), line.data() + line.size(), address, 16);
        const auto at = static_cast<std::size_t>(end - line.data());
        if (error != std::errc {} || line.size() < at + 4 || line.find('\t') != std::string::npos)
            continue;
        const char type = line[at + 1];
        std::string symbol = line.substr(at + 3);
        if (symbol.starts_with(kExport)) {
            exported_.insert(symbol.substr(kExport.size()));
            continue;
        }
        tells |= address != 0;
        /* Lower-case letters mark symbols that are private to a file. */
        if (!std::isupper(static_cast<unsigned char>(type)))
            continue;
        if (const auto [place, is_new] = addresses_.emplace(std::move(symbol), address); !is_new)
            place->second = 0;
    }
    if (!tells)
        throw Refusal("/proc/kallsyms hides the addresses: be root, and write 1 to "
                      "/proc/sys/kernel/kptr_restrict");
}

bool RunningKernel::suits(std::string_view vermagic) const
{
    const std::string built_for { vermagic.substr(0, vermagic.find(' ')) };
    if (built_for == release_)
        return true;
    /* The kernel compares the release itself unless it compares each import's version. */
    return vermagic.find(" modversions ") != std::string_view::npos && !promise_of(release_).empty()
        && promise_of(built_for) == promise_of(release_);
}

std::optional<std::uint64_t> RunningKernel::address_of(const std::string& name) const
{
    const auto found = addresses_.find(name);
    if (found == addresses_.end() || found->second == 0)
        return std::nullopt;
    return found->second;
}

std::string RunningKernel::objection()
{
    if (first_line("/sys/module/module/parameters/sig_enforce") == "Y")
        return "this kernel loads only signed modules, and a changed module loses its signature";
    const std::string lockdown = first_line("/sys/kernel/security/lockdown");
    if (lockdown.find('[') != std::string::npos && lockdown.find("[none]") == std::string::npos)
        return "this kernel is locked down: it loads only signed modules";
    return "";
}
