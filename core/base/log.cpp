#include "base/log.hpp"

#include "base/json_string.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

namespace tocsin::core::log {
namespace {

struct Logger {
    std::shared_ptr<spdlog::logger> spdlog = spdlog::stderr_color_mt("tocsin");
    bool json = false;
};

Logger& logger() {
    static Logger instance;
    return instance;
}

spdlog::level::level_enum level_of(Severity severity) {
    switch (severity) {
        case Severity::debug: return spdlog::level::debug;
        case Severity::info: return spdlog::level::info;
        case Severity::warning: return spdlog::level::warn;
        case Severity::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// Characters that JSON leaves as they are and a terminal or a reader of lines acts on: DEL, C1, line and paragraph
/// separators, changes of writing direction.
bool is_harmful(int code_point) {
    return (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x061c ||
           (code_point >= 0x200e && code_point <= 0x200f) || (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

void append_harmless_json_string(std::string& out, std::string_view text) {
    std::string json;
    append_json_string(json, text);
    for (std::size_t at = 0; at < json.size();) {
        const auto begin = at;
        const int code_point = next_code_point(json, at);
        if (is_harmful(code_point))
            out += fmt::format("\\u{:04x}", code_point);
        else
            out.append(json, begin, at - begin);
    }
}

void append_member(std::string& out, std::string_view key, const Field& field) {
    append_json_string(out, key);
    out += ':';
    if (field.is_number)
        out += std::to_string(field.number);
    else
        append_harmless_json_string(out, field.text);
}

std::string json_members(std::string_view message, std::span<const Field> fields) {
    std::string out = "\"msg\":";
    append_harmless_json_string(out, message);
    for (const auto& field : fields) {
        out += ',';
        append_member(out, field.key, field);
    }
    return out;
}

std::string plain_text(std::string_view message, std::span<const Field> fields) {
    std::string out = escaped(message);
    for (const auto& field : fields) {
        out += ' ';
        out += field.key;
        out += '=';
        out += field.is_number ? std::to_string(field.number) : escaped(field.text);
    }
    return out;
}

}  // namespace

void configure(Format format, Severity minimum) {
    auto& [spdlog, json] = logger();
    json = format == Format::json || (format == Format::automatic && isatty(STDERR_FILENO) == 0);
    if (json)
        spdlog->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
    else
        spdlog->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    spdlog->set_level(level_of(minimum));
}

void write(Severity severity, std::string_view message, std::span<const Field> fields) {
    const auto& [spdlog, json] = logger();
    const auto level = level_of(severity);
    if (!spdlog->should_log(level)) return;
    const std::string line = json ? json_members(message, fields) : plain_text(message, fields);
    spdlog->log(level, spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace tocsin::core::log
