#include "route/mqtt_topic.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace tocsin::core {
namespace {

using namespace std::string_view_literals;

std::string level(std::string_view data) {
    std::string out = "x";
    append_mqtt_level(out, data);
    return out.substr(1);
}

std::string levels(std::string_view data) {
    std::string out = "x";
    append_mqtt_levels(out, data);
    return out.substr(1);
}

TEST_CASE("data stays inside its topic level") {
    CHECK(level("") == "");
    CHECK(level("db1.example.org_-~!*'(),:;@&=$ \"<>\\^`{|}") == "db1.example.org_-~!*'(),:;@&=$ \"<>\\^`{|}");
    CHECK(level("a/b") == "a%2Fb");
    CHECK(level("+#%") == "%2B%23%25");
    CHECK(level("%2F") == "%252F");
    CHECK(level("\0\x01\x1f\n\r\t\x7f"sv) == "%00%01%1F%0A%0D%09%7F");
    CHECK(level("\u0080\u0085\u009f") == "%C2%80%C2%85%C2%9F");
    CHECK(level("\u00a0åäö日本\U0001F600") == "\u00a0åäö日本\U0001F600");
    CHECK(level("\ufdcf\ufdd0\ufdef\ufdf0") == "\ufdcf%EF%B7%90%EF%B7%AF\ufdf0");
    CHECK(level("\ufffd\ufffe\uffff\U0001FFFE\U0010FFFF") == "\ufffd%EF%BF%BE%EF%BF%BF%F0%9F%BF%BE%F4%8F%BF%BF");
    // invalid bytes, a cut sequence, an overlong slash, a surrogate
    CHECK(level("a\xff\xc3") == "a%FF%C3");
    CHECK(level("\xe2\x82x") == "%E2%82x");
    CHECK(level("\xc0\xaf") == "%C0%AF");
    CHECK(level("\xed\xa0\x80") == "%ED%A0%80");
}

TEST_CASE("levels keep their slashes, and empty ones are told apart") {
    CHECK(levels("a/b/c") == "a/b/c");
    CHECK(levels("") == "%-");
    CHECK(levels("/") == "%-/%-");
    CHECK(levels("/a//b/") == "%-/a/%-/b/%-");
    CHECK(levels("a/+/#/%-") == "a/%2B/%23/%25-");
    CHECK(levels("a/\n") == "a/%0A");
}

TEST_CASE("every result can be part of a topic, and no two data give the same") {
    constexpr std::string_view bytes[] = {"a", "/",    "+",    "#",    "%",  "-", "2",
                                          "F", "\xff", "\xc2", "\x85", "\n", "å", "\0"sv};
    std::set<std::string> data{""};
    for (int length = 0; length < 3; ++length) {
        auto longer = data;
        for (const auto& text : data)
            for (const auto byte : bytes) longer.insert(text + std::string{byte});
        data = std::move(longer);
    }
    std::set<std::string> one_level;
    std::set<std::string> all_levels;
    for (const auto& text : data) {
        const auto encoded = level(text);
        CHECK(encoded.find('/') == std::string::npos);
        CHECK_FALSE(mqtt_text_fault(encoded).has_value());
        CHECK_FALSE(mqtt_text_fault(levels(text)).has_value());
        CHECK(("/" + levels(text) + "/").find("//") == std::string::npos);
        one_level.insert(encoded);
        all_levels.insert(levels(text));
    }
    CHECK(data.size() > 2000);
    CHECK(one_level.size() == data.size());
    CHECK(all_levels.size() == data.size());
}

TEST_CASE("faults of literal text") {
    CHECK_FALSE(mqtt_text_fault("").has_value());
    CHECK_FALSE(mqtt_text_fault("a/b//c %$ å").has_value());
    const auto offset = [](std::string_view text) {
        const auto fault = mqtt_text_fault(text);
        return fault ? static_cast<int>(fault->offset) : -1;
    };
    CHECK(offset("ab+") == 2);
    CHECK(offset("å#") == 2);
    CHECK(offset("a\0"sv) == 1);
    CHECK(offset("a\nb") == 1);
    CHECK(offset("\u0085") == 0);
    CHECK(offset("a\uffff") == 1);
    CHECK(offset("abc\xc3") == 3);
    CHECK(mqtt_text_fault("+")->text.find("wildcard") != std::string_view::npos);
    CHECK(mqtt_text_fault("\0"sv)->text.find("NUL") != std::string_view::npos);
    CHECK(mqtt_text_fault("\xff")->text.find("UTF-8") != std::string_view::npos);
}

TEST_CASE("faults of whole topics") {
    CHECK(mqtt_topic_fault("").value_or("").find("empty") != std::string_view::npos);
    CHECK(mqtt_topic_fault("$SYS/x").value_or("").find("$") != std::string_view::npos);
    CHECK_FALSE(mqtt_topic_fault("a$").has_value());
    CHECK_FALSE(mqtt_topic_fault(std::string(65'535, 'a')).has_value());
    CHECK(mqtt_topic_fault(std::string(65'536, 'a')).value_or("").find("65,535") != std::string_view::npos);
}

}  // namespace
}  // namespace tocsin::core
