// SPDX-License-Identifier: GPL-2.0
/*
 * sysvipc-load: loads a module into a kernel that has all it needs, but does not export it.
 *
 * It bypasses the kernel's list of exports; use it on your own devices only.  Functions that are not exported may
 * change without notice, and their versions are not checked: a module that was built for another kernel can crash
 * this one.
 */
#include "module_image.hpp"
#include "running_kernel.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr const char* kUsage =
    "usage: sysvipc-load [--dry-run | --output FILE] MODULE [PARAMETER=VALUE]...\n"
    "\n"
    "Loads MODULE after resolving the imports that the kernel does not export, with the\n"
    "addresses in /proc/kallsyms.\n"
    "\n"
    "  --dry-run       only prints what it would do\n"
    "  --output FILE   writes the changed module instead of loading it; it is valid until\n"
    "                  the next boot\n";

struct Options {
    std::string module;
    std::string output;
    std::string parameters;
    bool is_dry_run { false };
};

/* False: wrong. */
bool parse(int count, char** words, Options& options)
{
    int i = 1;
    for (; i < count && words[i][0] == '-'; ++i) {
        const std::string_view word = words[i];
        if (word == "--dry-run")
            options.is_dry_run = true;
        else if (word == "--output" && i + 1 < count)
            options.output = words[++i];
        else
            return false;
    }
    if (i == count || (options.is_dry_run && !options.output.empty()))
        return false;
    options.module = words[i++];
    for (; i < count; ++i)
        options.parameters += (options.parameters.empty() ? "" : " ") + std::string { words[i] };
    return true;
}

/* Resolves the imports that are not exported, and prints their names. */
void resolve(ModuleImage& module, const RunningKernel& kernel)
{
    std::string missing;
    std::size_t exported = 0;
    std::size_t hidden = 0;
    if (!kernel.tells_exports())
        std::cout << "the kernel does not tell what it exports: looking up everything\n";
    for (const ModuleImage::Import& import : module.imports()) {
        if (kernel.exports(import.name)) {
            ++exported;
            continue;
        }
        if (import.is_weak)
            continue;
        const auto address = kernel.address_of(import.name);
        if (!address) {
            missing += " " + import.name;
            continue;
        }
        std::cout << std::hex << *address << std::dec << " " << import.name << "\n";
        module.set_address(import, *address);
        ++hidden;
    }
    std::cout << exported << " imports are exported\n"
              << hidden << " imports are not exported: their versions are not checked\n";
    if (!missing.empty())
        throw Refusal("this kernel does not have:" + missing);
}

const char* meaning_of(int error)
{
    switch (error) {
    case ENOEXEC:
        return ": it is for another kernel (see the kernel's log)";
    case ENOENT:
        return ": the kernel lacks something (see the kernel's log)";
    case EPERM:
        return ": be root, in the domain that may load modules (SELinux)";
    default:
        return "";
    }
}

void load(const ModuleImage& module, const std::string& parameters)
{
    const auto bytes = module.bytes();
    if (syscall(SYS_init_module, bytes.data(), bytes.size(), parameters.c_str()) != 0) {
        const int error = errno;
        throw Refusal(std::string { "the kernel refuses the module: " } + strerror(error)
                      + meaning_of(error));
    }
}

void write_to(const std::string& path, const ModuleImage& module)
{
    std::ofstream file { path, std::ios::binary };
    file.write(module.bytes().data(), static_cast<std::streamsize>(module.bytes().size()));
    file.close();
    if (!file)
        throw Refusal("cannot write " + path);
}

void run(const Options& options)
{
    ModuleImage module { options.module };
    const RunningKernel kernel;
    if (!kernel.suits(module.vermagic()))
        throw Refusal("the module is for \"" + std::string { module.vermagic() }
                      + "\", this kernel is " + std::string { kernel.release() });
    if (const std::string objection = RunningKernel::objection(); !objection.empty())
        throw Refusal(objection);
    resolve(module, kernel);
    if (options.is_dry_run)
        return;
    if (!options.output.empty())
        write_to(options.output, module);
    else
        load(module, options.parameters);
}

} // namespace

int main(int count, char** words)
{
    Options options;
    if (count == 2 && std::string_view { words[1] } == "--help") {
        std::cout << kUsage;
        return 0;
    }
    if (!parse(count, words, options)) {
        std::cerr << kUsage;
        return 2;
    }
    try {
        run(options);
    } catch (const std::exception& refusal) { // Refusal, or no memory
        std::cerr << "sysvipc-load: " << refusal.what() << "\n";
        return 1;
    }
    return 0;
}
