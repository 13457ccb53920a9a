#pragma once

#include "config/schema.hpp"

#include <tocsin/abi.h>

#include <vector>

namespace tocsin::core {

/// Checked option values in the ABI's form. Points into the values it was made from, which must outlive it.
class AbiValues {
  public:
    AbiValues(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values);

    const tocsin_value* data() const noexcept { return values_.data(); }
    std::uint64_t size() const noexcept { return values_.size(); }

  private:
    std::vector<tocsin_value> values_;
    std::vector<std::vector<tocsin_string>> items_;
};

}  // namespace tocsin::core
