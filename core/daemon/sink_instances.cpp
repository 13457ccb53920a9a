#include "daemon/sink_instances.hpp"

#include "config/fingerprint.hpp"
#include "config/shorten.hpp"
#include "daemon/plugin_mistakes.hpp"
#include "plugin/option_specs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace tocsin::core {
namespace {

const OptionValue* value_with_role(const std::vector<OptionSpec>& specs, const std::vector<OptionValue>& values,
                                   std::uint32_t role) {
    const auto* spec = with_role(specs, role);
    return spec == nullptr ? nullptr : &values[static_cast<std::size_t>(spec - specs.data())];
}

/// The specs for a section; when it says it is not enabled, nothing is required of it, and files and variables that it
/// names need not be there.
std::vector<OptionSpec> for_section(const SinkKind& kind, const Node& section) {
    auto specs = kind.instance_options;
    const auto* enabled = with_role(specs, TOCSIN_ROLE_ENABLED);
    if (enabled == nullptr) return specs;
    const auto* said = section.find(enabled->name);
    const bool is_enabled =
        said == nullptr ? enabled->default_value == "true" : said->kind != Node::Kind::boolean || said->boolean;
    if (is_enabled) return specs;
    for (auto& spec : specs) {
        spec.required = false;
        if (spec.references == References::resolved) spec.references = References::checked;
    }
    return specs;
}

Location place_of(const OptionValue& value, const Location& otherwise) {
    return value.where.file ? value.where : otherwise;
}

}  // namespace

void SinkInstances::add(const SinkKind& kind, const std::vector<const Node*>& sections,
                        const std::filesystem::path& directory) {
    auto& placed = by_kind_[kind.name];
    for (const auto* section : sections) placed.push_back(check(kind, *section, directory, sections.size() == 1));
    check_names(kind, placed);
}

SinkInstances::Placed SinkInstances::check(const SinkKind& kind, const Node& section,
                                           const std::filesystem::path& directory, bool single) {
    Placed placed;
    check_keys(section, kind.instance_options, kind.name + ".", mistakes_);
    const auto read = read_sound_options(section, for_section(kind, section), kind.name + ".", directory, mistakes_);
    const auto& options = read.values;
    const auto refused = [&](std::uint32_t role) {
        const auto* spec = with_role(kind.instance_options, role);
        return spec != nullptr && read.refused[static_cast<std::size_t>(spec - kind.instance_options.data())];
    };
    placed.name_refused = refused(TOCSIN_ROLE_NAME);
    placed.default_refused = refused(TOCSIN_ROLE_DEFAULT);
    placed.where = section.where;
    placed.name_at = section.where;
    placed.is_default = single;
    if (const auto* name = value_with_role(kind.instance_options, options, TOCSIN_ROLE_NAME)) {
        placed.name = name->text;
        placed.name_fetched = name->fetched;
        placed.name_at = place_of(*name, section.where);
        if (placed.name.empty() && single && !name->where.file) placed.name = "default";
    }
    if (const auto* is_default = value_with_role(kind.instance_options, options, TOCSIN_ROLE_DEFAULT)) {
        placed.is_default = single || is_default->integer != 0;
        placed.default_at = place_of(*is_default, section.where);
    }
    if (const auto* enabled = value_with_role(kind.instance_options, options, TOCSIN_ROLE_ENABLED))
        placed.enabled = enabled->integer != 0 || refused(TOCSIN_ROLE_ENABLED);
    if (placed.enabled && read.complete)
        placed.runner = make(kind, placed.name.empty() ? kind.name : placed.name, read, section.where);
    placed.text = fingerprint(kind.instance_options, options, true);
    return placed;
}

void SinkInstances::check_names(const SinkKind& kind, std::vector<Placed>& placed) {
    const auto* name_option = with_role(kind.instance_options, TOCSIN_ROLE_NAME);
    if (name_option == nullptr) {
        for (std::size_t i = 1; i < placed.size(); ++i)
            mistakes_.add(placed[i].where, kind.name, "there can be one section of this kind only: remove this one");
        return;
    }
    const auto key = fmt::format("{}.{}", kind.name, name_option->name);
    std::map<std::string_view, std::size_t> names;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (placed[i].name.empty() && !placed[i].name_refused)
            mistakes_.add(
                placed[i].name_at, key,
                placed.size() == 1 ? "must not be empty" : "missing: with several sections each needs a name");
        const auto [known, is_first] = names.try_emplace(placed[i].name, i);
        if (!placed[i].name.empty() && !is_first)
            mistakes_.add(placed[i].name_at, key,
                          fmt::format("{} is already the name of the section in line {}",
                                      placed[i].name_fetched || placed[known->second].name_fetched
                                          ? "the value of this option"
                                          : "\"" + shortened(placed[i].name) + "\"",
                                      placed[known->second].where.line));
    }
    const auto* default_option = with_role(kind.instance_options, TOCSIN_ROLE_DEFAULT);
    if (default_option == nullptr || placed.size() < 2) return;
    const auto default_key = fmt::format("{}.{}", kind.name, default_option->name);
    if (std::any_of(placed.begin(), placed.end(), [](const Placed& one) { return one.default_refused; })) return;
    const Placed* chosen = nullptr;
    for (const auto& one : placed) {
        if (!one.is_default) continue;
        if (chosen != nullptr)
            mistakes_.add(one.default_at, default_key,
                          fmt::format("more than one section is marked as the default, the first at {}",
                                      to_string(chosen->default_at)));
        else
            chosen = &one;
    }
    if (chosen == nullptr)
        mistakes_.add(placed.front().where, default_key,
                      "no section is marked as the default: write \"default = true\" in one of them");
}

std::shared_ptr<SinkRunner> SinkInstances::make(const SinkKind& kind, const std::string& name,
                                                const SoundOptions& options, const Location& where) {
    try {
        auto runner =
            std::make_shared<SinkRunner>(std::make_unique<SinkInstance>(kind, name, options.values, hand_over_));
        return options.all_sound() ? std::move(runner) : nullptr;
    } catch (const std::exception& error) {
        add_plugin_mistakes(error.what(), kind.instance_options, options.values, kind.name, where, mistakes_, {},
                            options.refused);
        return nullptr;
    }
}

SinkRunner* SinkInstances::find(const SinkKind& kind, const OptionValue& name, const Location& kind_at) {
    auto& placed = by_kind_[kind.name];
    if (placed.empty()) {
        Node empty;
        empty.kind = Node::Kind::table;
        empty.where = kind_at;
        const bool needs_section =
            std::any_of(kind.instance_options.begin(), kind.instance_options.end(),
                        [](const auto& option) { return option.required || option.role == TOCSIN_ROLE_ENABLED; });
        if (needs_section) {
            mistakes_.add(kind_at, "kind", fmt::format("the configuration has no [[{0}]] section for it", kind.name));
            return nullptr;
        }
        placed.push_back(check(kind, empty, {}, true));
    }
    const auto key = with_role(kind.handler_options, TOCSIN_ROLE_INSTANCE);
    const auto option = key == nullptr ? std::string{"kind"} : "options." + key->name;
    const auto where = place_of(name, kind_at);
    const auto found = std::find_if(placed.begin(), placed.end(), [&](const Placed& one) {
        return name.text.empty() ? one.is_default : one.name == name.text;
    });
    if (found == placed.end()) {
        if (std::any_of(placed.begin(), placed.end(),
                        [](const Placed& one) { return one.name_refused || one.default_refused; }))
            return nullptr;
        std::vector<std::string> names;
        for (const auto& one : placed)
            if (!one.name_fetched) names.push_back(shortened(one.name));
        if (name.fetched)
            mistakes_.add(where, option, fmt::format("there is no [[{}]] section with the fetched name", kind.name));
        else if (!name.text.empty())
            mistakes_.add_unknown(
                where, option, fmt::format("there is no [[{}]] section named \"{}\"", kind.name, shortened(name.text)),
                names, name.text);
        return nullptr;
    }
    if (!found->enabled)
        mistakes_.add(
            where, option,
            fmt::format("[[{}]]{} in line {} of the configuration is not enabled: write \"enabled = true\" "
                        "there or name another",
                        kind.name, found->name_fetched || name.fetched ? "" : " \"" + shortened(found->name) + "\"",
                        found->where.line));
    return found->runner.get();
}

std::vector<std::string> SinkInstances::hidden_names(const SinkKind& kind) const {
    std::vector<std::string> names;
    if (const auto placed = by_kind_.find(kind.name); placed != by_kind_.end())
        for (const auto& one : placed->second)
            if (one.name_fetched) names.push_back(one.name);
    return names;
}

std::vector<SinkInstances::Made> SinkInstances::take() {
    std::vector<Made> runners;
    for (auto& [kind, placed] : by_kind_)
        for (auto& one : placed)
            if (one.runner) runners.push_back({std::move(one.runner), std::move(one.text)});
    return runners;
}

}  // namespace tocsin::core
