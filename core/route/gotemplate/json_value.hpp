#pragma once

#include "route/gotemplate/run.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace tocsin::core::gotemplate {

/// Looking into compact, valid JSON (event/json_check.hpp), without a copy of it. Text without escapes is a part of the
/// JSON, other text is kept by the run.

/// One value of an array, or one key and its value of an object.
struct JsonEntry {
    std::string_view key;    ///< with its quotes; empty in an array
    std::string_view value;  ///< as it is written
};

/// Goes through an array or object in the order it is written. There is nothing in any other value.
class JsonEntries {
  public:
    explicit JsonEntries(std::string_view json) noexcept;
    std::optional<JsonEntry> next() noexcept;

  private:
    std::string_view rest_;
    bool has_keys_ = false;
};

bool is_json_array(std::string_view json) noexcept;
bool is_json_object(std::string_view json) noexcept;
std::size_t json_size(std::string_view json) noexcept;

/// Whether it is not `[]`, `{}`, `""`, `null`, `false` or a zero.
bool json_truth(std::string_view json) noexcept;

/// null is missing, a whole number that fits an `int64`, any other a `float64`; arrays and objects stay JSON.
Value json_value(Run& run, std::string_view json);

/// JSON that is neither array nor object as its value, anything else as it is.
Value opened(Run& run, const Value& value);

/// The value under a key, of several the last; missing when there is none.
Value json_entry(Run& run, std::string_view object, std::string_view key);
/// Nothing when the array is shorter.
std::optional<Value> json_item(Run& run, std::string_view array, std::int64_t place);

/// What stands between the quotes, escapes read; a lone surrogate becomes U+FFFD.
std::string_view json_text(Run& run, std::string_view quoted);

}  // namespace tocsin::core::gotemplate
