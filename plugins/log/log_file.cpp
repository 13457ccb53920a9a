#include "log_file.hpp"

#include <tocsin/option.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
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

void check_path(const std::filesystem::path& path) {
    tocsin::OptionMistakes mistakes;
    if (!std::filesystem::is_directory(path.parent_path()))
        mistakes.add("path", "the folder " + path.parent_path().string() + " is not there: make it first");
    else if (std::filesystem::is_directory(path))
        mistakes.add("path", path.string() + " is a folder, name a file in it");
    if (!mistakes.empty()) throw mistakes;
}

void LogFile::append(std::string_view text) const {
    // Not waiting for who reads from a FIFO: other handlers want the thread.
    const int number = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, mode_);
    if (number < 0) fail("cannot open the file");
    const Descriptor file{number};
    while (!text.empty()) {
        const auto written = ::write(file.number(), text.data(), text.size());
        if (written < 0) fail("cannot write to the file");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace log_sink
