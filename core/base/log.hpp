#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

/// The program's one logger, on standard error. Any thread.
namespace tocsin::core::log {

enum class Format {
    automatic,  ///< text on a terminal, JSON lines otherwise
    text,
    json,
};

enum class Severity { debug, info, warning, error };

/// A named value of a log line. Text may hold anything: it is escaped when written. Never a payload, never a secret.
struct Field {
    Field(std::string_view key, std::string_view value) : key{key}, text{value} {}
    Field(std::string_view key, const char* value) : key{key}, text{value} {}
    Field(std::string_view key, const std::string& value) : key{key}, text{value} {}
    Field(std::string_view key, std::uint64_t value) : key{key}, number{value}, is_number{true} {}

    std::string_view key;
    std::string_view text;
    std::uint64_t number = 0;
    bool is_number = false;
};

/// To be called once, before the first line. `minimum`: less severe lines are left out.
void configure(Format format, Severity minimum);

void write(Severity severity, std::string_view message, std::span<const Field> fields);

inline void write(Severity severity, std::string_view message, std::initializer_list<Field> fields = {}) {
    write(severity, message, std::span{fields.begin(), fields.size()});
}

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Severity::debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Severity::info, message, fields);
}
inline void warning(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Severity::warning, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Severity::error, message, fields);
}

}  // namespace tocsin::core::log
