#pragma once

#include <tocsin/option.hpp>

#include <cstdlib>
#include <deque>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace testing {

using Texts = std::map<std::string, std::string>;

/// The values a host would pass for these options; texts as in a file, durations in ms or s.
class Values {
  public:
    Values(std::span<const tocsin::Option> declared, const Texts& texts) {
        for (const auto& option : declared) {
            tocsin_value value{};
            value.type = option.type;
            const auto given = texts.find(std::string{tocsin::view(option.name)});
            const bool has_default = option.default_value.data != nullptr;
            if (option.type != TOCSIN_OPTION_TEMPLATE && (given != texts.end() || has_default)) {
                const auto& text =
                    texts_.emplace_back(given != texts.end() ? given->second : tocsin::view(option.default_value));
                value.is_set = 1;
                value.text = tocsin::abi(text);
                value.integer = integer(option.type, text);
                if (option.type == TOCSIN_OPTION_LIST) {
                    items_.push_back(value.text);
                    value.items = &items_.back();
                    value.item_count = 1;
                }
            }
            values_.push_back(value);
        }
    }

    const tocsin_value* data() const { return values_.data(); }
    std::size_t size() const { return values_.size(); }

  private:
    static std::int64_t integer(std::uint32_t type, const std::string& text) {
        if (type == TOCSIN_OPTION_BOOLEAN) return text == "true" ? 1 : 0;
        char* unit = nullptr;
        const auto number = std::strtoll(text.c_str(), &unit, 10);
        if (type != TOCSIN_OPTION_DURATION) return number;
        if (std::string{unit} == "s") return number * 1'000'000'000;
        if (std::string{unit} == "ms") return number * 1'000'000;
        throw std::invalid_argument{"duration: " + text};
    }

    std::deque<std::string> texts_;
    std::deque<tocsin_string> items_;  // a list has one item here
    std::vector<tocsin_value> values_;
};

}  // namespace testing
