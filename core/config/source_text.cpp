#include "config/source_text.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t block_size = 64;

bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

std::string_view without_cr(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

SourceText::SourceText(std::string text, const std::string& shown)
    : file_{std::make_shared<const std::string>(shown)}, text_{std::move(text)}, line_starts_{0} {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (i % block_size == 0) blocks_.push_back(count);
        if (begins_code_point(text_[i])) ++count;
        if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
    blocks_.push_back(count);
}

std::size_t SourceText::code_points_before(std::size_t offset) const {
    const auto block = offset / block_size;
    auto count = static_cast<std::size_t>(blocks_[block]);
    for (auto i = block * block_size; i < offset; ++i)
        if (begins_code_point(text_[i])) ++count;
    return count;
}

Location SourceText::at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto column = code_points_before(offset) - code_points_before(*(next - 1)) + 1;
    return {file_, static_cast<int>(next - line_starts_.begin()), static_cast<int>(column)};
}

std::size_t SourceText::offset(std::size_t line, std::size_t column) const {
    if (line < 1 || column < 1) return 0;
    if (line > line_starts_.size()) return text_.size();
    const auto start = line_starts_[line - 1];
    const auto wanted = code_points_before(start) + column - 1;
    const auto next = std::upper_bound(blocks_.begin(), blocks_.end(), wanted);
    auto at = std::max<std::size_t>(start, static_cast<std::size_t>(next - blocks_.begin() - 1) * block_size);
    if (at >= text_.size()) return text_.size();
    for (auto count = code_points_before(at); at < text_.size(); ++at) {
        if (!begins_code_point(text_[at])) continue;
        if (count++ == wanted) return at;
    }
    return text_.size();
}

void SourceText::place(Node& node, std::size_t begin, std::size_t indentation) const {
    const std::string_view text = node.text;
    const auto file = std::string_view{text_}.substr(std::min(begin, text_.size()));
    std::size_t in_text = 0;
    std::size_t in_file = 0;
    while (true) {
        const auto line_end = text.find('\n', in_text);
        const auto wanted = text.substr(in_text, line_end - in_text);
        if (line_end == std::string_view::npos) {
            if (!file.substr(std::min(in_file, file.size())).starts_with(wanted)) return;
            break;
        }
        const auto file_end = file.find('\n', in_file);
        if (file_end == std::string_view::npos) return;
        if (without_cr(file.substr(in_file, file_end - in_file)) != without_cr(wanted)) return;
        in_text = line_end + 1;
        in_file = file_end + 1;
        if (in_text == text.size()) break;
        if (indentation == 0) continue;
        // A line that is empty in the text may hold fewer spaces than the indentation in the file.
        const auto spaces = std::min(file.find_first_not_of(' ', in_file), file.size()) - in_file;
        if (spaces < indentation && text[in_text] != '\n') return;
        in_file += std::min(spaces, indentation);
    }
    const auto start = at(begin);
    node.verbatim = true;
    node.text_lines = start.line - node.where.line;
    node.text_columns = node.text_lines == 0 ? start.column - node.where.column : 0;
    node.next_column = static_cast<int>(indentation) + 1;
}

}  // namespace tocsin::core
