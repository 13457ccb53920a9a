#include "probe.hpp"

#include "wire.hpp"

namespace mqtt {

std::string probe(const Settings& settings, const std::string& address, std::chrono::milliseconds limit) {
    const auto deadline = Wire::Clock::now() + limit;
    Wire wire{settings};
    if (auto failure = wire.open(address, deadline); !failure.empty()) return failure;
    if (!settings.url.tls) return {};
    // With TLS 1.3 a broker that wants a certificate says so only now.
    char byte = 0;
    while (wire.read(&byte, 1) == 0 && !wire.ended() && wire.wait(wire.wants_to_write(), deadline)) {
    }
    if (!wire.ended()) return {};
    return wire.failure().empty() ? "TLS: the broker closed the connection" : wire.failure();
}

}  // namespace mqtt
