#pragma once

#include "broker_log.hpp"
#include "load.hpp"

#include <string>
#include <vector>

namespace tocsin::soak {

/// What is wrong with the order of what arrived, per handler and event id: a message that was new came behind a newer
/// one, or the last one is not the newest. `arrivals`: of each broker in its order.
std::vector<std::string> order_faults(const std::vector<Arrival>& arrivals, const std::vector<Load::Sent>& sent);

}  // namespace tocsin::soak
