#include "config/environment.hpp"
#include "daemon/settings.hpp"
#include "fuzz/same.hpp"
#include "fuzz/support.hpp"

#include <optional>

namespace {

using namespace tocsin::core;

struct Reading {
    Mistakes mistakes;
    std::optional<Settings> settings;

    explicit Reading(const std::filesystem::path& file) {
        Environment none;
        settings = read_settings(file, none, mistakes);
        if (!settings) return;
        for (const auto& [kind, table] : settings->sections)
            check_options(*table, tocsin::fuzz::section_options(), kind + ".", file.parent_path(), mistakes);
    }
};

}  // namespace

/// The configuration: reading it again gives the same values or the same mistakes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin::fuzz;
    static const InputFile file{"tocsin.toml"};
    const auto& path = file.write(text_of(data, size));
    const Reading first{path};
    const Reading second{path};
    require(same(first.mistakes, second.mistakes), "reading twice finds the same mistakes");
    require(first.settings.has_value() == second.settings.has_value(), "reading twice gives settings both times");
    require(first.settings || !first.mistakes.empty(), "a file that cannot be read has a mistake");
    if (!first.settings) return 0;
    require(same(first.settings->document.root, second.settings->document.root), "reading twice gives the same values");
    require(first.settings->sections.size() == second.settings->sections.size(),
            "reading twice gives the same sections");
    return 0;
}
