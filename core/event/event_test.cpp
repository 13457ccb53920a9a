#include "event/event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

EventDraft sound_draft() {
    EventDraft draft;
    draft.topic = "qlik.task";
    draft.id = "7552d9fc";
    return draft;
}

std::string fault_of(const tocsin_event& event) { return std::string{Event::fault(event).value_or("")}; }
std::string fault_of(const EventDraft& draft) { return fault_of(draft.to_abi()); }

tocsin_field field_of(std::string_view key, std::uint32_t type) {
    tocsin_field field{};
    field.key = abi(key);
    field.type = type;
    return field;
}

constexpr auto too_large = "the event is larger than 16 MiB";
constexpr auto no_data = "a string or list has a size, but no data";

}  // namespace

TEST_CASE("fault finds nothing in a sound event") {
    auto draft = sound_draft();
    CHECK(fault_of(draft) == "");
    draft.level = Level::critical;
    draft.message = "bytes \xff\xfe"sv;
    draft.details = "\0"sv;
    draft.name = draft.task_name = draft.group = "\xe5";
    draft.tag("host", "sense1");
    draft.tag("Host", "");
    draft.tag("latin1", "f\xf6r");
    draft.field("host", "same key as a tag");
    draft.field("count", std::int64_t{-1});
    draft.field("load", std::numeric_limits<double>::quiet_NaN());
    draft.field("on", true);
    draft.json_field("list", R"(["a b",{}])");
    CHECK(fault_of(draft) == "");
}

TEST_CASE("fault looks at the struct's size before anything else") {
    auto draft = sound_draft();
    auto event = draft.to_abi();
    event.struct_size = sizeof event + 8;
    CHECK(fault_of(event) == "");
    event.level = 99;
    for (const auto size : {std::size_t{0}, sizeof event - 8, sizeof event - 1}) {
        event.struct_size = static_cast<std::uint32_t>(size);
        CHECK(fault_of(event) == "struct_size is too small");
    }
}

TEST_CASE("fault looks at level, topic and id") {
    auto draft = sound_draft();
    auto event = draft.to_abi();
    event.level = 4;
    CHECK(fault_of(event) == "the level is unknown");

    draft.topic = "";
    CHECK(fault_of(draft) == "the topic is empty");
    draft.topic = "a\xff";
    CHECK(fault_of(draft) == "the topic is not UTF-8");
    draft.topic = "åäö";
    draft.id = {};
    CHECK(fault_of(draft) == "the id is empty");
    draft.id = "\xed\xa0\x80";
    CHECK(fault_of(draft) == "the id is not UTF-8");
}

TEST_CASE("fault looks at keys") {
    const auto tagged = [](std::initializer_list<std::string_view> keys) {
        auto draft = sound_draft();
        for (const auto key : keys) draft.tag(key, "value");
        return fault_of(draft);
    };
    const auto with_fields = [](std::initializer_list<std::string_view> keys) {
        auto draft = sound_draft();
        for (const auto key : keys) draft.field(key, std::int64_t{1});
        return fault_of(draft);
    };
    for (const auto& check : {std::function<std::string(std::initializer_list<std::string_view>)>{tagged},
                              std::function<std::string(std::initializer_list<std::string_view>)>{with_fields}}) {
        CHECK(check({"a", "b", "c"}) == "");
        CHECK(check({"c", "b", "a", "A", "aa", "a\0"sv}) == "");
        CHECK(check({"a", ""}) == "a key of a tag or field is empty");
        CHECK(check({"a", "b\xff"}) == "a key of a tag or field is not UTF-8");
        CHECK(check({"a", "a"}) == "two tags or two fields have the same key");
        CHECK(check({"a", "b", "c", "a"}) == "two tags or two fields have the same key");
        CHECK(check({"b", "c", "a", "c"}) == "two tags or two fields have the same key");
    }
}

TEST_CASE("fault finds a doubled key among few and among many") {
    for (const int count : {2, 15, 16, 17, 18, 500}) {
        std::vector<std::string> keys;
        for (int i = 0; i < count; ++i) keys.push_back("key" + std::to_string(i * 7919 % 1009));
        auto draft = sound_draft();
        for (const auto& key : keys) draft.tag(key, "");
        CHECK(fault_of(draft) == "");
        for (const int twin : {0, count / 2, count - 1}) {
            auto doubled = draft;
            doubled.tag(std::string_view{keys[static_cast<std::size_t>(twin)]}, "");
            CHECK(fault_of(doubled) == "two tags or two fields have the same key");
        }
    }
}

TEST_CASE("fault looks at the values of fields") {
    auto draft = sound_draft();
    draft.json_field("json", "[1, 2]");
    CHECK(fault_of(draft) == "a JSON field is not well-formed compact JSON");
    draft = sound_draft();
    draft.json_field("json", "");
    CHECK(fault_of(draft) == "a JSON field is not well-formed compact JSON");

    auto event = sound_draft().to_abi();
    auto field = field_of("f", 5);
    event.fields = &field;
    event.field_count = 1;
    CHECK(fault_of(event) == "a field has an unknown type");
    field.type = TOCSIN_FIELD_BOOLEAN;
    field.boolean = 2;
    CHECK(fault_of(event) == "a boolean field is neither 0 nor 1");
    field.type = TOCSIN_FIELD_INTEGER;
    CHECK(fault_of(event) == "");
}

TEST_CASE("fault finds sizes without data") {
    const auto draft = sound_draft();
    constexpr tocsin_string tocsin_event::*texts[] = {
        &tocsin_event::topic, &tocsin_event::id,        &tocsin_event::message, &tocsin_event::details,
        &tocsin_event::name,  &tocsin_event::task_name, &tocsin_event::group,
    };
    for (const auto text : texts) {
        auto event = draft.to_abi();
        event.*text = {nullptr, 1};
        CHECK(fault_of(event) == no_data);
    }
    auto event = draft.to_abi();
    event.tags = nullptr;
    event.tag_count = 1;
    CHECK(fault_of(event) == no_data);
    event.tag_count = 0;
    event.fields = nullptr;
    event.field_count = 3;
    CHECK(fault_of(event) == no_data);

    tocsin_tag tags[] = {{abi("a"), abi("b")}, {abi("c"), {nullptr, 5}}};
    event = draft.to_abi();
    event.tags = tags;
    event.tag_count = 2;
    CHECK(fault_of(event) == no_data);
    tags[1] = {{nullptr, 5}, abi("d")};
    CHECK(fault_of(event) == no_data);
    tags[1] = {abi("c"), {nullptr, 0}};
    CHECK(fault_of(event) == "");

    auto field = field_of("f", TOCSIN_FIELD_STRING);
    field.text = {nullptr, 1};
    event.fields = &field;
    event.field_count = 1;
    CHECK(fault_of(event) == no_data);
    field.type = TOCSIN_FIELD_JSON;
    CHECK(fault_of(event) == no_data);
    field.type = TOCSIN_FIELD_FLOAT;
    CHECK(fault_of(event) == "");
}

TEST_CASE("fault finds what is too large, without reading it") {
    const auto draft = sound_draft();
    const auto fixed = draft.topic.size() + draft.id.size();
    const std::string large(max_event_size, 'x');
    auto event = draft.to_abi();
    event.message = {large.data(), max_event_size - fixed};
    CHECK(fault_of(event) == "");
    event.message.size += 1;
    CHECK(fault_of(event) == too_large);
    event.message.size = std::numeric_limits<std::uint64_t>::max();
    CHECK(fault_of(event) == too_large);

    event = draft.to_abi();
    event.topic.size = max_event_size + 1;
    CHECK(fault_of(event) == too_large);

    const tocsin_tag tag{abi("key"), abi("value")};
    event = draft.to_abi();
    event.tags = &tag;
    for (const auto count : {max_event_size / sizeof tag + 1, std::uint64_t{1} << 59, ~std::uint64_t{0}}) {
        event.tag_count = count;
        CHECK(fault_of(event) == too_large);
    }
    event.tag_count = 1;
    const auto field = field_of("key", TOCSIN_FIELD_INTEGER);
    event.fields = &field;
    event.field_count = ~std::uint64_t{0} / sizeof field + 2;
    CHECK(fault_of(event) == too_large);

    // Many strings, each small enough by itself.
    const std::string quarter(max_event_size / 4, 'x');
    auto many = sound_draft();
    for (const auto key : {"a", "b", "c"}) many.tag(key, quarter);
    CHECK(fault_of(many) == "");
    many.field("d", std::string_view{quarter});
    CHECK(fault_of(many) == too_large);
}

TEST_CASE("an event is a copy of its own") {
    std::vector<std::string> texts = {"topic", "id", "message\0\xff"s, "details", "name", "task", "group"};
    auto key = "host"s;
    auto value = "sense1"s;
    auto json = R"({"a":1})"s;
    EventDraft draft;
    draft.topic = texts[0];
    draft.id = texts[1];
    draft.message = texts[2];
    draft.details = texts[3];
    draft.name = texts[4];
    draft.task_name = texts[5];
    draft.group = texts[6];
    draft.level = Level::warning;
    draft.time = decltype(draft.time){std::chrono::nanoseconds{-17}};
    draft.tag(key, value);
    draft.field(key, std::string_view{value});
    draft.json_field("json", json);
    auto raw = draft.to_abi();
    raw.duration = 1;
    raw.previous_level = 77;
    raw.sequence = 2;
    raw.reserved = 3;
    const Event event{raw, {.sequence = 42, .previous_level = Level::critical, .duration = 3'000}};

    for (auto* text :
         {&texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5], &texts[6], &key, &value, &json})
        std::fill(text->begin(), text->end(), '#');
    draft = {};

    CHECK(event.topic() == "topic");
    CHECK(event.id() == "id");
    CHECK(event.message() == "message\0\xff"sv);
    CHECK(event.details() == "details");
    CHECK(event.name() == "name");
    CHECK(event.task_name() == "task");
    CHECK(event.group() == "group");
    CHECK(event.level() == Level::warning);
    CHECK(event.previous_level() == Level::critical);
    CHECK(event.changed());
    CHECK(event.time() == -17);
    CHECK(event.duration() == 3'000);
    CHECK(event.sequence() == 42);
    CHECK(event.tag("host") == "sense1"sv);
    REQUIRE(event.field("host") != nullptr);
    CHECK(view(event.field("host")->text) == "sense1");
    REQUIRE(event.field("json") != nullptr);
    CHECK(event.field("json")->type == TOCSIN_FIELD_JSON);
    CHECK(view(event.field("json")->text) == R"({"a":1})");

    const auto& copy = event.abi();
    CHECK(copy.struct_size == sizeof(tocsin_event));
    CHECK(copy.reserved == 0);
    CHECK(copy.tags == event.tags().data());
    CHECK(copy.tag_count == 1);
    CHECK(copy.fields == event.fields().data());
    CHECK(copy.field_count == 2);
    CHECK(Event::fault(copy) == std::nullopt);
}

TEST_CASE("an unstamped repeat has not changed") {
    auto draft = sound_draft();
    CHECK(!Event{draft.to_abi(), {}}.changed());
    draft.level = Level::info;
    CHECK(Event{draft.to_abi(), {}}.changed());
    CHECK(!Event{draft.to_abi(), {.previous_level = Level::info}}.changed());
}

TEST_CASE("tags and fields are sorted by key and found by it") {
    for (const int count : {0, 1, 2, 7, 300}) {
        std::vector<std::string> keys;
        for (int i = 0; i < count; ++i) keys.push_back("k" + std::to_string(i * 7919 % 1009));
        auto draft = sound_draft();
        for (const auto& key : keys) draft.tag(key, key);
        for (const auto& key : keys) draft.field(key, static_cast<std::int64_t>(key.size()));
        const Event event{draft.to_abi(), {}};

        auto sorted = keys;
        std::sort(sorted.begin(), sorted.end());
        REQUIRE(event.tags().size() == keys.size());
        REQUIRE(event.fields().size() == keys.size());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            CHECK(view(event.tags()[i].key) == sorted[i]);
            CHECK(view(event.fields()[i].key) == sorted[i]);
        }
        for (const auto& key : keys) {
            CHECK(event.tag(key) == key);
            REQUIRE(event.field(key) != nullptr);
            CHECK(event.field(key)->integer == static_cast<std::int64_t>(key.size()));
        }
        for (const auto absent : {"", "k", "K1", "k0 ", "z", "\xff"}) {
            CHECK(event.tag(absent) == std::nullopt);
            CHECK(event.field(absent) == nullptr);
        }
    }
}

TEST_CASE("keys are sorted by byte values, as Go sorts them") {
    auto draft = sound_draft();
    for (const auto key : {"ö", "a", "Z", "b", "aa", "~"}) draft.tag(key, "");
    const Event event{draft.to_abi(), {}};
    std::string order;
    for (const auto& tag : event.tags()) order.append(view(tag.key)).append(" ");
    CHECK(order == "Z a aa b ~ ö ");
}

TEST_CASE("an empty tag is there") {
    auto draft = sound_draft();
    draft.tag("empty", {});
    const Event event{draft.to_abi(), {}};
    CHECK(event.tag("empty") == ""sv);
    CHECK(event.message() == "");
}

TEST_CASE("a field keeps only the value its type says") {
    tocsin_field fields[] = {field_of("s", TOCSIN_FIELD_STRING), field_of("i", TOCSIN_FIELD_INTEGER),
                             field_of("f", TOCSIN_FIELD_FLOAT), field_of("b", TOCSIN_FIELD_BOOLEAN),
                             field_of("j", TOCSIN_FIELD_JSON)};
    for (auto& field : fields) {
        field.boolean = field.type == TOCSIN_FIELD_BOOLEAN ? 1 : 0xdead;
        field.integer = -5;
        field.number = 2.5;
        field.text = abi("17");
        if (field.type == TOCSIN_FIELD_INTEGER) field.text = {reinterpret_cast<const char*>(8), ~std::uint64_t{0}};
    }
    auto raw = sound_draft().to_abi();
    raw.fields = fields;
    raw.field_count = 5;
    REQUIRE(fault_of(raw) == "");
    const Event event{raw, {}};
    for (const auto& field : event.fields()) {
        CAPTURE(std::string{view(field.key)});
        const bool text = field.type == TOCSIN_FIELD_STRING || field.type == TOCSIN_FIELD_JSON;
        CHECK(view(field.text) == (text ? "17" : ""));
        CHECK(field.integer == (field.type == TOCSIN_FIELD_INTEGER ? -5 : 0));
        CHECK(field.number == (field.type == TOCSIN_FIELD_FLOAT ? 2.5 : 0));
        CHECK(field.boolean == (field.type == TOCSIN_FIELD_BOOLEAN ? 1 : 0));
    }
}
