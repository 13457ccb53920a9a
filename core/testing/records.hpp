#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// What an instance under test told its host, and what it did against the contract. Elements stay where they are until
/// the end. Any thread.
class Records {
  public:
    struct LogLine {
        std::uint32_t severity;
        std::string text;
    };
    struct CounterValue {
        std::string_view name;
        std::uint64_t value;
    };

    void log(std::uint32_t severity, std::string_view text);
    /// The same name gives the same handle, which is not 0.
    std::uint64_t counter(std::string_view name);
    void add(std::uint64_t counter, std::uint64_t amount);

    void violate(std::string text);
    /// A value that may be shown nowhere; one of less than four characters is not looked for.
    void add_secret(std::string option, std::string value);
    /// Notes a violation when `text`, which is a `what`, shows a secret.
    void check_for_secrets(std::string_view what, std::string_view text);

    /// From now on whatever the instance calls is a violation.
    void end();
    /// Notes a violation when the instance has ended; then `call` must not be answered.
    bool in_time(std::string_view call);
    bool ended() const;

    /// nullptr and nothing: there is no such element.
    const LogLine* log_line(std::size_t index) const;
    std::optional<CounterValue> counter_value(std::size_t index) const;
    const std::string* violation(std::size_t index) const;

    /// The violations noted since the last `violation` that said there are no more.
    std::vector<std::string> unseen_violations() const;

  private:
    struct NamedCounter {
        std::string name;
        std::uint64_t value = 0;
    };
    struct Secret {
        std::string option;
        std::string value;
    };

    mutable std::mutex mutex_;
    std::deque<LogLine> log_;
    std::deque<NamedCounter> counters_;
    std::deque<std::string> violations_;
    std::vector<Secret> secrets_;
    mutable std::size_t seen_ = 0;  ///< of violations_
    bool ended_ = false;
};

}  // namespace tocsin::core
