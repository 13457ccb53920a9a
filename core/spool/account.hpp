#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

namespace tocsin::core {

/// What a handler is known by in the spool.
struct HandlerName {
    std::string topic;
    std::string id;

    bool operator==(const HandlerName&) const = default;
    bool operator<(const HandlerName& other) const { return std::tie(topic, id) < std::tie(other.topic, other.id); }
};

/// What the spool knows of one handler. Made by the spool, and stays as long as it does.
struct Account {
    HandlerName name;
    std::size_t index = 0;                    ///< counts from 0, in the order they were made
    std::atomic<std::uint64_t> unwritten{0};  ///< bytes of deliveries that are neither in the file nor ended

    std::uint32_t number_in_file = 0;  ///< its number in the file, 0 before it has one; the spool's thread only
};

}  // namespace tocsin::core
