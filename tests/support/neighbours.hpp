#pragma once

#include "process.hpp"
#include "router.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::testing {

/// What is bad beside a healthy broker: brokers that do not work, or a sink that misbehaves. It wants every event of
/// the alert topic `qlik.task`, 200 kB of each if it is a broker. Whatever waits for such a broker is given up after a
/// second, where an option can say so, and begun again.
struct Neighbour {
    std::string sections{};                                    ///< TOML
    std::vector<std::pair<std::string, std::string>> files{};  ///< its handlers: name of the file, and text
    std::string limits{};                                      ///< lines of the section `[tocsin]`
    Environment environment{};                                 ///< of the router
    Arguments wrapper{};                                       ///< a command that the router is run through

    /// To be called once the router is ready, for one that is not bad from the beginning.
    std::function<void(const Router&)> turn_bad = [](const Router&) {};
    /// Whether the router has run into it by now.
    std::function<bool(const Router&)> met = [](const Router&) { return true; };

    std::vector<std::shared_ptr<void>> parts{};  ///< what has to live as long as it
};

Neighbour refusing_broker();
Neighbour black_holed_broker();
Neighbour silent_broker();
Neighbour tls_silent_broker();
/// Two of them, one with TLS. Only where SilentNameServer::lacking says nothing.
Neighbour brokers_without_name_server();
/// A mosquitto that is stopped while its connection is up; its socket fills.
Neighbour stopped_broker();
Neighbour broker_of_one_message_a_second();
Neighbour broker_closing_after_connect();
/// Refusing, black-holed and silent ones.
Neighbour dead_brokers(unsigned count = 49);

/// A sink of tests/fixtures, named as its file. It needs TOCSIN_FIXTURES.
Neighbour fixture_sink(const std::string& fixture);
/// A sink that does not return from `submit`; it has a fifth of a second for a call.
Neighbour blocking_sink();

}  // namespace tocsin::testing
