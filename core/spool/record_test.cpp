#include "spool/record.hpp"

#include "spool/test_spool.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::string_view_literals;

namespace {

constexpr auto odd_bytes = "\xff\xfe nul\0 \xc3\x28 \xed\xa0\x80 end"sv;

EventDraft full_draft() {
    EventDraft draft;
    draft.topic = "qlik.task";
    draft.id = "task \xc3\xa5";
    draft.level = Level::critical;
    draft.message = odd_bytes;
    draft.details = odd_bytes;
    draft.name = "name\0 with NUL"sv;
    draft.task_name = "\xff";
    draft.group = "";
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{-5}};
    draft.tag("empty", "");
    draft.tag("odd", odd_bytes);
    draft.tag("\xc3\xa5", "utf-8 key");
    draft.field("string", odd_bytes);
    draft.field("empty string", "");
    draft.field("least", std::numeric_limits<std::int64_t>::min());
    draft.field("most", std::numeric_limits<std::int64_t>::max());
    draft.field("nan", std::numeric_limits<double>::quiet_NaN());
    draft.field("infinite", -std::numeric_limits<double>::infinity());
    draft.field("minus zero", -0.0);
    draft.field("tiny", std::numeric_limits<double>::denorm_min());
    draft.field("true", true);
    draft.field("false", false);
    draft.json_field("json", R"({"a":[1,null,"\u0000"]})");
    return draft;
}

EventColumns columns_of(const Event& event, const std::string& record) {
    EventColumns columns;
    columns.sequence = event.sequence();
    columns.received = 1;
    columns.topic = event.topic();
    columns.id = event.id();
    columns.level = static_cast<std::int64_t>(event.level());
    columns.previous_level = static_cast<std::int64_t>(event.previous_level());
    columns.time = event.time();
    columns.duration = event.duration();
    columns.message = event.message();
    columns.record = record;
    return columns;
}

std::string record_of(const Event& event) {
    std::string record;
    append_record(record, event);
    return record;
}

Event event_of(const EventDraft& draft) { return Event{draft.to_abi(), {77, Level::warning, 123456789}}; }

void check_same(const Event& a, const Event& b) {
    CHECK(a.sequence() == b.sequence());
    CHECK(a.level() == b.level());
    CHECK(a.previous_level() == b.previous_level());
    CHECK(a.time() == b.time());
    CHECK(a.duration() == b.duration());
    CHECK(a.size() == b.size());
    for (const auto text :
         {&Event::topic, &Event::id, &Event::message, &Event::details, &Event::name, &Event::task_name, &Event::group})
        CHECK((a.*text)() == (b.*text)());
    REQUIRE(a.tags().size() == b.tags().size());
    for (std::size_t i = 0; i < a.tags().size(); ++i) {
        CHECK(view(a.tags()[i].key) == view(b.tags()[i].key));
        CHECK(view(a.tags()[i].value) == view(b.tags()[i].value));
    }
    REQUIRE(a.fields().size() == b.fields().size());
    for (std::size_t i = 0; i < a.fields().size(); ++i) {
        CHECK(view(a.fields()[i].key) == view(b.fields()[i].key));
        CHECK(a.fields()[i].type == b.fields()[i].type);
        CHECK(a.fields()[i].integer == b.fields()[i].integer);
        CHECK(a.fields()[i].boolean == b.fields()[i].boolean);
        CHECK(std::bit_cast<std::uint64_t>(a.fields()[i].number) == std::bit_cast<std::uint64_t>(b.fields()[i].number));
        CHECK(view(a.fields()[i].text) == view(b.fields()[i].text));
    }
}

/// Reads the bytes from memory of just that size, so that a sanitizer sees what lies beyond.
std::unique_ptr<const Event> read_exactly(const Event& like, const std::string& bytes) {
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    auto columns = columns_of(like, {});
    columns.record = {exact.data(), exact.size()};
    return read_event(columns);
}

}  // namespace

TEST_CASE("an event comes back from its columns and its record as it was") {
    EventDraft bare;
    bare.topic = "t";
    bare.id = "i";
    for (const auto& draft : {bare, full_draft()}) {
        const auto event = event_of(draft);
        const auto record = record_of(event);
        const auto back = read_event(columns_of(event, record));
        REQUIRE(back);
        check_same(event, *back);
    }
}

TEST_CASE("the record's format is what files of earlier releases hold") {
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    draft.details = "D";
    draft.name = "N";
    draft.task_name = "TT";
    draft.tag("k", "v");
    draft.field("b", true);
    draft.field("i", std::int64_t{-2});
    draft.field("s", "x");
    const auto expected =
        "\x01\x01"
        "D\x01N\x02TT\x00\x01\x01k\x01v\x03"sv;
    const auto record = record_of(event_of(draft));
    CHECK(record.substr(0, expected.size()) == expected);
    const auto integer =
        std::string{"\x01i"} + static_cast<char>(TOCSIN_FIELD_INTEGER) + "\xfe" + std::string(7, '\xff');
    const auto boolean =
        std::string{
            "\x01"
            "b"} +
        static_cast<char>(TOCSIN_FIELD_BOOLEAN) + '\x01';
    const auto text = std::string{"\x01s"} + static_cast<char>(TOCSIN_FIELD_STRING) + "\x01x";
    CHECK(record.substr(expected.size()) == boolean + integer + text);
}

TEST_CASE("an event as large as one may be comes back, with strings longer than a size byte holds") {
    const std::string large(max_event_size - 2 - 300, 'x');
    const std::string medium(300, 'y');
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    draft.details = large;
    draft.group = medium;
    REQUIRE_FALSE(Event::fault(draft.to_abi()));
    const auto event = event_of(draft);
    auto record = record_of(event);
    const auto back = read_event(columns_of(event, record));
    REQUIRE(back);
    CHECK(back->details() == large);
    CHECK(back->group() == medium);

    auto columns = columns_of(event, record);
    columns.message = "one byte too many";
    CHECK(read_event(columns) == nullptr);
}

TEST_CASE("a record that was cut anywhere is nothing, and so is one with more behind it") {
    const auto event = event_of(full_draft());
    const auto record = record_of(event);
    for (std::size_t size = 0; size < record.size(); ++size) {
        INFO(size);
        CHECK(read_exactly(event, record.substr(0, size)) == nullptr);
    }
    CHECK(read_exactly(event, record + '\0') == nullptr);
    CHECK(read_exactly(event, record + record) == nullptr);
}

TEST_CASE("whatever byte of a record is changed, nothing or a sound event is read") {
    const auto event = event_of(full_draft());
    const auto record = record_of(event);
    std::size_t sound = 0;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < record.size(); ++at)
        for (const int mask : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff}) {
            auto bytes = record;
            bytes[at] = static_cast<char>(bytes[at] ^ mask);
            const auto back = read_exactly(event, bytes);
            if (!back) {
                ++refused;
                continue;
            }
            ++sound;
            INFO(at << " " << mask);
            CHECK_FALSE(Event::fault(back->abi()));
        }
    CHECK(sound > 0);
    CHECK(refused > 0);
}

TEST_CASE("what no event can have is refused") {
    const auto event = event_of(full_draft());
    const auto record = record_of(event);
    const auto refused = [&](auto change) {
        auto columns = columns_of(event, record);
        change(columns);
        return read_event(columns) == nullptr;
    };
    CHECK_FALSE(refused([](EventColumns&) {}));
    CHECK(refused([](EventColumns& columns) { columns.level = -1; }));
    CHECK(refused([](EventColumns& columns) { columns.level = 4; }));
    CHECK(refused([](EventColumns& columns) { columns.level = std::int64_t{1} << 32; }));
    CHECK(refused([](EventColumns& columns) { columns.previous_level = 4; }));
    CHECK(refused([](EventColumns& columns) { columns.previous_level = -1; }));
    CHECK(refused([](EventColumns& columns) { columns.topic = {}; }));
    CHECK(refused([](EventColumns& columns) { columns.id = {}; }));
    CHECK(refused([](EventColumns& columns) { columns.id = "\xff"; }));
    CHECK(refused([](EventColumns& columns) { columns.record = {}; }));
    CHECK(refused([](EventColumns& columns) { columns.record = "\x02\0\0\0\0\0\0"sv; }));
    CHECK_FALSE(refused([](EventColumns& columns) { columns.record = "\x01\0\0\0\0\0\0"sv; }));
}

TEST_CASE("numbers that lie cost neither memory nor time") {
    const auto event = event_of(full_draft());
    const std::string_view endless = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    for (const auto& bytes : {
             std::string{"\x01"} + std::string{endless},                                 // size of details
             std::string{"\x01\0\0\0\0", 5} + std::string{endless},                      // count of tags
             std::string{"\x01\0\0\0\0\0", 6} + std::string{endless},                    // count of fields
             std::string{"\x01\0\0\0\0\0\x01\x01k", 9} + std::string{endless},           // type of a field
             std::string{"\x01\0\0\0\0", 5} + std::string(100, '\x80'),                  // a number without an end
             std::string{"\x01\0\0\0\0\xc0\x84\x3d", 8} + std::string(1'000'000, '\0'),  // a million empty tags
         }) {
        INFO(bytes.size());
        CHECK(read_exactly(event, bytes) == nullptr);
    }
}
