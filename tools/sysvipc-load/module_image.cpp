// SPDX-License-Identifier: GPL-2.0
#include "module_image.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

#if defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#elif defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#else
#error "an architecture that the module does not know"
#endif

} // namespace

template <class T>
std::span<T> ModuleImage::part(Elf64_Off offset, std::size_t count)
{
    if (offset % alignof(T) != 0 || offset > bytes_.size()
        || count > (bytes_.size() - offset) / sizeof(T))
        throw Refusal("the file is damaged");
    return { reinterpret_cast<T*>(bytes_.data() + offset), count };
}

std::string_view ModuleImage::text(const Elf64_Shdr& table, std::size_t offset) const
{
    if (offset >= table.sh_size)
        throw Refusal("the file is damaged");
    const char* begin = bytes_.data() + table.sh_offset + offset;
    return { begin, strnlen(begin, table.sh_size - offset) };
}

ModuleImage::ModuleImage(const std::string& path)
{
    std::ifstream file { path, std::ios::binary };
    if (!std::filesystem::is_regular_file(path) || !file.is_open())
        throw Refusal("cannot read " + path);
    bytes_.assign(std::istreambuf_iterator<char> { file }, {});
    if (file.bad())
        throw Refusal("cannot read " + path);
    drop_signature();
    if (bytes_.size() < sizeof(Elf64_Ehdr) || memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0)
        throw Refusal(path + " is not a kernel module");
    const Elf64_Ehdr& header = part<Elf64_Ehdr>(0, 1)[0];
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB
        || header.e_type != ET_REL || header.e_machine != kMachine)
        throw Refusal(path + " is not a kernel module for this machine");

    const auto sections = part<Elf64_Shdr>(header.e_shoff, header.e_shnum);
    if (header.e_shstrndx >= sections.size())
        throw Refusal("the file is damaged");
    for (const Elf64_Shdr& section : sections)
        if (section.sh_type != SHT_NOBITS)
            (void)part<char>(section.sh_offset, section.sh_size);
    if (sections[header.e_shstrndx].sh_type != SHT_STRTAB)
        throw Refusal("the file is damaged");
    for (const Elf64_Shdr& section : sections) {
        if (section.sh_type == SHT_SYMTAB && section.sh_link < sections.size()
            && sections[section.sh_link].sh_type == SHT_STRTAB) {
            symbols_ = part<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym));
            names_ = &sections[section.sh_link];
        } else if (section.sh_type == SHT_PROGBITS
                   && text(sections[header.e_shstrndx], section.sh_name) == ".modinfo") {
            information_ = &section;
        }
    }
    if (!names_ || !information_)
        throw Refusal(path + " is not a kernel module");
}

/*
 * The changed file no longer matches its signature.  Kernels that check signatures may accept a module without one,
 * but refuse a wrong one.
 * <linux/module_signature.h>: the signature, a structure that ends with its length, and a line.
 */
void ModuleImage::drop_signature()
{
    constexpr std::string_view kLine = "~Module signature appended~\n";
    constexpr std::size_t kStructure = 12;
    constexpr std::size_t kLength = 4; // in the order of the network

    const std::string_view all { bytes_.data(), bytes_.size() };
    if (!all.ends_with(kLine) || all.size() < kLine.size() + kStructure)
        return;
    std::size_t size = 0;
    for (std::size_t i = 0; i < kLength; ++i)
        size = size << 8 | static_cast<unsigned char>(all[all.size() - kLine.size() - kLength + i]);
    if (size > all.size() - kLine.size() - kStructure)
        throw Refusal("the file is damaged");
    bytes_.resize(all.size() - kLine.size() - kStructure - size);
}

std::vector<ModuleImage::Import> ModuleImage::imports() const
{
    std::vector<Import> found;
    for (std::size_t i = 1; i < symbols_.size(); ++i) {
        const Elf64_Sym& symbol = symbols_[i];
        if (symbol.st_shndx != SHN_UNDEF || symbol.st_name == 0)
            continue;
        found.push_back({ std::string { text(*names_, symbol.st_name) },
                          ELF64_ST_BIND(symbol.st_info) == STB_WEAK, i });
    }
    return found;
}

std::string_view ModuleImage::vermagic() const
{
    constexpr std::string_view kKey = "vermagic=";
    for (std::size_t at = 0; at < information_->sh_size;) {
        const std::string_view entry = text(*information_, at);
        if (entry.starts_with(kKey))
            return entry.substr(kKey.size());
        at += entry.size() + 1;
    }
    throw Refusal("the module does not say which kernel it was built for");
}

void ModuleImage::set_address(const Import& import, Elf64_Addr address)
{
    Elf64_Sym& symbol = symbols_[import.index];
    symbol.st_shndx = SHN_ABS;
    symbol.st_value = address;
}
