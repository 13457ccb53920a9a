#pragma once

#include <filesystem>

namespace tocsin::core {

/// While one lives, code that a shared library runs as it is loaded may end the process: an exception out of it, and
/// exit. Then this says on standard error which file it was, and the process ends with a failure. One at a time.
class LoadWatch {
  public:
    explicit LoadWatch(const std::filesystem::path& file);
    LoadWatch(const LoadWatch&) = delete;
    LoadWatch& operator=(const LoadWatch&) = delete;
    ~LoadWatch();
};

}  // namespace tocsin::core
