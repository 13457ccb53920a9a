#include "plugin/elf_file.hpp"

#include "plugin/test_folder.hpp"

#include <doctest/doctest.h>

#include <link.h>
#include <sys/stat.h>

#include <cstring>
#include <sstream>
#include <string>
#include <utility>

using namespace tocsin::core;

namespace {

using Header = ElfW(Ehdr);

std::string judged(const std::filesystem::path& file) {
    return thrown_by([&] { check_elf_file(file); });
}

/// This very program; like a plugin it can be put at any address.
const std::string& some_elf() {
    static const std::string bytes = [] {
        std::ostringstream text;
        text << std::ifstream{"/proc/self/exe", std::ios::binary}.rdbuf();
        return std::move(text).str();
    }();
    return bytes;
}

template <class Change>
std::string changed(Change&& change) {
    auto bytes = some_elf();
    Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    change(header);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

}  // namespace

TEST_CASE("a whole one passes") {
    const TestFolder folder;
    CHECK(judged(folder.write("a.so", some_elf())) == "");
}

TEST_CASE("what is no ELF file") {
    const TestFolder folder;
    check_says(judged(folder.write("empty.so", "")), "is empty");
    for (const std::string text : {"#", "abc", "\x7f", "\177ELE", "#!/bin/sh\necho no\n", "MZ\x90 a Windows library"})
        check_says(judged(folder.write("text.so", text)), "is no shared library");
    check_says(judged(folder.write("zeros.so", std::string(100'000, '\0'))), "is no shared library");
    check_says(judged(folder.path / "none.so"), "cannot be read: No such file");
    check_says(judged(folder.path), "is no file that could hold a plugin");
    const auto pipe = folder.path / "pipe.so";
    REQUIRE(::mkfifo(pipe.c_str(), 0644) == 0);
    check_says(judged(pipe), "is no file that could hold a plugin");
    check_says(judged("/dev/zero"), "is no file that could hold a plugin");
}

TEST_CASE("one that was cut off, wherever") {
    const TestFolder folder;
    const auto& whole = some_elf();
    for (std::size_t size = 4; size < 200; ++size)
        check_says(judged(folder.write("cut.so", whole.substr(0, size))), "is cut off: it has ");
    for (std::size_t part = 1; part < 8; ++part)
        check_says(judged(folder.write("cut.so", whole.substr(0, whole.size() / 8 * part))), "is cut off: it has ");
    check_says(judged(folder.write("cut.so", whole.substr(0, whole.size() - 1))), "is cut off");
}

TEST_CASE("one for another machine") {
    const TestFolder folder;
    const auto other = [&](auto change) { return judged(folder.write("other.so", changed(change))); };
    const bool is_arm =
        judged(folder.write("arm.so", changed([](Header& header) { header.e_machine = EM_AARCH64; }))).empty();
    check_says(
        other([&](Header& header) { header.e_machine = is_arm ? EM_X86_64 : EM_AARCH64; }),
        is_arm ? "another machine (x86-64, 64 bit, little endian;" : "another machine (ARM64, 64 bit, little endian;");
    check_says(other([](Header& header) { header.e_machine = 9999; }), "another machine (machine 9999, ");
    check_says(other([](Header& header) { header.e_ident[EI_CLASS] = ELFCLASS32; }), "32 bit");
    check_says(other([](Header& header) {
                   header.e_ident[EI_DATA] = ELFDATA2MSB;
                   header.e_machine = EM_S390 << 8;
               }),
               "another machine (S/390, 64 bit, big endian;");
    check_says(other([](Header& header) { header.e_type = ET_REL; }), "is no shared library: link it with -shared");
    check_says(other([](Header& header) { header.e_type = ET_EXEC; }), "is no shared library: link it with -shared");
}

TEST_CASE("numbers that lead out of the file") {
    const TestFolder folder;
    const auto cut = [&](auto change) { check_says(judged(folder.write("odd.so", changed(change))), "is cut off"); };
    cut([](Header& header) { header.e_phoff = UINT64_MAX; });
    cut([](Header& header) { header.e_phoff = UINT64_MAX - 8; });
    cut([](Header& header) { header.e_shoff = UINT64_MAX / 2; });
    cut([](Header& header) { header.e_phnum = 0xfffe, header.e_phentsize = 0xffff; });

    auto bytes = some_elf();
    Header header;
    std::memcpy(&header, bytes.data(), sizeof header);
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        ElfW(Phdr) segment;
        auto* at = bytes.data() + header.e_phoff + i * sizeof segment;
        std::memcpy(&segment, at, sizeof segment);
        segment.p_filesz = UINT64_MAX;
        std::memcpy(at, &segment, sizeof segment);
    }
    check_says(judged(folder.write("odd.so", bytes)), "is cut off");
}
