#pragma once

#include <chrono>
#include <cstddef>

namespace tocsin::core::http {

/// What clients may cost.
struct Limits {
    std::size_t header_bytes =
        16 * 1024;  ///< a longer request line or longer headers are answered with 431; at least 8 KiB
    std::size_t body_bytes = 64 * 1024;                            ///< a longer body is answered with 413
    std::chrono::milliseconds idle = std::chrono::seconds{90};     ///< between two requests of a connection
    std::chrono::milliseconds request = std::chrono::seconds{10};  ///< for a whole request, and for the first to begin
    std::chrono::milliseconds answer = std::chrono::seconds{30};   ///< for a client to take its whole answer
    /// With more, the connection whose step (waiting, sending a request, taking an answer) began first is closed.
    std::size_t connections = 128;
    /// With more bytes of answers that clients have not taken, those that began first are given up likewise.
    std::size_t answer_bytes = 64 * 1024 * 1024;
};

}  // namespace tocsin::core::http
