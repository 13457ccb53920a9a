#include "fake_host.hpp"

#include <tocsin/string.hpp>

#include <algorithm>
#include <span>
#include <string_view>

namespace testing {
namespace {

using Declared = std::span<const tocsin_option>;

Declared instance_options(const tocsin_sink_kind& kind) { return {kind.instance_options, kind.instance_option_count}; }
Declared handler_options(const tocsin_sink_kind& kind) { return {kind.handler_options, kind.handler_option_count}; }

bool is_bare(std::uint32_t type) {
    return type == TOCSIN_OPTION_INTEGER || type == TOCSIN_OPTION_BOOLEAN || type == TOCSIN_OPTION_TEMPLATE_TABLE;
}

/// Options as lines of TOML or YAML: the name, `between`, and the text in the quotes that take it verbatim in both.
std::string lines(Declared declared, const Texts& texts, std::string_view between) {
    std::string all;
    for (const auto& given : texts) {
        const auto& name = given.first;
        const auto option = std::find_if(declared.begin(), declared.end(),
                                         [&](const auto& one) { return tocsin::view(one.name) == name; });
        const bool bare = option != declared.end() && is_bare(option->type);
        all.append(name).append(between).append(bare ? given.second : "'" + given.second + "'").append("\n");
    }
    return all;
}

Texts enabled(Texts options) {
    options.try_emplace("enabled", "true");
    return options;
}

}  // namespace

FakeHost::FakeHost(const tocsin_sink_kind& kind, const Texts& options, const std::string& name)
    : HostedSink{kind, lines(instance_options(kind), enabled(options), " = "), {.name = name}}, kind_{kind} {}

void* FakeHost::bind(Texts options) {
    options.try_emplace("topic", "t");
    return &handlers_.emplace_back(HostedSink::bind(lines(handler_options(kind_), options, ": ")));
}

std::uint64_t FakeHost::submit(void* binding, const std::string& topic, const std::string& payload,
                               const std::string& user_properties, std::uint64_t sequence) {
    if (const auto known = tickets_.find(sequence); known != tickets_.end())
        return known->second = submit_again(known->second);
    std::vector<std::string_view> values{topic, payload};
    const auto declared = handler_options(kind_);
    const bool has_properties = std::any_of(declared.begin(), declared.end(), [](const auto& option) {
        return tocsin::view(option.name) == "user-properties";
    });
    if (has_properties) values.push_back(user_properties.empty() ? std::string_view{} : user_properties);
    tocsin::EventDraft event;
    event.topic = "topic";
    event.id = "id";
    const auto ticket = submit_values(*static_cast<tocsin::testing::Handler*>(binding), event, values);
    if (sequence != 0) tickets_[sequence] = ticket;
    return ticket;
}

std::vector<Answer> FakeHost::answers() const {
    std::vector<Answer> all;
    for (const auto& answer : HostedSink::answers())
        all.push_back({answer.ticket, static_cast<std::uint32_t>(answer.outcome), answer.reason});
    return all;
}

}  // namespace testing
