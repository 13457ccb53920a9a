#include "base/text_error.hpp"
#include "fuzz/support.hpp"
#include "route/mqtt_topic.hpp"
#include "route/template.hpp"

namespace {

using tocsin::core::Template;
using tocsin::fuzz::require;

constexpr std::size_t largest_output = 1024 * 1024;

void check(std::string_view text, std::uint32_t escape) {
    try {
        const Template compiled{text, escape};
        for (const auto& event : tocsin::fuzz::events()) {
            std::string out = "before";
            std::string again;
            const auto problem = compiled.render(*event, out);
            require(out.starts_with("before"), "what was there stays");
            require(compiled.render(*event, again) == problem, "rendering twice ends the same");
            require(out.substr(6) == again, "rendering twice gives the same");
            require(!problem || again.empty(), "nothing is left of a rendering that failed");
            require(again.size() <= largest_output, "the output is limited");
            if (escape == TOCSIN_ESCAPE_MQTT_TOPIC && !problem)
                require(!tocsin::core::mqtt_text_fault(again) && !tocsin::core::mqtt_topic_fault(again),
                        "a rendered MQTT topic is valid");
        }
    } catch (const tocsin::core::TextError& error) {
        require(*error.what() != '\0', "a mistake has words");
        require(error.offset() <= text.size(), "a mistake lies within the text");
    }
}

}  // namespace

/// A template, for text and for an MQTT topic: refused with a reason and a place in it, or rendered within its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = tocsin::fuzz::text_of(data, size);
    check(text, TOCSIN_ESCAPE_NONE);
    check(text, TOCSIN_ESCAPE_MQTT_TOPIC);
    return 0;
}
