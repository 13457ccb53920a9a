#include "fuzz/support.hpp"
#include "spool/record.hpp"

#include <string>

/// What the spool keeps of an event: it is nothing, or a sound event, which comes back the same from its own record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin::fuzz;
    using namespace tocsin::core;
    EventColumns columns;
    columns.sequence = 1;
    columns.topic = "topic";
    columns.id = "id";
    columns.record = text_of(data, size);
    const auto event = read_event(columns);
    if (!event) return 0;
    require(!Event::fault(event->abi()), "what is read is sound");

    std::string record;
    append_record(record, *event);
    columns.record = record;
    const auto again = read_event(columns);
    require(again != nullptr, "what is written can be read");
    std::string twice;
    append_record(twice, *again);
    require(twice == record, "it is the same again");
    require(again->size() == event->size(), "with the same size");
    return 0;
}
