#pragma once

#include <tocsin/option.hpp>

#include <array>
#include <cstdint>

namespace mqtt {

inline constexpr std::int64_t millisecond = 1'000'000;
inline constexpr std::int64_t second = 1000 * millisecond;
inline constexpr std::int64_t hour = 3600 * second;

/// The keys of a `[[mqtt]]` section. Those down to `password` are Kapacitor's.
inline constexpr std::array instance_options{
    tocsin::Option{"enabled", tocsin::boolean, "whether to use this broker"}.defaults("false").role(
        TOCSIN_ROLE_ENABLED),
    tocsin::Option{"name", tocsin::string, "what handlers call this broker"}.optional().role(TOCSIN_ROLE_NAME),
    tocsin::Option{"default", tocsin::boolean, "whether handlers that name no broker use this one"}
        .defaults("false")
        .role(TOCSIN_ROLE_DEFAULT),
    tocsin::Option{"url", tocsin::string, "tcp://host:1883, or ssl://host:8883 for TLS"},
    tocsin::Option{"ssl-ca", tocsin::path, "PEM file of the authorities to trust; the system's when left out"}
        .optional(),
    tocsin::Option{"ssl-cert", tocsin::path, "PEM file of the client certificate"}.optional(),
    tocsin::Option{"ssl-key", tocsin::path, "PEM file of the client certificate's private key"}.optional(),
    tocsin::Option{"insecure-skip-verify", tocsin::boolean, "trust any certificate: anybody can pose as the broker"}
        .defaults("false"),
    tocsin::Option{"client-id", tocsin::string, "MQTT client identifier, unique at the broker; by default the name"}
        .optional(),
    tocsin::Option{"username", tocsin::string, "user at the broker"}.optional(),
    tocsin::Option{"password", tocsin::string, "the user's password"}.optional().secret(),
    tocsin::Option{"keepalive", tocsin::duration, "time of silence after which the broker is pinged"}
        .defaults("30s")
        .range(second, 65535 * second),
    tocsin::Option{"window", tocsin::integer, "deliveries on their way to the broker at once"}.defaults("100").range(
        1, 65535),
    tocsin::Option{"ack-timeout", tocsin::duration, "time after which an unanswered publish means a dead connection"}
        .defaults("30s")
        .range(second, 90 * second),  // below the two minutes that the host waits for an answer
    tocsin::Option{"connect-timeout", tocsin::duration, "time for the name look-up, and for connecting to an address"}
        .defaults("10s")
        .range(second, 300 * second),
    tocsin::Option{"reconnect-min", tocsin::duration, "first delay between attempts to connect; it doubles"}
        .defaults("100ms")
        .range(10 * millisecond, hour),
    tocsin::Option{"reconnect-max", tocsin::duration, "longest delay between attempts to connect"}
        .defaults("30s")
        .range(10 * millisecond, hour),
};

/// The `options` of a handler of kind `mqtt`. Those down to `retained` are Kapacitor's.
inline constexpr std::array handler_options{
    tocsin::Option{"broker-name", tocsin::string, "which [[mqtt]] section; the default one when left out"}
        .optional()
        .role(TOCSIN_ROLE_INSTANCE),
    tocsin::Option{"topic", tocsin::rendered, "MQTT topic"}.mqtt_topic(),
    tocsin::Option{"qos", tocsin::choice, "quality of service"}
        .choices("0|1|2|at-most-once|at-least-once|exactly-one|exactly-once")
        .defaults("0"),
    tocsin::Option{"retained", tocsin::boolean, "whether the broker keeps the message for later subscribers"}.defaults(
        "false"),
    tocsin::Option{"payload", tocsin::rendered, "what is published"}.defaults("{{ .Message }}"),
};

}  // namespace mqtt
