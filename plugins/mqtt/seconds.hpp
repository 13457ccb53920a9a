#pragma once

#include <chrono>
#include <cstdio>
#include <string>

namespace mqtt {

/// "0.1 s", "30 s".
inline std::string in_seconds(std::chrono::nanoseconds duration) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g s", std::chrono::duration<double>(duration).count());
    return text;
}

}  // namespace mqtt
