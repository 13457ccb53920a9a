#pragma once

#include "support/router.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace tocsin::testing {

inline std::uint64_t number(const LogLine& line, const std::string& key) {
    const auto text = line.value(key);
    if (!text) throw std::runtime_error{"no " + key + " in " + line.raw};
    return std::stoull(*text);
}

/// Checks that a stopped router's last numbers add up, and returns its line `stopped`.
inline LogLine check_counts(const Router& router) {
    std::size_t sources = 0;
    for (const auto& line : router.log()) {
        INFO(line.raw);
        if (line.msg == "events") {
            ++sources;
            CHECK(number(line, "received") == number(line, "malformed") + number(line, "duplicate") +
                                                  number(line, "limited") + number(line, "refused") +
                                                  number(line, "unmatched") + number(line, "matched"));
        }
        if (line.msg == "deliveries")
            CHECK(number(line, "created") + number(line, "recovered") + number(line, "requeued") ==
                  number(line, "delivered") + number(line, "dead") + number(line, "dropped") + number(line, "pending"));
    }
    CHECK(sources > 0);
    return router.wait_for("\"stopped\"");
}

}  // namespace tocsin::testing
