#include "daemon/plugin_mistakes.hpp"

#include <algorithm>

namespace tocsin::core {
namespace {

void add_line(std::string_view line, const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values,
              const std::string& section, const Location& where, Mistakes& mistakes) {
    const auto colon = line.find(": ");
    const auto option = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
        return colon != std::string_view::npos && spec.name == line.substr(0, colon);
    });
    if (option == specs.end()) {
        mistakes.add(where, section, std::string{line});
        return;
    }
    const auto& place = values[static_cast<std::size_t>(option - specs.begin())].where;
    mistakes.add(place.file ? place : where, section + "." + option->name, std::string{line.substr(colon + 2)});
}

}  // namespace

void add_plugin_mistakes(std::string_view text, const std::vector<OptionSpec>& specs,
                         const std::vector<OptionValue>& values, const std::string& section, const Location& where,
                         Mistakes& mistakes) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end != 0) add_line(text.substr(0, end), specs, values, section, where, mistakes);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace tocsin::core
