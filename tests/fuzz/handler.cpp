#include "fuzz/handler.hpp"

#include "daemon/handler_templates.hpp"
#include "event/json_check.hpp"
#include "fuzz/same.hpp"
#include "route/handler_file.hpp"
#include "route/mqtt_topic.hpp"

#include <optional>

namespace tocsin::fuzz {
namespace {

using namespace core;

struct Reading {
    Mistakes mistakes;
    std::optional<HandlerFile> handler;
    std::vector<std::optional<Payload>> payloads;
    bool json = false;  ///< the payload is one of the JSON forms

    explicit Reading(const std::filesystem::path& file) : handler{read_handler_file(file, mistakes)} {
        if (!handler) return;
        const auto values =
            check_options(handler->options(), handler_options(), "options.", file.parent_path(), mistakes);
        payloads = compile_templates(handler_options(), values, mistakes);
        const auto* payload = handler->options().find("payload");
        json = payload != nullptr && payload->kind == Node::Kind::table;
    }
};

void check_rendered(const Reading& reading, const Event& event) {
    for (std::size_t i = 0; i < reading.payloads.size(); ++i) {
        if (!reading.payloads[i]) continue;
        std::string text;
        std::string again;
        const auto problem = reading.payloads[i]->render(event, text);
        require(reading.payloads[i]->render(event, again) == problem && text == again,
                "rendering twice gives the same");
        if (problem) continue;
        // The templates in the order of the kind's options.
        constexpr std::size_t topic = 0;
        constexpr std::size_t payload = 1;
        constexpr std::size_t properties = 2;
        if (i == topic) require(!mqtt_text_fault(text) && !mqtt_topic_fault(text), "a rendered MQTT topic is valid");
        // Fields and tags of bytes that are no UTF-8 are mended by the JSON writer.
        if (i == properties || (i == payload && reading.json)) require(is_compact_json(text), "a JSON payload is JSON");
    }
}

}  // namespace

void check_handler_file(const std::filesystem::path& file) {
    const Reading first{file};
    const Reading second{file};
    require(same(first.mistakes, second.mistakes), "reading twice finds the same mistakes");
    require(first.handler.has_value() == second.handler.has_value(), "reading twice gives a handler both times");
    require(first.handler || !first.mistakes.empty(), "a file without a handler has a mistake");
    if (!first.handler) return;
    require(same(first.handler->document.root, second.handler->document.root) &&
                first.handler->id == second.handler->id && first.handler->topic == second.handler->topic &&
                first.handler->kind == second.handler->kind,
            "reading twice gives the same handler");
    for (const auto& event : events()) {
        static_cast<void>(first.handler->match(*event));
        check_rendered(first, *event);
    }
}

}  // namespace tocsin::fuzz
