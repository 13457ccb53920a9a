#include <tocsin/event.hpp>

#include <doctest/doctest.h>

#include <string_view>

using tocsin::Level;

TEST_CASE("a level and its name") {
    for (const auto level : {Level::ok, Level::info, Level::warning, Level::critical}) {
        CAPTURE(tocsin::name_of(level));
        CHECK(tocsin::level_named(tocsin::name_of(level)) == level);
    }
    CHECK(tocsin::level_named("WARNING") == Level::warning);
    for (const std::string_view none : {"", "critical", "CRIT", "OK ", "CRITICAL2"}) {
        CAPTURE(none);
        CHECK_FALSE(tocsin::level_named(none).has_value());
    }
}
