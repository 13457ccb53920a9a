#pragma once

#include "deliver/handler.hpp"
#include "route/routes.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tocsin::core {

/// Which handlers get an event: what the handler files of one load say. Immutable.
struct Routing {
    struct Target {
        std::shared_ptr<Handler> handler;
        std::string kind;  ///< of its sink
        std::string name;  ///< of the sink's instance
    };

    Routes routes;
    std::vector<Target> targets;  ///< as `routes` numbers them
};

}  // namespace tocsin::core
