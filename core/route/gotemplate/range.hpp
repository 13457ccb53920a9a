#pragma once

#include "route/gotemplate/json_value.hpp"
#include "route/gotemplate/run.hpp"
#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::core::gotemplate {

/// Goes over what a range goes over: the tags and the fields in the order of their keys, JSON objects too (of a doubled
/// key the last), JSON arrays, and the integers from 0 to one below a number.
class Rounds {
  public:
    struct Round {
        Value key;  ///< missing when an integer is counted to
        Value value;
    };

    /// A failure, when there is nothing to go over, is told to the run.
    Rounds(Run& run, const Value& over);

    std::optional<Round> next();
    bool counts() const noexcept { return kind_ == Kind::integer; }

  private:
    void sort_object(std::string_view json);

    struct Entry {
        std::string_view key;
        std::string_view value;
    };

    Run& run_;
    Kind kind_ = Kind::none;
    std::int64_t at_ = 0;
    std::int64_t count_ = 0;
    JsonEntries items_{""};
    std::vector<Entry> entries_;  ///< of an object, sorted
    bool is_object_ = false;
};

}  // namespace tocsin::core::gotemplate
