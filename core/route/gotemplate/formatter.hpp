#pragma once

#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::core::gotemplate {

/// What stands between the `%` and the verb.
struct Flags {
    bool minus = false;
    bool plus = false;
    bool sharp = false;
    bool space = false;
    bool zero = false;
    bool names = false;      ///< %+v
    bool go_syntax = false;  ///< %#v
    bool has_width = false;
    bool has_precision = false;
    int width = 0;
    int precision = 0;
};

/// Writes single values by Go's verbs.
class Formatter {
  public:
    /// Appends to `out`, which should not grow beyond `largest` bytes.
    Formatter(std::string& out, const Event& event, std::size_t largest)
        : out_{out}, event_{event}, largest_{largest} {}

    Flags flags;

    /// `verb` is a code point.
    void write(const Value& value, int verb);
    /// Whether the limit was passed: from then on the result is worth nothing.
    bool is_full() const noexcept { return out_.size() > largest_; }

  private:
    void write_kind(const Value& value, int verb);
    void write_integer(const Value& value, int verb);
    void write_digits(const Value& value, int base, int verb);
    void write_unicode(std::int64_t number);
    void write_real(const Value& value, int verb);
    void write_string(std::string_view text, const Value& value, int verb);
    void write_hexadecimal(std::string_view text, bool upper);
    void write_named(const Value& value, int verb);
    void write_tags(int verb);
    void write_fields(int verb);
    void write_event(int verb);
    void begin_entry(bool first, std::string_view key, int verb);
    void write_bad(const Value& value, int verb);
    /// As many of `count` bytes as there is room for, and one more, which makes it full.
    std::size_t fitting(std::size_t count) const noexcept;
    void pad(std::string_view text, char with);
    void pad(std::string_view text) { pad(text, flags.zero ? '0' : ' '); }

    std::string& out_;
    const Event& event_;
    std::size_t largest_;
    bool bad_ = false;  ///< inside a note on a bad verb: a duration prints as a number
};

}  // namespace tocsin::core::gotemplate
