#pragma once

#include "address.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace task_log {

/// The largest payload of a UDP datagram over IPv4.
inline constexpr std::size_t largest_datagram = 65'507;

/// What was received at once. `bytes` is valid during the call it comes with.
struct Datagram {
    std::string_view bytes;
    Address sender;
    bool is_cut = false;  ///< it was longer than the largest one wanted
    std::chrono::sys_time<std::chrono::nanoseconds> received;
};

}  // namespace task_log
