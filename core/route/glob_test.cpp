#include "route/glob.hpp"

#include <doctest/doctest.h>

using namespace tocsin::core;

TEST_CASE("a glob matches whole alert topics") {
    CHECK(glob_matches("qlik.*", "qlik.task"));
    CHECK(glob_matches("*", ""));
    CHECK(glob_matches("*", "anything"));
    CHECK(glob_matches("q?ik.t*k", "qlik.task"));
    CHECK(glob_matches("*a*b*c", "xxaxxbxxbxxc"));
    CHECK(glob_matches("qlik.task", "qlik.task"));
    CHECK_FALSE(glob_matches("qlik.*", "qlik"));
    CHECK_FALSE(glob_matches("qlik.task", "qlik.tasks"));
    CHECK_FALSE(glob_matches("?", ""));
    CHECK_FALSE(glob_matches("*a*b*c", "xxaxxbxxbxx"));
    CHECK_FALSE(glob_matches("", "a"));
}

TEST_CASE("a name with * or ? is a glob") {
    CHECK(is_glob("qlik.*"));
    CHECK(is_glob("cpu?"));
    CHECK_FALSE(is_glob("qlik.task"));
}
