#include "testing/records.hpp"

#include <tocsin/abi.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin::core {

namespace {
constexpr std::size_t shortest_secret = 4;
}

void Records::log(std::uint32_t severity, std::string_view text) {
    check_for_secrets("a log line", text);
    if (severity > TOCSIN_LOG_ERROR) violate(fmt::format("log: {} is no severity", severity));
    const std::scoped_lock lock{mutex_};
    log_.push_back({std::min(severity, TOCSIN_LOG_ERROR), std::string{text}});
}

std::uint64_t Records::counter(std::string_view name) {
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < counters_.size(); ++i)
        if (counters_[i].name == name) return i + 1;
    counters_.push_back({std::string{name}, 0});
    return counters_.size();
}

void Records::add(std::uint64_t counter, std::uint64_t amount) {
    {
        const std::scoped_lock lock{mutex_};
        if (counter != 0 && counter <= counters_.size()) {
            counters_[counter - 1].value += amount;
            return;
        }
    }
    violate(fmt::format("add: there is no counter with the handle {}", counter));
}

void Records::violate(std::string text) {
    const std::scoped_lock lock{mutex_};
    violations_.push_back(std::move(text));
}

void Records::add_secret(std::string option, std::string value) {
    if (value.size() < shortest_secret) return;
    const std::scoped_lock lock{mutex_};
    secrets_.push_back({std::move(option), std::move(value)});
}

void Records::check_for_secrets(std::string_view what, std::string_view text) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [option, value] : secrets_)
        if (text.find(value) != std::string_view::npos)
            violations_.push_back(fmt::format("{} shows the secret option {}", what, option));
}

void Records::end() {
    const std::scoped_lock lock{mutex_};
    ended_ = true;
}

bool Records::in_time(std::string_view call) {
    const std::scoped_lock lock{mutex_};
    if (ended_) violations_.push_back(fmt::format("{}: called after stop had returned", call));
    return !ended_;
}

bool Records::ended() const {
    const std::scoped_lock lock{mutex_};
    return ended_;
}

const Records::LogLine* Records::log_line(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    return index < log_.size() ? &log_[index] : nullptr;
}

std::optional<Records::CounterValue> Records::counter_value(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    if (index >= counters_.size()) return std::nullopt;
    return CounterValue{counters_[index].name, counters_[index].value};
}

const std::string* Records::violation(std::size_t index) const {
    const std::scoped_lock lock{mutex_};
    if (index < violations_.size()) return &violations_[index];
    seen_ = violations_.size();
    return nullptr;
}

std::vector<std::string> Records::unseen_violations() const {
    const std::scoped_lock lock{mutex_};
    return {violations_.begin() + static_cast<std::ptrdiff_t>(seen_), violations_.end()};
}

}  // namespace tocsin::core
