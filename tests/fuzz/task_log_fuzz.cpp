#include "../../plugins/task-log/event_builder.hpp"
#include "../../plugins/task-log/message.hpp"
#include "fuzz/support.hpp"

#include <algorithm>
#include <vector>

/// A datagram of the task log: whatever it holds, it is malformed with a reason or becomes a sound event.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin::fuzz;
    static task_log::MessageParser parser;
    static task_log::EventBuilder builder{task_log::TimeZone::named("Europe/Stockholm")};
    constexpr std::size_t largest_datagram = 65'507;
    if (size > largest_datagram) return -1;

    // Of its own size, so that a sanitizer sees every byte read beyond it.
    const std::vector<char> datagram(data, data + size);
    const auto message = parser.parse({datagram.data(), datagram.size()});
    if (!message) {
        require(!parser.problem().empty(), "a malformed datagram has a reason");
        return 0;
    }
    const auto abi = builder.build(*message, {}).to_abi();
    require(!tocsin::core::Event::fault(abi), "an event of a datagram is sound");
    const tocsin::core::Event event{abi, {}};
    require(event.tags().size() == abi.tag_count, "no tag comes twice");
    for (const auto& tag : event.tags()) {
        const auto value = tocsin::view(tag.value);
        require(value.size() <= 4 * task_log::MessageParser::max_text, "fields are cut");
        require(std::none_of(value.begin(), value.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
                "fields hold no control characters");
    }
    return 0;
}
