#include "config/load_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <tuple>

namespace tocsin::core {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class OpenFile {
  public:
    /// Does not wait for the other end of what may have become a pipe since it was looked at.
    explicit OpenFile(const std::filesystem::path& path)
        : handle_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (handle_ >= 0) ::close(handle_);
    }
    int get() const noexcept { return handle_; }

  private:
    int handle_;
};

std::string size_text(std::size_t bytes) {
    constexpr std::size_t kibi = 1024;
    constexpr std::size_t mebi = kibi * kibi;
    return bytes % mebi == 0 ? std::to_string(bytes / mebi) + " MiB" : std::to_string(bytes / kibi) + " KiB";
}

std::string because(int error) { return "cannot be read: " + std::generic_category().message(error); }

/// What keeps the file from being read, if anything.
std::string problem_of(const struct stat& status, std::size_t largest) {
    if (S_ISDIR(status.st_mode)) return "cannot be read: it is a directory";
    if (!S_ISREG(status.st_mode)) return "cannot be read: it is no file";
    if (status.st_size > static_cast<off_t>(largest)) return "is larger than " + size_text(largest);
    return "";
}

auto state_of(const struct stat& status) {
    return std::tuple{status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                      status.st_ctim.tv_nsec};
}

/// At most one byte more than `largest`; nothing after an error, which is in errno.
std::optional<std::string> read_bytes(int handle, std::size_t largest, off_t expected) {
    std::string bytes(static_cast<std::size_t>(expected) + 1, '\0');
    std::size_t size = 0;
    while (true) {
        const auto count = ::read(handle, bytes.data() + size, bytes.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        size += static_cast<std::size_t>(count);
        if (count == 0 || size > largest) break;
        if (size == bytes.size()) bytes.resize(largest + 1);
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace

std::optional<LoadedFile> load_file(const std::filesystem::path& path, std::size_t largest, std::string& problem) {
    // Opening a device may have effects of its own, so it is looked at first.
    struct stat before {};
    if (::stat(path.c_str(), &before) != 0) {
        problem = because(errno);
        return std::nullopt;
    }
    problem = problem_of(before, largest);
    if (!problem.empty()) return std::nullopt;

    const OpenFile file{path};
    if (file.get() < 0 || ::fstat(file.get(), &before) != 0) {
        problem = because(errno);
        return std::nullopt;
    }
    problem = problem_of(before, largest);
    if (!problem.empty()) return std::nullopt;

    auto bytes = read_bytes(file.get(), largest, before.st_size);
    struct stat after {};
    if (!bytes || ::fstat(file.get(), &after) != 0) {
        problem = because(errno);
        return std::nullopt;
    }
    if (bytes->size() > largest) {
        problem = "is larger than " + size_text(largest);
        return std::nullopt;
    }
    if (state_of(before) != state_of(after)) {
        problem = "was changed while it was being read: try again";
        return std::nullopt;
    }
    if (bytes->starts_with(byte_order_mark)) bytes->erase(0, byte_order_mark.size());
    return LoadedFile{std::move(*bytes), (before.st_mode & S_IROTH) != 0};
}

}  // namespace tocsin::core
