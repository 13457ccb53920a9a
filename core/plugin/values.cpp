#include "plugin/values.hpp"

#include <cstddef>

namespace tocsin::core {

AbiValues::AbiValues(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values) {
    values_.reserve(values.size());
    items_.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& from = values[i];
        auto& items = items_.emplace_back();
        for (const auto& item : from.items) items.push_back(abi(item));

        tocsin_value value{};
        value.type = static_cast<std::uint32_t>(specs[i].type);
        value.is_set = from.is_set && specs[i].type != OptionType::rendered ? 1 : 0;
        value.text = abi(from.text);
        value.integer = from.integer;
        value.number = from.real;
        value.items = items.data();
        value.item_count = items.size();
        values_.push_back(value);
    }
}

}  // namespace tocsin::core
