#include "daemon/spool_json.hpp"

#include <tocsin/string.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

using namespace tocsin::core;
using tocsin::abi;

namespace {

tocsin_field field(std::string_view key, std::uint8_t type) {
    tocsin_field made{};
    made.key = abi(key);
    made.type = type;
    return made;
}

std::unique_ptr<const Event> event_with(std::string_view message, std::span<const tocsin_field> fields) {
    const std::array tags{tocsin_tag{abi("host"), abi("\xff\"")}, tocsin_tag{abi("zone"), abi("")}};
    tocsin_event event{};
    event.struct_size = sizeof event;
    event.level = TOCSIN_LEVEL_CRITICAL;
    event.topic = abi("plant/line 1");
    event.id = abi("pump");
    event.message = abi(message);
    event.time = 1'700'000'000'123'456'789;
    event.tags = tags.data();
    event.tag_count = tags.size();
    event.fields = fields.data();
    event.field_count = fields.size();
    return std::make_unique<const Event>(event, Stamp{7, tocsin::Level::warning, 42});
}

}  // namespace

TEST_CASE("a delivery is one line with all of its event") {
    auto flag = field("a", TOCSIN_FIELD_BOOLEAN);
    flag.boolean = 1;
    auto whole = field("b", TOCSIN_FIELD_INTEGER);
    whole.integer = std::numeric_limits<std::int64_t>::min();
    auto json = field("c", TOCSIN_FIELD_JSON);
    json.text = abi(R"({"x":[1,null]})");
    auto text = field("d", TOCSIN_FIELD_STRING);
    text.text = abi("caf\xc3\xa9\n\xc3");
    const std::array fields{flag, whole, json, text};
    KeptDelivery delivery;
    delivery.event = event_with("\xe5", fields);
    delivery.sequence = 7;
    delivery.received = 1'500'000'000;
    CHECK(delivery_json({"plant/*", "h"}, delivery) ==
          R"({"sequence":7,"handler":{"topic":"plant/*","id":"h"},"received":"1970-01-01T00:00:01.5Z",)"
          R"("topic":"plant/line 1","id":"pump","level":"CRITICAL","previousLevel":"WARNING",)"
          R"("time":"2023-11-14T22:13:20.123456789Z","duration":42,"message":{"hex":"e5"},"details":"","name":"",)"
          R"("taskName":"","group":"","tags":{"host":{"hex":"ff22"},"zone":""},)"
          R"("fields":{"a":{"boolean":true},"b":{"integer":-9223372036854775808},"c":{"json":{"x":[1,null]}},)"
          R"("d":{"string":{"hex":"636166c3a90ac3"}}}})");
}

TEST_CASE("floats are exact, also those that JSON does not know") {
    using Limits = std::numeric_limits<double>;
    for (const auto& [value, words] : {std::pair{0.1, "0.1"},
                                       {-0.0, "-0"},
                                       {1.0, "1"},
                                       {Limits::denorm_min(), "5e-324"},
                                       {Limits::quiet_NaN(), "\"NaN\""},
                                       {Limits::infinity(), "\"Infinity\""},
                                       {-Limits::infinity(), "\"-Infinity\""}}) {
        auto number = field("x", TOCSIN_FIELD_FLOAT);
        number.number = value;
        KeptDelivery delivery;
        delivery.event = event_with("", {&number, 1});
        const auto json = delivery_json({"t", "h"}, delivery);
        CHECK(json.ends_with(std::string{R"("fields":{"x":{"float":)"} + words + "}}}"));
    }
}

TEST_CASE("a dead letter has its number, its time and the reason, also when its event cannot be read") {
    DeadLetter letter;
    letter.number = 3;
    letter.died = 2'000'000'000;
    letter.reason = "no \"topic\"";
    letter.handler = {"t", "h"};
    CHECK(dead_letter_json(letter) ==
          R"({"number":3,"died":"1970-01-01T00:00:02Z","reason":"no \"topic\"","sequence":0,)"
          R"("handler":{"topic":"t","id":"h"},"received":"1970-01-01T00:00:00Z"})");
    letter.event = event_with("m", {});
    CHECK(dead_letter_json(letter).ends_with(R"("zone":""},"fields":{}})"));
}
