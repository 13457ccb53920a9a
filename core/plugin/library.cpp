#include "plugin/library.hpp"

#include "plugin/elf_file.hpp"
#include "plugin/option_specs.hpp"
#include "plugin/trusted_file.hpp"

#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>

#include <unistd.h>

#include <cstddef>
#include <span>
#include <stdexcept>

namespace tocsin::core {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error{what}; }

/// What the dynamic linker said, out of Boost's message around it.
std::string_view linker_words(std::string_view message) {
    constexpr std::string_view before = "dlerror system message: ";
    const auto begin = message.find(before);
    if (begin == std::string_view::npos) return message;
    message.remove_prefix(begin + before.size());
    return message.substr(0, message.rfind("):"));
}

template <class Kind>
void check_size(const Kind* kind, std::string_view what) {
    if (kind == nullptr || kind->struct_size < sizeof(Kind))
        fail(fmt::format("the descriptor of a {} is too short ({} bytes, {} wanted)", what,
                         kind == nullptr ? 0 : kind->struct_size, sizeof(Kind)));
    if (!is_kind_name(view(kind->name)))
        fail(fmt::format("\"{}\" is no name for a {}: use lower case letters, digits and '-'", view(kind->name), what));
}

SinkKind read(const tocsin_sink_kind* abi) {
    check_size(abi, "sink");
    if (abi->create == nullptr || abi->bind == nullptr || abi->unbind == nullptr || abi->submit == nullptr ||
        abi->stop == nullptr || abi->destroy == nullptr)
        fail(fmt::format("sink {}: create, bind, unbind, submit, stop and destroy are all needed", view(abi->name)));
    SinkKind kind;
    kind.name = view(abi->name);
    kind.help = view(abi->help);
    kind.abi = abi;
    kind.instance_options = read_specs(abi->instance_options, abi->instance_option_count, OptionScope::instance);
    kind.handler_options = read_specs(abi->handler_options, abi->handler_option_count, OptionScope::handler);
    return kind;
}

SourceKind read(const tocsin_source_kind* abi) {
    check_size(abi, "source");
    if (abi->create == nullptr || abi->start == nullptr || abi->pause == nullptr || abi->resume == nullptr ||
        abi->stop == nullptr || abi->destroy == nullptr)
        fail(fmt::format("source {}: create, start, pause, resume, stop and destroy are all needed", view(abi->name)));
    SourceKind kind;
    kind.name = view(abi->name);
    kind.help = view(abi->help);
    kind.abi = abi;
    kind.instance_options = read_specs(abi->instance_options, abi->instance_option_count, OptionScope::instance);
    return kind;
}

const tocsin_plugin_descriptor& descriptor_of(boost::dll::shared_library& library) {
    if (!library.has(TOCSIN_ENTRY_SYMBOL)) fail("is no plugin: it exports no symbol " TOCSIN_ENTRY_SYMBOL);
    const auto& plugin = library.get<const tocsin_plugin_descriptor>(TOCSIN_ENTRY_SYMBOL);
    if (plugin.abi_major != TOCSIN_ABI_MAJOR || plugin.abi_minor > TOCSIN_ABI_MINOR)
        fail(fmt::format("was built for plugin ABI {}.{}, this program has {}.{}", plugin.abi_major, plugin.abi_minor,
                         TOCSIN_ABI_MAJOR, TOCSIN_ABI_MINOR));
    if (plugin.struct_size < sizeof(tocsin_plugin_descriptor))
        fail(fmt::format("its descriptor is too short ({} bytes, {} wanted)", plugin.struct_size,
                         sizeof(tocsin_plugin_descriptor)));
    return plugin;
}

}  // namespace

Library load_library(const std::filesystem::path& file) {
    check_trusted_file(file, ::geteuid());
    check_elf_file(file);
    namespace dll = boost::dll;
    dll::shared_library loaded;
    try {
        loaded.load(file, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const std::exception& error) {
        fail(fmt::format("cannot be loaded: {}", linker_words(error.what())));
    }
    // Never unmapped: code of a plugin may still be registered somewhere (thread-local destructors, atexit).
    static auto& mapped = *new std::vector<dll::shared_library>;
    const auto& plugin = descriptor_of(loaded);
    Library library{file, std::string{view(plugin.name)}, std::string{view(plugin.version)}, {}, {}};
    for (const auto* kind : std::span{plugin.sinks, plugin.sink_count}) library.sinks.push_back(read(kind));
    for (const auto* kind : std::span{plugin.sources, plugin.source_count}) library.sources.push_back(read(kind));
    mapped.push_back(std::move(loaded));
    return library;
}

}  // namespace tocsin::core
