#pragma once

#include "sockets.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace tocsin::bench {

/// A number in a file that two programs see: how many different messages have arrived.
class Progress {
  public:
    /// Makes the file when there is none. Throws std::system_error.
    explicit Progress(const std::string& file) {
        const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (handle < 0 || ::ftruncate(handle, sizeof *number_) != 0) fail(file.c_str());
        void* memory = ::mmap(nullptr, sizeof *number_, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
        ::close(handle);
        if (memory == MAP_FAILED) fail(file.c_str());
        number_ = static_cast<std::atomic<std::uint64_t>*>(memory);
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { ::munmap(number_, sizeof *number_); }

    void set(std::uint64_t number) noexcept { number_->store(number, std::memory_order_relaxed); }
    std::uint64_t get() const noexcept { return number_->load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t>* number_ = nullptr;
};

}  // namespace tocsin::bench
