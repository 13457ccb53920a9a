#include "plugin/option_specs.hpp"

#include "config/option_value.hpp"
#include "config/shorten.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tocsin::core {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

OptionType role_type(std::uint32_t role) {
    return role == TOCSIN_ROLE_NAME || role == TOCSIN_ROLE_INSTANCE ? OptionType::string : OptionType::boolean;
}

void check_default(const OptionSpec& spec) {
    try {
        default_option(spec, "/");
    } catch (const std::logic_error& error) {
        throw std::runtime_error{error.what()};
    }
}

OptionSpec read(const tocsin_option& option, OptionScope scope) {
    const auto name = declared_text(option.name, "name of an option");
    const auto fail = [&](std::string_view what) {
        throw std::runtime_error{fmt::format("option \"{}\" {}", shortened(name), what)};
    };
    if (!is_kind_name(name)) fail("needs a name of at most 64 lower case letters, digits and '-'");
    if (option.type > TOCSIN_OPTION_TEMPLATE_TABLE) fail("has a type this program does not know");
    if (option.escape > TOCSIN_ESCAPE_MQTT_TOPIC) fail("has an escape this program does not know");

    OptionSpec spec;
    spec.name = name;
    spec.type = static_cast<OptionType>(option.type);
    spec.help = declared_text(option.help, "help");
    spec.required = (option.flags & TOCSIN_OPTION_REQUIRED) != 0;
    spec.secret = (option.flags & TOCSIN_OPTION_SECRET) != 0;
    if (spec.type == OptionType::string) spec.references = References::resolved;
    spec.role = option.role;
    spec.escape = option.escape;
    if (option.default_value.data != nullptr) spec.default_value = declared_text(option.default_value, "default");
    spec.choices = split(declared_text(option.choices, "list of choices"), '|');
    spec.ranged = (option.flags & TOCSIN_OPTION_RANGE) != 0;
    spec.minimum = option.minimum;
    spec.maximum = option.maximum;

    if (comes_rendered(spec.type) && scope == OptionScope::instance)
        fail("is a template, which only handler options can be");
    if (spec.type == OptionType::rendered_table && (spec.default_value || spec.escape != TOCSIN_ESCAPE_NONE))
        fail("is a table of templates, which has neither a default nor an escape");
    if (spec.type == OptionType::choice && spec.choices.empty()) fail("is a choice without values");
    if (spec.ranged && spec.minimum > spec.maximum) fail("has a minimum above its maximum");
    if (spec.role > TOCSIN_ROLE_INSTANCE) fail("has a role this program does not know");
    if (spec.role != TOCSIN_ROLE_NONE) {
        if ((spec.role == TOCSIN_ROLE_INSTANCE) != (scope == OptionScope::handler))
            fail("has a role that does not belong to its schema");
        if (spec.type != role_type(spec.role)) fail("has a type that does not fit its role");
    }
    check_default(spec);
    return spec;
}

}  // namespace

std::vector<OptionSpec> read_specs(const tocsin_option* options, std::uint64_t count, OptionScope scope) {
    check_count(options, count, "options");
    std::vector<OptionSpec> specs;
    const auto* at = reinterpret_cast<const std::byte*>(options);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto& option = *reinterpret_cast<const tocsin_option*>(at);
        if (option.struct_size < sizeof(tocsin_option))
            throw std::runtime_error{fmt::format("the declaration of option {} is too short ({} bytes, {} wanted)",
                                                 i + 1, option.struct_size, sizeof(tocsin_option))};
        if (option.struct_size % alignof(tocsin_option) != 0)
            throw std::runtime_error{
                fmt::format("the declaration of option {} has an odd size ({} bytes)", i + 1, option.struct_size)};
        auto spec = read(option, scope);
        const auto same = [&](const OptionSpec& other) {
            return other.name == spec.name || (spec.role != TOCSIN_ROLE_NONE && other.role == spec.role);
        };
        if (std::any_of(specs.begin(), specs.end(), same))
            throw std::runtime_error{fmt::format("option \"{}\" doubles the name or the role of another", spec.name)};
        specs.push_back(std::move(spec));
        at += option.struct_size;
    }
    return specs;
}

void check_count(const void* elements, std::uint64_t count, std::string_view what) {
    constexpr std::uint64_t most = 1000;
    if (count > most) throw std::runtime_error{fmt::format("it says it has {} {}, {} is the most", count, what, most)};
    if (elements == nullptr && count != 0)
        throw std::runtime_error{fmt::format("it says it has {} {}, and points to none", count, what)};
}

std::string declared_text(tocsin_string text, std::string_view what) {
    constexpr std::uint64_t most = 16 * 1024;
    if (text.data != nullptr && text.size > most)
        throw std::runtime_error{fmt::format("its {} says it has {} bytes, {} is the most", what, text.size, most)};
    return std::string{view(text)};
}

bool is_kind_name(std::string_view name) noexcept {
    if (name.size() > 64) return false;
    bool after_letter = false;
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (c != '-' || !after_letter)) return false;
        after_letter = letter;
    }
    return after_letter;
}

const OptionSpec* with_role(const std::vector<OptionSpec>& specs, std::uint32_t role) noexcept {
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.role == role; });
    return found == specs.end() ? nullptr : &*found;
}

}  // namespace tocsin::core
