#include "daemon/spool_actions.hpp"
#include "daemon/spool_json.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <iostream>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

/// The file is read in parts, so that the router's log of changes need not grow until all is written.
constexpr std::uint64_t rows_at_once = 500;

/// A line on the terminal, once it takes a second.
class Progress {
  public:
    explicit Progress(std::uint64_t all) : all_{all}, shows_{::isatty(STDERR_FILENO) != 0} {}
    ~Progress() {
        if (has_shown_) std::cerr << "\r\x1b[K" << std::flush;
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void at(std::uint64_t done) {
        const auto now = std::chrono::steady_clock::now();
        if (!shows_ || now < next_) return;
        next_ = now + std::chrono::milliseconds{200};
        has_shown_ = true;
        constexpr std::uint64_t width = 30;
        const auto part = all_ == 0 ? width : std::min(done, all_) * width / all_;
        std::cerr << fmt::format("\r[{:<{}}] {} of {}", std::string(part, '#'), width, done, all_) << std::flush;
    }

  private:
    const std::uint64_t all_;
    const bool shows_;
    bool has_shown_ = false;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
};

/// A new file for the user alone; alerts may hold what is not for everybody.
class OutputFile {
  public:
    explicit OutputFile(const std::filesystem::path& path) : path_{path.string()} {
        handle_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (handle_ < 0) fail("made");
    }
    /// Half a file is none.
    ~OutputFile() {
        ::close(handle_);
        if (!finished_) ::unlink(path_.c_str());
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::string_view text) {
        while (!text.empty()) {
            const auto written = ::write(handle_, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("written");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void finish() {
        if (::fsync(handle_) != 0 && errno != EINVAL) fail("written");
        finished_ = true;
    }

  private:
    [[noreturn]] void fail(const char* what) const {
        throw std::runtime_error{
            fmt::format("\"{}\" cannot be {}: {}", path_, what, std::system_category().message(errno))};
    }
    std::string path_;
    int handle_;
    bool finished_ = false;
};

using Write = std::function<void(const std::string& lines)>;

std::uint64_t export_deliveries(const SpoolCommand& command, Store& store, const Write& write) {
    std::vector<Kept> wanted;
    std::uint64_t all = 0;
    for (auto& kept : store.handlers()) {
        if (command.handler && kept.handler != command.handler) continue;
        all += kept.deliveries;
        wanted.push_back(std::move(kept));
    }
    Progress progress{all};
    std::uint64_t done = 0;
    for (const auto& kept : wanted) {
        std::uint64_t from = 0;
        for (std::uint64_t read = rows_at_once; read == rows_at_once;) {
            read = 0;
            std::string lines;
            store.read(kept.number, from, rows_at_once, [&](const KeptDelivery& delivery) {
                lines.append(delivery_json(kept.handler, delivery)).append(1, '\n');
                from = delivery.sequence + 1;
                return ++read < rows_at_once;
            });
            write(lines);
            progress.at(done += read);
        }
    }
    return done;
}

std::uint64_t export_dead_letters(const SpoolCommand& command, Store& store, const Write& write) {
    Progress progress{store.dead_letters()};
    std::uint64_t seen = 0;
    std::uint64_t done = 0;
    auto after = std::numeric_limits<std::int64_t>::min();
    for (std::uint64_t read = rows_at_once; read == rows_at_once;) {
        read = 0;
        std::string lines;
        store.read_dead_letters(after, [&](const DeadLetter& letter) {
            after = letter.number;
            if (!command.handler || letter.handler == command.handler) {
                lines.append(dead_letter_json(letter)).append(1, '\n');
                ++done;
            }
            return ++read < rows_at_once;
        });
        write(lines);
        progress.at(seen += read);
    }
    return done;
}

}  // namespace

int export_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    auto view = place.read();
    view.must_know(command.handler);
    std::optional<OutputFile> file;
    if (!command.output.empty()) file.emplace(command.output);
    const auto write = [&](const std::string& lines) {
        if (file)
            file->write(lines);
        else if (!(out << lines))
            throw std::runtime_error{"the standard output cannot be written"};
    };
    const auto count =
        command.dead ? export_dead_letters(command, view.store, write) : export_deliveries(command, view.store, write);
    view.must_be_unchanged();
    if (!file) return 0;
    file->finish();
    out << fmt::format("{} {} exported to {}\n", count, command.dead ? "dead letters" : "deliveries",
                       command.output.string());
    return 0;
}

}  // namespace tocsin::core
