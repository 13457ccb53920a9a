#include "plugin/registry.hpp"

#include "plugin/trusted_file.hpp"

#include <fmt/format.h>

#include <boost/dll/runtime_symbol_info.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

namespace tocsin::core {
namespace {

Location at_file(const std::filesystem::path& file) { return {std::make_shared<const std::string>(file.string())}; }

template <class Kinds>
auto* find(const Kinds& kinds, std::string_view name) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
    return found == kinds.end() ? nullptr : &*found;
}

}  // namespace

void Registry::load_from(const std::filesystem::path& directory, const Location& where, Mistakes& mistakes) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    const auto folder = std::filesystem::canonical(directory, error);
    try {
        if (!error) check_trusted_folder(folder, ::geteuid());
    } catch (const std::exception& thrown) {
        mistakes.add(where, "plugin-path", thrown.what());
        return;
    }
    for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error))
        if (std::error_code unknown; at->path().extension() == ".so" && !at->is_directory(unknown))
            files.push_back(at->path());
    if (error)
        mistakes.add(where, "plugin-path",
                     fmt::format("\"{}\" cannot be read: {}", directory.string(), error.message()));
    std::sort(files.begin(), files.end());
    for (const auto& file : files) add(file, mistakes);
}

void Registry::add(const std::filesystem::path& file, Mistakes& mistakes) {
    std::error_code error;
    const auto canonical = std::filesystem::canonical(file, error);
    if (std::any_of(libraries_.begin(), libraries_.end(), [&](const auto& known) { return known->file == canonical; }))
        return;
    try {
        auto library = std::make_unique<const Library>(load_library(error ? file : canonical));
        const auto already = [&](const auto& kind) {
            const auto* provider = provider_of(kind.name);
            if (provider == nullptr) return false;
            mistakes.add(at_file(file), "",
                         fmt::format("brings kind \"{}\", which {} has brought already: remove one of them", kind.name,
                                     provider->file.string()));
            return true;
        };
        if (std::any_of(library->sinks.begin(), library->sinks.end(), already) ||
            std::any_of(library->sources.begin(), library->sources.end(), already))
            return;
        libraries_.push_back(std::move(library));
    } catch (const std::exception& thrown) {
        mistakes.add(at_file(file), "", thrown.what());
    }
}

const Library* Registry::provider_of(std::string_view kind) const noexcept {
    for (const auto& library : libraries_)
        if (find(library->sinks, kind) != nullptr || find(library->sources, kind) != nullptr) return library.get();
    return nullptr;
}

const SinkKind* Registry::sink(std::string_view name) const noexcept {
    for (const auto& library : libraries_)
        if (const auto* kind = find(library->sinks, name)) return kind;
    return nullptr;
}

const SourceKind* Registry::source(std::string_view name) const noexcept {
    for (const auto& library : libraries_)
        if (const auto* kind = find(library->sources, name)) return kind;
    return nullptr;
}

std::vector<std::string> Registry::sink_names() const {
    std::vector<std::string> names;
    for (const auto& library : libraries_)
        for (const auto& kind : library->sinks) names.push_back(kind.name);
    return names;
}

std::vector<std::string> Registry::source_names() const {
    std::vector<std::string> names;
    for (const auto& library : libraries_)
        for (const auto& kind : library->sources) names.push_back(kind.name);
    return names;
}

std::vector<std::filesystem::path> built_in_plugin_directories() {
    const auto program = boost::dll::program_location().parent_path();
    for (const auto& directory : {program / "plugins", program / TOCSIN_PLUGINS_FROM_PROGRAM})
        if (std::error_code error; std::filesystem::is_directory(directory, error)) return {directory};
    return {};
}

std::vector<std::filesystem::path> plugin_directories_of_environment() {
    std::vector<std::filesystem::path> directories;
    const char* text = std::getenv("TOCSIN_PLUGIN_PATH");
    std::string_view left = text == nullptr ? "" : text;
    while (!left.empty()) {
        const auto end = std::min(left.find(':'), left.size());
        if (end != 0) directories.emplace_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return directories;
}

}  // namespace tocsin::core
