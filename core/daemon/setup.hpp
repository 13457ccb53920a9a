#pragma once

#include "daemon/settings.hpp"
#include "daemon/sink_instances.hpp"
#include "deliver/routing.hpp"
#include "plugin/listeners.hpp"
#include "plugin/registry.hpp"
#include "plugin/source_instance.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core {

/// A source, where the configuration asks for it with which options, and a text that is equal for sections that say the
/// same.
struct PlacedSource {
    std::shared_ptr<SourceInstance> instance;
    const SourceKind* kind;
    Location where;
    std::vector<OptionValue> options;
    std::string text;
};

/// What a configuration asks for: made, checked whole, connected to nothing and listening on nothing.
struct Setup {
    Settings settings;
    std::optional<HttpSettings> http;  ///< nothing: it is not served
    std::vector<SinkInstances::Made> sinks;
    std::vector<PlacedSource> sources;
    std::shared_ptr<Routing> routing;
};

/// Reads the configuration, its plugins and its handler files, makes the instances and binds the handlers. What is
/// wrong goes to `mistakes`, all of it in one pass; the result is nothing when there is any. `registry`, which gets the
/// plugins that it does not have yet, and `listeners` must outlive what is made.
std::unique_ptr<Setup> set_up(const std::filesystem::path& configuration, Registry& registry, Listeners& listeners,
                              const Strand::HandOver& hand_over, Mistakes& mistakes);

/// Loads the built-in plugins, then those of TOCSIN_PLUGIN_PATH and of `more`.
void load_plugins(Registry& registry, const std::vector<std::filesystem::path>& more, const Location& where,
                  Mistakes& mistakes);

}  // namespace tocsin::core
