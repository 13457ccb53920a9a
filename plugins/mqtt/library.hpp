#pragma once

#include <shared_mutex>
#include <string>

namespace mqtt {

/// What has to be true of Paho in this process before it is used; cheap when it already is.
///
/// A client that is never connected is kept for good: with the last client Paho ends its threads, and one that is made
/// meanwhile is never served.
void prepare_library();

/// Held shared during MQTTAsync_send and _connect, and alone during _destroy: Paho's destroy walks the queue of all
/// clients' commands without the lock under which the others add to it. Never held by a callback.
std::shared_mutex& library_mutex();

/// Paho sends every connection through the proxy of `http_proxy` or `https_proxy`, knows no `no_proxy`, and waits for
/// the proxy up to 10 s while no other client is served. Takes these variables out of the environment; returns which
/// were there, for the log.
std::string forget_proxies();

}  // namespace mqtt
