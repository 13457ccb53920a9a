#include "probe.hpp"

#include "wire.hpp"

namespace mqtt {

std::string probe(const Settings& settings, const std::string& address, std::chrono::milliseconds limit) {
    const auto deadline = Wire::Clock::now() + limit;
    Wire wire{settings};
    return wire.open(address, deadline);
}

}  // namespace mqtt
