#pragma once

#include "process.hpp"
#include "temp_dir.hpp"

#include <string>

namespace tocsin::testing {

/// A name server that takes questions and answers none, for a program that is started through `wrapper`: with files of
/// its own over /etc/resolv.conf and /etc/nsswitch.conf, which nobody else sees.
class SilentNameServer {
  public:
    /// Why this machine cannot have one; empty when it can. It takes root, and the right to mount.
    static std::string lacking();

    SilentNameServer();
    SilentNameServer(const SilentNameServer&) = delete;
    SilentNameServer& operator=(const SilentNameServer&) = delete;
    ~SilentNameServer();

    /// A command to which the program and its arguments are added; the process keeps its id.
    Arguments wrapper() const;

    /// Whether somebody has asked.
    bool asked() const;

  private:
    TempDir folder_;
    int socket_;
};

}  // namespace tocsin::testing
