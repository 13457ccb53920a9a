#include "config/environment_name.hpp"

#include "config/shorten.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tocsin::core {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string in_capitals(std::string_view name) {
    std::string text;
    for (const char c : name) text += c == '-' ? '_' : upper(c);
    return text;
}

/// "0", "1", ... without leading zeros.
std::optional<std::size_t> number_of(std::string_view text) {
    constexpr std::size_t most_digits = 6;
    if (text.empty() || text.size() > most_digits || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string brackets(const KindOfSection& kind) {
    return kind.is_repeated ? "[[" + kind.name + "]]" : "[" + kind.name + "]";
}

/// What is wrong with a name, for Mistakes::add_unknown.
struct Fault {
    std::string text;
    std::vector<std::string> valid = {};
    std::string_view word = {};
};

class NameReader {
  public:
    /// `rest`: what follows the name of the kind and its '_'.
    NameReader(const KindOfSection& kind, std::string_view rest) : kind_{kind}, rest_{rest} {}

    EnvironmentTarget read() {
        target_.is_known_kind = true;
        const auto mark = rest_.find('_');
        const auto index = kind_.is_repeated ? number_of(rest_.substr(0, mark)) : std::nullopt;
        if (kind_.sections.empty()) {
            fault_ = {"the configuration has no " + brackets(kind_) + " section"};
        } else if (!index) {
            read_without_index();
        } else if (*index >= kind_.sections.size()) {
            fault_ = {"there is no section " + std::to_string(*index) + ": " + sections_there_are()};
        } else {
            target_.section = kind_.sections[*index];
            target_.has_index = true;
            read_option(mark == std::string_view::npos ? "" : rest_.substr(mark + 1));
        }
        return target_;
    }

    Fault take_fault() { return std::move(fault_); }

  private:
    const KindOfSection& kind_;
    std::string_view rest_;
    EnvironmentTarget target_;
    Fault fault_;

    std::string sections_there_are() const {
        const auto count = kind_.sections.size();
        if (count == 1) return "the configuration has one " + brackets(kind_) + " section, number 0";
        return "the configuration has " + std::to_string(count) + " " + brackets(kind_) + " sections, 0 to " +
               std::to_string(count - 1);
    }

    void read_without_index() {
        target_.section = kind_.sections.front();
        read_option(rest_);
        if (kind_.sections.size() == 1 || target_.option == nullptr) return;
        fault_ = {sections_there_are() + ": say which one, as in " + std::string{environment_prefix} +
                  in_capitals(kind_.name) + "_0_" + in_capitals(target_.option->name)};
        target_.option = nullptr;
    }

    const OptionSpec* option_called(std::string_view name) const {
        const auto found = std::find_if(kind_.options->begin(), kind_.options->end(),
                                        [&](const OptionSpec& spec) { return in_capitals(spec.name) == name; });
        return found == kind_.options->end() ? nullptr : &*found;
    }

    void read_option(std::string_view name) {
        target_.option = option_called(name);
        if (target_.option != nullptr) return;
        const auto mark = name.rfind('_');
        const auto item = mark == std::string_view::npos ? std::nullopt : number_of(name.substr(mark + 1));
        if (item) {
            const auto* list = option_called(name.substr(0, mark));
            if (list != nullptr && list->type == OptionType::list) {
                target_.option = list;
                target_.item = item;
                return;
            }
        }
        if (kind_.options->empty()) {
            fault_ = {"a " + brackets(kind_) + " section has no options"};
        } else if (name.empty()) {
            fault_ = {"names no option of " + brackets(kind_)};
        } else {
            fault_ = {"\"" + shortened(name) + "\" is no option of " + brackets(kind_), {}, name};
            for (const auto& spec : *kind_.options) fault_.valid.push_back(in_capitals(spec.name));
        }
    }
};

/// What follows the name of the kind, if the variable begins with that.
std::optional<std::string_view> rest_after(std::string_view variable, const KindOfSection& kind) {
    const auto name = std::string{environment_prefix} + in_capitals(kind.name);
    if (!variable.starts_with(name)) return std::nullopt;
    variable.remove_prefix(name.size());
    if (variable.empty()) return variable;
    if (variable.front() != '_') return std::nullopt;
    return variable.substr(1);
}

std::string meant_by(std::string_view given, const KindOfSection& kind, const OptionSpec& option) {
    const auto option_name = in_capitals(option.name);
    const auto kind_name = in_capitals(kind.name);
    const auto whole = std::string{environment_prefix} + kind_name;
    if (!kind.is_repeated && given == option_name) return whole + "_" + option_name;
    if (!given.ends_with("_" + option_name)) return "";
    given.remove_suffix(option_name.size() + 1);
    const auto mark = given.rfind('_');
    const auto index = mark == std::string_view::npos ? std::nullopt : number_of(given.substr(mark + 1));
    if (index) given = given.substr(0, mark);
    if (nearest(given, std::vector{kind_name}).empty()) return "";
    return whole + (index ? "_" + std::to_string(*index) : "") + "_" + option_name;
}

}  // namespace

EnvironmentTarget find_target(std::string_view variable, const std::vector<KindOfSection>& kinds, const Location& where,
                              Mistakes& mistakes) {
    EnvironmentTarget longest;
    std::size_t longest_name = 0;
    std::size_t best_name = 0;
    EnvironmentTarget best;
    Fault fault;
    for (const auto& kind : kinds) {
        const auto rest = rest_after(variable, kind);
        if (!rest) continue;
        NameReader reader{kind, *rest};
        const auto target = reader.read();
        if (target.option != nullptr && kind.name.size() > best_name) {
            best = target;
            best_name = kind.name.size();
        }
        if (kind.name.size() > longest_name) {
            longest = target;
            longest_name = kind.name.size();
            fault = reader.take_fault();
        }
    }
    if (best.option != nullptr || !longest.is_known_kind) return best;
    mistakes.add_unknown(where, "", std::move(fault.text), fault.valid, fault.word);
    return longest;
}

std::string nearest_variable(std::string_view variable, const std::vector<KindOfSection>& kinds) {
    const auto given = in_capitals(variable.substr(environment_prefix.size()));
    for (const auto& kind : kinds)
        for (const auto& option : *kind.options)
            if (auto meant = meant_by(given, kind, option); !meant.empty()) return meant;
    return "";
}

}  // namespace tocsin::core
