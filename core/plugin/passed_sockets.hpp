#pragma once

#include <cstdint>
#include <vector>

namespace tocsin::core {

/// A bound IP socket that the service manager passed: UDP, or TCP that listens.
struct PassedSocket {
    int handle = -1;  ///< closed in programs that this one starts
    bool is_tcp = false;
    bool is_v6 = false;
    std::uint32_t kernel_drops = 0;  ///< datagrams the kernel dropped before this program took over
};

/// Reads LISTEN_PID and LISTEN_FDS (sd_listen_fds(3)) and removes them from the environment. What is wrong with them or
/// with a descriptor is logged, and left alone. Names (LISTEN_FDNAMES) are not looked at: sockets are known by their
/// addresses. `first` is the number of the first descriptor. Nothing where there is no such protocol (Linux only).
///
/// To be called once, at the very start: before threads, which may read the environment.
std::vector<PassedSocket> take_passed_sockets(int first = 3);

}  // namespace tocsin::core
