#pragma once

#include "daemon/settings.hpp"
#include "deliver/router.hpp"
#include "deliver/sink_runner.hpp"
#include "plugin/listeners.hpp"
#include "plugin/registry.hpp"
#include "plugin/source_instance.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace tocsin::core {

/// A source, and where the configuration asks for it.
struct PlacedSource {
    std::unique_ptr<SourceInstance> instance;
    Location where;
};

/// Everything a configuration asks for: made, checked whole, connected to nothing and listening on nothing.
struct Setup {
    Settings settings;
    Registry registry;
    Listeners listeners;
    std::vector<std::unique_ptr<SinkRunner>> sinks;
    std::vector<PlacedSource> sources;
    std::unique_ptr<Router> router;
    std::size_t handlers = 0;
};

/// Reads the configuration, its plugins and its handler files, makes the instances and binds the handlers. What is
/// wrong goes to `mistakes`, all of it in one pass; the result is nothing when there is any.
std::unique_ptr<Setup> set_up(const std::filesystem::path& configuration, const Strand::HandOver& hand_over,
                              Mistakes& mistakes);

/// Loads the built-in plugins, then those of TOCSIN_PLUGIN_PATH and of `more`.
void load_plugins(Registry& registry, const std::vector<std::filesystem::path>& more, const Location& where,
                  Mistakes& mistakes);

}  // namespace tocsin::core
