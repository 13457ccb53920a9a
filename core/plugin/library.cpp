#include "plugin/library.hpp"

#include "base/log.hpp"
#include "config/shorten.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/load_watch.hpp"
#include "plugin/option_specs.hpp"
#include "plugin/trusted_file.hpp"

#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::string_view mend = "the plugin's author has to mend it";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error{what}; }

/// What the dynamic linker said, out of Boost's message around it.
std::string_view linker_words(std::string_view message) {
    constexpr std::string_view before = "dlerror system message: ";
    const auto begin = message.find(before);
    if (begin == std::string_view::npos) return message;
    message.remove_prefix(begin + before.size());
    return message.substr(0, message.rfind("):"));
}

/// What the configuration uses itself and no plugin can take.
bool is_reserved(std::string_view kind) { return kind == "tocsin" || kind == "http"; }

template <class Kind>
void check_kind(const Kind* kind, std::string_view what) {
    if (kind == nullptr) fail(fmt::format("one of its {}s is a null pointer: {}", what, mend));
    if (kind->struct_size < sizeof(Kind))
        fail(fmt::format("the descriptor of a {} is too short ({} bytes, {} wanted): {}", what, kind->struct_size,
                         sizeof(Kind), mend));
    const auto name = declared_text(kind->name, "name");
    if (!is_kind_name(name))
        fail(fmt::format("\"{}\" is no name for a {}: use at most 64 lower case letters, digits and '-'",
                         shortened(name), what));
    if (is_reserved(name)) fail(fmt::format("\"{}\" cannot be the name of a {}: choose another", name, what));
}

}  // namespace

SinkKind read_kind(const tocsin_sink_kind* abi) {
    check_kind(abi, "sink");
    SinkKind kind;
    kind.name = view(abi->name);
    try {
        if (abi->create == nullptr || abi->bind == nullptr || abi->unbind == nullptr || abi->submit == nullptr ||
            abi->stop == nullptr || abi->destroy == nullptr)
            fail("create, bind, unbind, submit, stop and destroy are all needed");
        kind.help = declared_text(abi->help, "help");
        kind.abi = abi;
        kind.instance_options = read_specs(abi->instance_options, abi->instance_option_count, OptionScope::instance);
        kind.handler_options = read_specs(abi->handler_options, abi->handler_option_count, OptionScope::handler);
    } catch (const std::exception& error) {
        fail(fmt::format("sink \"{}\": {}: {}", kind.name, error.what(), mend));
    }
    return kind;
}

SourceKind read_kind(const tocsin_source_kind* abi) {
    check_kind(abi, "source");
    SourceKind kind;
    kind.name = view(abi->name);
    try {
        if (abi->create == nullptr || abi->start == nullptr || abi->pause == nullptr || abi->resume == nullptr ||
            abi->stop == nullptr || abi->destroy == nullptr)
            fail("create, start, pause, resume, stop and destroy are all needed");
        kind.help = declared_text(abi->help, "help");
        kind.abi = abi;
        kind.instance_options = read_specs(abi->instance_options, abi->instance_option_count, OptionScope::instance);
    } catch (const std::exception& error) {
        fail(fmt::format("source \"{}\": {}: {}", kind.name, error.what(), mend));
    }
    return kind;
}

namespace {

void check_version(unsigned major, unsigned minor) {
    if (major == TOCSIN_ABI_MAJOR && minor <= TOCSIN_ABI_MINOR) return;
    const bool newer = major >= TOCSIN_ABI_MAJOR;
    fail(fmt::format("was built for plugin ABI {}.{}, this program has {}.{}: {}", major, minor, TOCSIN_ABI_MAJOR,
                     TOCSIN_ABI_MINOR,
                     newer ? "update tocsin, or build the plugin with the headers of this one"
                           : "build the plugin again with the headers of this program"));
}

const tocsin_plugin_descriptor& descriptor_of(const boost::dll::shared_library& library) {
    if (!library.has(TOCSIN_ENTRY_SYMBOL))
        fail("is no plugin, it exports no symbol " TOCSIN_ENTRY_SYMBOL
             ": move it out of the plugin folder, or export one (TOCSIN_SINK and TOCSIN_SOURCE do)");
    const auto& plugin = library.get<const tocsin_plugin_descriptor>(TOCSIN_ENTRY_SYMBOL);
    check_version(plugin.abi_major, plugin.abi_minor);
    if (plugin.struct_size < sizeof(tocsin_plugin_descriptor))
        fail(fmt::format("its descriptor is too short ({} bytes, {} wanted): {}", plugin.struct_size,
                         sizeof(tocsin_plugin_descriptor), mend));
    check_count(plugin.sinks, plugin.sink_count, "sinks");
    check_count(plugin.sources, plugin.source_count, "sources");
    if (plugin.sink_count + plugin.source_count == 0) fail(fmt::format("brings neither sinks nor sources: {}", mend));
    return plugin;
}

void check_different(const Library& library) {
    std::set<std::string_view> names;
    const auto check = [&](const auto& kind) {
        if (!names.insert(kind.name).second) fail(fmt::format("brings kind \"{}\" twice: {}", kind.name, mend));
    };
    std::for_each(library.sinks.begin(), library.sinks.end(), check);
    std::for_each(library.sources.begin(), library.sources.end(), check);
}

/// Never unmapped, whatever comes of it: code of a library may still be registered somewhere (threads, thread-local
/// destructors, atexit).
const boost::dll::shared_library& map(const std::filesystem::path& file) {
    namespace dll = boost::dll;
    static auto& mapped = *new std::deque<dll::shared_library>;
    dll::shared_library loaded;
    try {
        const LoadWatch watch{file};
        loaded.load(file, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const std::exception& error) {
        fail(fmt::format("cannot be loaded: {}", linker_words(error.what())));
    }
    return mapped.emplace_back(std::move(loaded));
}

}  // namespace

Library load_library(const std::filesystem::path& file) {
    check_trusted_file(file, ::geteuid());
    check_elf_file(file);
    log::debug("loading a plugin", {{"file", file.string()}});
    const auto& plugin = descriptor_of(map(file));
    Library library{file,   declared_text(plugin.name, "name"), declared_text(plugin.version, "version"), {}, {},
                    &plugin};
    for (const auto* kind : std::span{plugin.sinks, plugin.sink_count}) library.sinks.push_back(read_kind(kind));
    for (const auto* kind : std::span{plugin.sources, plugin.source_count}) library.sources.push_back(read_kind(kind));
    check_different(library);
    return library;
}

}  // namespace tocsin::core
