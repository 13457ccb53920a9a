#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// The text of one file while it is read, and which byte stands where. Lines end at '\n'; a column is a code point.
/// Immutable. Looking up a place costs no more for a long line than for a short one.
class SourceText {
  public:
    /// `text`: UTF-8, at most 4 GiB. `shown`: the file's name in messages.
    SourceText(std::string text, const std::string& shown);

    std::string_view text() const noexcept { return text_; }

    /// The whole file.
    Location whole() const { return {file_, 0, 0}; }

    /// Where the byte at `offset` stands; beyond the end, where the text ends.
    Location at(std::size_t offset) const;

    /// The byte at this place, or the end of the text.
    std::size_t offset(std::size_t line, std::size_t column) const;

    /// Sets what Node::at needs, if `node.text` stands verbatim from byte `begin` on, further lines with
    /// `indentation` spaces in front. `node.where` must be set.
    void place(Node& node, std::size_t begin, std::size_t indentation = 0) const;

  private:
    std::size_t code_points_before(std::size_t offset) const;

    std::shared_ptr<const std::string> file_;
    std::string text_;
    std::vector<std::uint32_t> line_starts_;
    std::vector<std::uint32_t> blocks_;  ///< code points before each block of bytes
};

}  // namespace tocsin::core
