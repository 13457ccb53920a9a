#include "router.hpp"

#include <signal.h>

#include <stdexcept>

namespace tocsin::testing {
namespace {

bool says_ready(const std::string& output) {
    for (const auto& line : lines_of(output))
        if (line.find("ready") != std::string::npos && json_value(line, "msg") == "ready") return true;
    return false;
}

Arguments command(const std::filesystem::path& config, const Arguments& wrapper) {
    Arguments all = wrapper;
    for (const auto& word : {tocsin_exe(), std::string{"--log-format"}, std::string{"json"}, std::string{"run"},
                             std::string{"--config"}, config.string()})
        all.push_back(word);
    return all;
}

}  // namespace

Router::Router(const std::filesystem::path& config, const Environment& environment, const Arguments& wrapper,
               const std::vector<int>& passed)
    : process_{command(config, wrapper), environment, passed} {
    const auto ready = [this] { return says_ready(output()); };
    if (!wait_until([&] { return ready() || !process_.running(); }) || !ready())
        throw std::runtime_error{"tocsin run does not get ready:\n" + output()};
}

std::vector<LogLine> Router::log() const {
    std::vector<LogLine> all;
    for (const auto& line : lines_of(output())) all.emplace_back(line);
    return all;
}

LogLine Router::wait_for(std::string_view text, std::chrono::milliseconds deadline) const {
    std::optional<LogLine> found;
    const auto there = [&] {
        for (const auto& line : log())
            if (line.raw.find(text) != std::string::npos) {
                found = line;
                return true;
            }
        return false;
    };
    if (!wait_until(there, deadline))
        throw std::runtime_error{"the log never says \"" + std::string{text} + "\":\n" + output()};
    return *found;
}

Finished Router::stop(int number) {
    process_.send_signal(number);
    const auto code = process_.wait();
    if (!code) throw std::runtime_error{"tocsin run does not end after the signal:\n" + output()};
    return {*code, process_.out(), process_.err()};
}

Finished Router::stop() { return stop(SIGTERM); }

}  // namespace tocsin::testing
