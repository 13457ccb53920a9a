#include "plugin/elf_file.hpp"

#include <fmt/format.h>

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error{what}; }

bool is_elf(const Header& header) { return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0; }

/// The header of this program itself, which the dynamic linker has mapped.
const Header& own_header() {
    Dl_info info{};
    const auto* here = reinterpret_cast<const void*>(&check_elf_file);
    if (::dladdr(here, &info) == 0 || !is_elf(*static_cast<const Header*>(info.dli_fbase)))
        fail("cannot be compared with this program: its own ELF header is not to be found");
    return *static_cast<const Header*>(info.dli_fbase);
}

/// In the order of bytes that the file itself has.
unsigned machine_of(const Header& header) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(&header.e_machine);
    const bool big = header.e_ident[EI_DATA] == ELFDATA2MSB;
    return static_cast<unsigned>(big ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}

std::string machine_text(const Header& header) {
    static constexpr std::pair<unsigned, const char*> names[] = {
        {EM_386, "x86"},         {EM_X86_64, "x86-64"}, {EM_ARM, "ARM"},   {EM_AARCH64, "ARM64"},
        {EM_PPC64, "PowerPC64"}, {EM_RISCV, "RISC-V"},  {EM_S390, "S/390"}};
    const auto machine = machine_of(header);
    const auto* known =
        std::find_if(std::begin(names), std::end(names), [&](const auto& name) { return name.first == machine; });
    return fmt::format(
        "{}, {} bit, {} endian", known == std::end(names) ? fmt::format("machine {}", machine) : known->second,
        header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32, header.e_ident[EI_DATA] == ELFDATA2MSB ? "big" : "little");
}

/// Where a part of a file ends; the highest number when that does not fit.
std::uint64_t end_of(std::uint64_t begin, std::uint64_t size) {
    return begin + size < begin ? UINT64_MAX : begin + size;
}

class File {
  public:
    explicit File(const std::filesystem::path& path) {
        std::error_code error;
        const auto type = std::filesystem::status(path, error).type();
        if (type != std::filesystem::file_type::regular)
            fail(error ? fmt::format("cannot be read: {}", error.message()) : "is no file that could hold a plugin");
        size_ = std::filesystem::file_size(path, error);
        in_.open(path, std::ios::binary);
        if (error || !in_) fail("cannot be read: check its permissions");
    }

    std::uint64_t size() const noexcept { return size_; }

    template <class T>
    T read(std::uint64_t at) {
        T value{};
        in_.seekg(static_cast<std::streamoff>(at));
        in_.read(reinterpret_cast<char*>(&value), sizeof value);
        if (!in_) fail("cannot be read to its end");
        return value;
    }

  private:
    std::uint64_t size_ = 0;
    std::ifstream in_;
};

}  // namespace

void check_elf_file(const std::filesystem::path& path) {
    File file{path};
    if (file.size() == 0) fail("is empty: copy the plugin again");
    const auto whole_to = [&](std::uint64_t end) {
        if (end > file.size())
            fail(fmt::format("is cut off: it has {} bytes of at least {}; copy the plugin again", file.size(), end));
    };
    using Magic = std::array<char, SELFMAG>;
    if (file.size() < SELFMAG || file.read<Magic>(0) != Magic{ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3})
        fail("is no shared library: move it out of the plugin folder");
    whole_to(sizeof(Header));

    const auto header = file.read<Header>(0);
    const auto& own = own_header();
    const auto same = [&](int index) { return header.e_ident[index] == own.e_ident[index]; };
    if (!same(EI_CLASS) || !same(EI_DATA) || machine_of(header) != machine_of(own))
        fail(fmt::format("was built for another machine ({}; this program is for {}): get or build it for this one",
                         machine_text(header), machine_text(own)));
    if (header.e_type != ET_DYN) fail("is no shared library: link it with -shared");
    whole_to(end_of(header.e_phoff, std::uint64_t{header.e_phnum} * header.e_phentsize));
    whole_to(end_of(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize));
    for (unsigned i = 0; i < header.e_phnum && header.e_phentsize == sizeof(Segment); ++i) {
        const auto segment = file.read<Segment>(header.e_phoff + i * sizeof(Segment));
        if (segment.p_type == PT_LOAD) whole_to(end_of(segment.p_offset, segment.p_filesz));
    }
}

}  // namespace tocsin::core
