#include "user_properties.hpp"

#include <doctest/doctest.h>

using mqtt::read_user_properties;
using mqtt::UserProperties;

TEST_CASE("user properties keep their order and their doubles") {
    UserProperties read{{"old", "gone"}};
    CHECK(read_user_properties(R"({"z":"1","a":"\"\u00e5\n","":"","z":"2"})", read).empty());
    CHECK(read == UserProperties{{"z", "1"}, {"a", "\"\xc3\xa5\n"}, {"", ""}, {"z", "2"}});
    CHECK(read_user_properties("{}", read).empty());
    CHECK(read.empty());
}

TEST_CASE("user properties that MQTT cannot carry") {
    UserProperties read;
    const std::string most(65535, 'x');
    CHECK(read_user_properties("{\"" + most + "\":\"" + most + "\"}", read).empty());
    CHECK(read_user_properties("{\"" + most + "x\":\"\"}", read) ==
          "the name of a user property is longer than 65,535 bytes");
    CHECK(read_user_properties("{\"a\":\"" + most + "x\"}", read) ==
          "the value of a user property is longer than 65,535 bytes");
    CHECK(read_user_properties(R"({"a\u0000":"b"})", read) == "the name of a user property contains a NUL character");
    CHECK(read_user_properties(R"({"a":"b\u0000"})", read) == "the value of a user property contains a NUL character");
    CHECK(read_user_properties(R"({"a":1})", read) == "a user property is no string");
    for (const char* text : {"", "[]", "{", "null", "{\"a\":\"\xff\"}"})
        CHECK(read_user_properties(text, read) == "the user properties are no JSON object");
}
