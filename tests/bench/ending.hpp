#pragma once

#include <signal.h>

namespace tocsin::bench {

namespace detail {
inline volatile sig_atomic_t told_to_end = 0;
}

/// From now on SIGTERM and SIGINT interrupt what waits, and `told_to_end` says true.
inline void note_signals_to_end() {
    struct sigaction action {};
    action.sa_handler = [](int) { detail::told_to_end = 1; };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
}

inline bool told_to_end() { return detail::told_to_end != 0; }

}  // namespace tocsin::bench
