#include "log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace log_sink {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }
    int number() const noexcept { return number_; }

  private:
    int number_;
};

[[noreturn]] void fail(const std::string& what) { throw std::system_error{errno, std::generic_category(), what}; }

}  // namespace

unsigned parse_mode(std::string_view text) {
    const bool octal = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
    if (!octal || text.size() < 3 || text.size() > 4)
        throw std::runtime_error{"mode: write it in octal, such as 0600"};
    return static_cast<unsigned>(std::stoul(std::string{text}, nullptr, 8));
}

void LogFile::append(std::string_view text) const {
    const int number = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode_);
    if (number < 0) fail("cannot open the file");
    const Descriptor file{number};
    while (!text.empty()) {
        const auto written = ::write(file.number(), text.data(), text.size());
        if (written < 0) fail("cannot write to the file");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace log_sink
