#pragma once

#include <tocsin/option.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace mqtt {

inline constexpr std::int64_t millisecond = 1'000'000;
inline constexpr std::int64_t second = 1000 * millisecond;
inline constexpr std::int64_t hour = 3600 * second;

inline constexpr std::string_view qos_choices = "0|1|2|at-most-once|at-least-once|exactly-one|exactly-once";

/// The keys of a `[[mqtt]]` section. Kapacitor's are `enabled`, `name`, `default`, `url`, the `ssl-` options,
/// `insecure-skip-verify`, `client-id`, `username` and `password`.
inline constexpr std::array instance_options{
    tocsin::Option{"enabled", tocsin::boolean, "whether to use this broker"}.defaults("false").role(
        TOCSIN_ROLE_ENABLED),
    tocsin::Option{"name", tocsin::string, "what handlers call this broker"}.optional().role(TOCSIN_ROLE_NAME),
    tocsin::Option{"default", tocsin::boolean, "whether handlers that name no broker use this one"}
        .defaults("false")
        .role(TOCSIN_ROLE_DEFAULT),
    tocsin::Option{"url", tocsin::string,
                   "tcp://host:1883, ssl://host:8883 (TLS), ws://host/path or wss://host/path (TLS)"},
    tocsin::Option{"protocol", tocsin::choice, "version of MQTT"}.choices("3.1.1|5").defaults("3.1.1"),
    tocsin::Option{"ssl-ca", tocsin::path, "PEM file of the authorities to trust; the system's when left out"}
        .optional(),
    tocsin::Option{"ssl-cert", tocsin::path, "PEM file of the client certificate"}.optional(),
    tocsin::Option{"ssl-key", tocsin::path, "PEM file of the client certificate's private key"}.optional(),
    tocsin::Option{"insecure-skip-verify", tocsin::boolean, "trust any certificate: anybody can pose as the broker"}
        .defaults("false"),
    tocsin::Option{"alpn", tocsin::list, "protocol names to offer in the TLS handshake (ALPN)"}.optional(),
    tocsin::Option{"client-id", tocsin::string, "MQTT client identifier, unique at the broker; by default the name"}
        .optional(),
    tocsin::Option{"username", tocsin::string, "user at the broker"}.optional(),
    tocsin::Option{"password", tocsin::string, "the user's password"}.optional().secret(),
    tocsin::Option{"qos", tocsin::choice, "quality of service for handlers that name none; without it, 0"}
        .choices(qos_choices)
        .optional(),
    tocsin::Option{"retained", tocsin::boolean, "retained for handlers that do not say; without it, false"}.optional(),
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
    tocsin::Option{"qos", tocsin::choice, "quality of service; the broker's, else 0"}.choices(qos_choices).optional(),
    tocsin::Option{"retained", tocsin::boolean,
                   "whether the broker keeps the message for later subscribers; the broker's, else false"}
        .optional(),
    tocsin::Option{"payload", tocsin::rendered, "what is published"}.defaults("{{ .Message }}"),
    tocsin::Option{"message-expiry", tocsin::duration,
                   "MQTT 5: time after which the broker need not deliver it any more; in whole seconds, rounded up"}
        .optional()
        .range(second, 4'294'967'295 * second),
    tocsin::Option{"user-properties", tocsin::rendered_table, "MQTT 5: names and templates of user properties"}
        .optional(),
};

}  // namespace mqtt
