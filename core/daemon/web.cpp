#include "daemon/web.hpp"

#include "daemon/metrics.hpp"
#include "daemon/running.hpp"

namespace tocsin::core {
namespace {

http::Response readiness(Phase phase) {
    constexpr int unavailable = 503;
    switch (phase) {
        case Phase::starting: return {.status = unavailable, .body = "starting\n"};
        case Phase::stopping: return {.status = unavailable, .body = "stopping\n"};
        case Phase::ready: break;
    }
    return {.body = "ready\n"};
}

}  // namespace

http::Routes web_routes(const Running& running, const std::atomic<Phase>& phase) {
    http::Routes routes;
    routes.add("GET", "/metrics", [&running](const http::Request&) {
        return http::Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                              .body = metrics_text(running)};
    });
    routes.add("GET", "/healthz", [](const http::Request&) { return http::Response{.body = "ok\n"}; });
    routes.add("GET", "/readyz", [&phase](const http::Request&) { return readiness(phase); });
    return routes;
}

}  // namespace tocsin::core
