#include "library.hpp"

#include <MQTTAsync.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>

namespace mqtt {

void prepare_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        static MQTTAsync keeper = nullptr;
        const std::lock_guard lock{library_mutex()};
        if (MQTTAsync_create(&keeper, "tcp://127.0.0.1:1", "keeper", MQTTCLIENT_PERSISTENCE_NONE, nullptr) !=
            MQTTASYNC_SUCCESS)
            throw std::runtime_error{"the MQTT library cannot be used"};
    });
}

std::shared_mutex& library_mutex() {
    static auto& mutex = *new std::shared_mutex;  // outlives the threads that end after main
    return mutex;
}

std::string forget_proxies() {
    std::string found;
    for (const char* name : {"http_proxy", "https_proxy"}) {
        if (std::getenv(name) == nullptr) continue;
        ::unsetenv(name);
        found += found.empty() ? name : std::string{" and "} + name;
    }
    return found;
}

}  // namespace mqtt
