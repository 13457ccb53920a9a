#include "daemon/plugin_mistakes.hpp"

#include "daemon/hide.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tocsin::core {
namespace {

bool is_of_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

bool has_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !is_of_name(text[at - 1])) && (end == text.size() || !is_of_name(text[end]))) return true;
    }
    return false;
}

class PluginMistakes {
  public:
    PluginMistakes(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values,
                   const std::string& section, const Location& where, Mistakes& mistakes,
                   std::vector<std::string> hidden, const std::vector<bool>& refused)
        : specs_{specs},
          values_{values},
          section_{section},
          where_{where},
          mistakes_{mistakes},
          hidden_{std::move(hidden)} {
        for (std::size_t i = 0; i < refused.size(); ++i)
            if (refused[i]) refused_.push_back(specs[i].name);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (is_hidden(i)) hidden_.push_back(values[i].text);
    }

    void add_line(std::string_view line) {
        const auto colon = line.find(": ");
        const auto option = std::find_if(specs_.begin(), specs_.end(), [&](const OptionSpec& spec) {
            return colon != std::string_view::npos && spec.name == line.substr(0, colon);
        });
        if (may_follow(line, option == specs_.end())) return;
        if (option == specs_.end()) {
            mistakes_.add(where_, section_, without_values(line, hidden_));
            return;
        }
        const auto number = static_cast<std::size_t>(option - specs_.begin());
        auto text = without_values(line.substr(colon + 2), hidden_);
        if (is_hidden(number)) text = without_quoted_parts(text, values_[number].text);
        const auto& place = values_[number].where;
        mistakes_.add(place.file ? place : where_, section_ + "." + option->name, std::move(text));
    }

  private:
    const std::vector<OptionSpec>& specs_;
    const std::vector<OptionValue>& values_;
    const std::string& section_;
    const Location& where_;
    Mistakes& mistakes_;
    std::vector<std::string> hidden_;
    std::vector<std::string_view> refused_;

    /// Whether it may be wrong only because another option is.
    bool may_follow(std::string_view line, bool is_general) const {
        return !refused_.empty() &&
               (is_general || std::any_of(refused_.begin(), refused_.end(),
                                          [&](std::string_view option) { return has_word(line, option); }));
    }

    bool is_hidden(std::size_t number) const {
        return values_[number].fetched || (specs_[number].secret && values_[number].is_set);
    }
};

}  // namespace

void add_plugin_mistakes(std::string_view text, const std::vector<OptionSpec>& specs,
                         const std::vector<OptionValue>& values, const std::string& section, const Location& where,
                         Mistakes& mistakes, const std::vector<std::string>& hidden, const std::vector<bool>& refused) {
    PluginMistakes found{specs, values, section, where, mistakes, hidden, refused};
    if (text.find_first_not_of('\n') == std::string_view::npos) found.add_line("failed, and did not say why");
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end != 0) found.add_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace tocsin::core
