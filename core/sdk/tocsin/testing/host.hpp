#pragma once

#include <tocsin/abi.h>
#include <tocsin/testing/library.h>
#include <tocsin/host.hpp>
#include <tocsin/string.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

/// What is wrong, as the router would tell it: one mistake a line, "file:line:column: key: what".
class Mistake : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

enum class Severity : std::uint32_t {
    debug = TOCSIN_LOG_DEBUG,
    info = TOCSIN_LOG_INFO,
    warning = TOCSIN_LOG_WARNING,
    error = TOCSIN_LOG_ERROR,
};

struct LogLine {
    Severity severity;
    std::string text;
};

/// A host that records what it is told: what sinks and sources under test have in common, and by itself the host for
/// tests of parts of a plugin (`tocsin::SourceHost{host.abi()}`). It emits into nothing, sends nothing and logs
/// nothing.
///
/// What a plugin does against the contract of <tocsin/abi.h> is noted, survived and listed by `violations`. Destroying
/// a host whose violations nobody has asked for since the last one was noted writes them to standard error.
///
/// Any thread. Calls into the instance never overlap; they are made on the thread of the test, but those asked for with
/// `post` and deliveries that had to wait for credit, which are made on a thread of the host.
class RecordingHost {
  public:
    /// `name`: of the instance; empty: as the router would name it.
    explicit RecordingHost(std::string_view name = {}) : testing_{tocsin_testing_new(tocsin::abi(name))} {
        if (!testing_) throw std::runtime_error{"the host for tests cannot be made"};
    }

    const tocsin_host* abi() const noexcept { return tocsin_testing_host(get()); }

    /// Log lines, oldest first.
    std::vector<LogLine> log() const {
        std::vector<LogLine> lines;
        std::uint32_t severity = 0;
        for (tocsin_string text; tocsin_testing_read_log_line(get(), lines.size(), &severity, &text) != 0;)
            lines.push_back({static_cast<Severity>(severity), std::string{view(text)}});
        return lines;
    }
    /// How many log lines hold `part`.
    std::size_t logged(std::string_view part) const {
        std::size_t count = 0;
        for (const auto& line : log()) count += line.text.find(part) != std::string::npos ? 1 : 0;
        return count;
    }

    /// The value of a counter. Throws std::out_of_range when the plugin has made none of that name known.
    std::uint64_t count(std::string_view counter) const {
        tocsin_string name;
        std::uint64_t value = 0;
        for (std::uint64_t i = 0; tocsin_testing_read_counter(get(), i, &name, &value) != 0; ++i)
            if (view(name) == counter) return value;
        throw std::out_of_range{"no counter " + std::string{counter}};
    }

    /// What the plugin did against the contract so far, in the order it was seen: one line each.
    std::vector<std::string> violations() const {
        std::vector<std::string> lines;
        for (tocsin_string text; tocsin_testing_read_violation(get(), lines.size(), &text) != 0;)
            lines.emplace_back(view(text));
        return lines;
    }

    /// The host's clock: the time of events without one, and by which unanswered deliveries are given up after two
    /// minutes. It begins at 2026-01-01 00:00:00 UTC and stands still but for `advance`.
    std::chrono::sys_time<std::chrono::nanoseconds> now() const {
        return std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{tocsin_testing_now(get())}};
    }
    void advance(std::chrono::nanoseconds time) { tocsin_testing_advance(get(), time.count()); }

  protected:
    tocsin_testing* get() const noexcept { return testing_.get(); }

    tocsin_testing_numbers numbers() const noexcept {
        tocsin_testing_numbers numbers{};
        tocsin_testing_read_numbers(get(), &numbers);
        return numbers;
    }

    /// Makes a call that may fail; throws Mistake with what it says.
    template <class Call>
    static void must(Call&& call) {
        std::string text(largest_error, '\0');
        tocsin_error error{text.data(), text.size(), 0};
        if (call(&error) != TOCSIN_OK) throw Mistake{text.substr(0, error.size)};
    }

  private:
    static constexpr std::size_t largest_error = 16'384;

    struct Free {
        void operator()(tocsin_testing* testing) const noexcept { tocsin_testing_free(testing); }
    };
    std::unique_ptr<tocsin_testing, Free> testing_;
};

/// What a test says about one instance beside its section.
struct Setup {
    std::string_view name = {};             ///< empty: what the router would call the instance
    std::filesystem::path directory = ".";  ///< where relative paths in its options begin
};

/// The instance of a sink or a source within its host.
template <class Host>
class HostedInstance : public Host {
  public:
    /// Throws Mistake with the plugin's reason.
    void start() {
        Host::must([&](auto* error) { return tocsin_testing_start(this->get(), error); });
    }

    /// Stops the instance. From its return on whatever it tells the host is a violation; unanswered and retained
    /// deliveries are too.
    void stop(std::chrono::nanoseconds timeout = std::chrono::seconds{5}) {
        Host::must([&](auto* error) { return tocsin_testing_stop(this->get(), timeout.count(), error); });
    }

    /// Unbinds and destroys, without a stop; what the host has noted can still be asked for. Otherwise done by the
    /// destructor, which stops first.
    void destroy() { tocsin_testing_destroy(this->get()); }

  protected:
    using Host::Host;
};

/// A plugin's shared library, whatever it is written in.
class Plugin {
  public:
    /// Loads it as the router does. Throws Mistake when the router would refuse it.
    explicit Plugin(const std::filesystem::path& library) {
        char text[4096];
        tocsin_error error{text, sizeof text, 0};
        const auto file = library.string();
        descriptor_ = tocsin_testing_load(tocsin::abi(file), &error);
        if (descriptor_ == nullptr) throw Mistake{std::string{text, error.size}};
    }

    const tocsin_plugin_descriptor& descriptor() const noexcept { return *descriptor_; }

    /// Throws std::out_of_range when it has none of that name.
    const tocsin_sink_kind& sink(std::string_view name) const {
        return find(descriptor_->sinks, descriptor_->sink_count, name);
    }
    const tocsin_source_kind& source(std::string_view name) const {
        return find(descriptor_->sources, descriptor_->source_count, name);
    }

  private:
    template <class Kind>
    static const Kind& find(const Kind* const* kinds, std::uint64_t count, std::string_view name) {
        for (std::uint64_t i = 0; i < count; ++i)
            if (view(kinds[i]->name) == name) return *kinds[i];
        throw std::out_of_range{"the plugin has no kind " + std::string{name}};
    }

    const tocsin_plugin_descriptor* descriptor_;
};

}  // namespace tocsin::testing
