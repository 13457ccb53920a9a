#pragma once

#include "http/routes.hpp"

#include <atomic>

namespace tocsin::core {

enum class Phase { starting, ready, stopping };

class Running;

/// What is served over HTTP: /metrics, /healthz and /readyz. Both arguments must outlive the server.
http::Routes web_routes(const Running& running, const std::atomic<Phase>& phase);

}  // namespace tocsin::core
