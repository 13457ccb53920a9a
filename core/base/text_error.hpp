#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace tocsin::core {

/// What is wrong in a small text such as a match expression or a template, and where in it.
class TextError : public std::runtime_error {
  public:
    /// `offset`: bytes from the start of the text.
    TextError(std::size_t offset, const std::string& what) : std::runtime_error{what}, offset_{offset} {}

    std::size_t offset() const noexcept { return offset_; }

  private:
    std::size_t offset_;
};

}  // namespace tocsin::core
