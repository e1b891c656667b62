// SPDX-License-Identifier: GPL-2.0
/* ModuleImage: a kernel module's file in memory, whose imports can be given addresses. */
#pragma once

#include <cstddef>
#include <elf.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/* The reason of a failure, in words for the user. */
class Refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class ModuleImage {
public:
    /* Throws Refusal if the file cannot be read, or is no module for this program's architecture. */
    explicit ModuleImage(const std::string& path);

    struct Import {
        std::string name;
        bool is_weak; /* the kernel loads the module without it, too */
        std::size_t index; /* for set_address() */
    };
    [[nodiscard]] std::vector<Import> imports() const;
    /* The string that the kernel compares with its own: release, options that change layouts. */
    [[nodiscard]] std::string_view vermagic() const;

    /*
     * Makes the symbol an absolute one, which the kernel's loader takes as it is: it neither looks the name up nor
     * checks the version of its symbol.
     */
    void set_address(const Import& import, Elf64_Addr address);

    [[nodiscard]] std::span<const char> bytes() const { return bytes_; }

private:
    void drop_signature();
    template <class T>
    [[nodiscard]] std::span<T> part(Elf64_Off offset, std::size_t count);
    [[nodiscard]] std::string_view text(const Elf64_Shdr& table, std::size_t offset) const;

    std::vector<char> bytes_;
    std::span<Elf64_Sym> symbols_;
    const Elf64_Shdr* names_ { nullptr }; /* of the symbols */
    const Elf64_Shdr* information_ { nullptr }; /* .modinfo */
};
