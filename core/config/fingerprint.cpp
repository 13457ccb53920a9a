#include "config/fingerprint.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

namespace tocsin::core {
namespace {

void append_text(std::string& out, std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{}:{}", text.size(), text);
}

void append_node(std::string& out, const Node& node) {
    fmt::format_to(std::back_inserter(out), "({},{},{},{},", static_cast<int>(node.kind), node.boolean, node.integer,
                   node.real);
    append_text(out, node.text);
    for (const auto& item : node.list) append_node(out, item);
    for (const auto& [key, where, value] : node.table) {
        append_text(out, key);
        append_node(out, value);
    }
    out += ')';
}

void append_file(std::string& out, const std::string& path) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(path, error);
    if (!error) fmt::format_to(std::back_inserter(out), "@{}", written.time_since_epoch().count());
}

}  // namespace

std::string fingerprint(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values, bool with_files) {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& value = values[i];
        fmt::format_to(std::back_inserter(out), "[{},{},{},", value.is_set, value.integer, value.real);
        append_text(out, value.text);
        for (const auto& item : value.items) append_text(out, item);
        if (value.node != nullptr) append_node(out, *value.node);
        if (with_files && value.is_set && specs[i].type == OptionType::path) append_file(out, value.text);
        out += ']';
    }
    return out;
}

}  // namespace tocsin::core
