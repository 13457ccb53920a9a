#include "plugin/option_specs.hpp"

#include <tocsin/option.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin::core;
using tocsin::Option;

namespace {

std::vector<OptionSpec> read(const std::vector<Option>& options, OptionScope scope) {
    return read_specs(options.data(), options.size(), scope);
}

}  // namespace

TEST_CASE("a declared option arrives whole") {
    const auto specs = read({Option{"broker-name", tocsin::string, "which"}.optional().role(TOCSIN_ROLE_INSTANCE),
                             Option{"topic", tocsin::rendered, "where"}.mqtt_topic(),
                             Option{"qos", tocsin::choice, "how"}.choices("0|1|2").defaults("1"),
                             Option{"window", tocsin::integer, "many"}.defaults("100").range(1, 65535),
                             Option{"password", tocsin::string, "secret"}.optional().secret()},
                            OptionScope::handler);
    REQUIRE(specs.size() == 5);
    CHECK(specs[0].role == TOCSIN_ROLE_INSTANCE);
    CHECK_FALSE(specs[0].required);
    CHECK(specs[1].required);
    CHECK(specs[1].type == tocsin::OptionType::rendered);
    CHECK(specs[1].escape == TOCSIN_ESCAPE_MQTT_TOPIC);
    CHECK(specs[2].choices == std::vector<std::string>{"0", "1", "2"});
    CHECK(specs[2].default_value == "1");
    CHECK(specs[3].ranged);
    CHECK(specs[3].minimum == 1);
    CHECK(specs[3].maximum == 65535);
    CHECK(specs[4].secret);
    CHECK(with_role(specs, TOCSIN_ROLE_INSTANCE) == &specs[0]);
    CHECK(with_role(specs, TOCSIN_ROLE_NAME) == nullptr);
}

TEST_CASE("declarations that break a rule are refused") {
    const auto refused = [](const std::vector<Option>& options, OptionScope scope) {
        CHECK_THROWS_AS(read(options, scope), std::runtime_error);
    };
    refused({Option{"", tocsin::string, ""}}, OptionScope::instance);
    refused({Option{"Topic", tocsin::string, ""}}, OptionScope::instance);
    refused({Option{"a--b", tocsin::string, ""}}, OptionScope::instance);
    refused({Option{"a", tocsin::string, ""}, Option{"a", tocsin::integer, ""}}, OptionScope::instance);
    refused({Option{"a", tocsin::rendered, ""}}, OptionScope::instance);
    refused({Option{"a", tocsin::rendered_table, ""}}, OptionScope::instance);
    refused({Option{"a", tocsin::rendered_table, ""}.defaults("x")}, OptionScope::handler);
    refused({Option{"a", tocsin::rendered_table, ""}.mqtt_topic()}, OptionScope::handler);
    refused({Option{"a", static_cast<tocsin::OptionType>(TOCSIN_OPTION_TEMPLATE_TABLE + 1), ""}}, OptionScope::handler);
    CHECK_NOTHROW(read({Option{"a", tocsin::rendered_table, ""}.optional()}, OptionScope::handler));
    refused({Option{"a", tocsin::choice, ""}}, OptionScope::handler);
    refused({Option{"a", tocsin::integer, ""}.range(2, 1)}, OptionScope::handler);
    refused({Option{"a", tocsin::string, ""}.role(TOCSIN_ROLE_NAME)}, OptionScope::handler);
    refused({Option{"a", tocsin::string, ""}.role(TOCSIN_ROLE_INSTANCE)}, OptionScope::instance);
    refused({Option{"a", tocsin::string, ""}.role(TOCSIN_ROLE_ENABLED)}, OptionScope::instance);
    refused({Option{"a", tocsin::string, ""}.role(99)}, OptionScope::instance);
    refused({Option{"a", static_cast<tocsin::OptionType>(99), ""}}, OptionScope::instance);
    refused({Option{std::string(65, 'a'), tocsin::string, ""}}, OptionScope::instance);
    refused({Option{"a", tocsin::integer, ""}.range(1, 10).defaults("11")}, OptionScope::instance);
    refused({Option{"a", tocsin::integer, ""}.defaults("one")}, OptionScope::handler);
    refused({Option{"a", tocsin::boolean, ""}.defaults("maybe")}, OptionScope::instance);
    refused({Option{"a", tocsin::duration, ""}.defaults("5 apples")}, OptionScope::instance);
    refused({Option{"a", tocsin::choice, ""}.choices("0|1").defaults("2")}, OptionScope::handler);
    refused({Option{"a", tocsin::list, ""}.defaults("[1]")}, OptionScope::handler);
    auto long_help = Option{"a", tocsin::string, ""};
    long_help.help = {"help", UINT64_MAX};
    refused({long_help}, OptionScope::instance);
    auto long_name = Option{"a", tocsin::string, ""};
    long_name.name = {"A", UINT64_MAX};
    refused({long_name}, OptionScope::instance);
    auto odd = Option{"a", tocsin::string, ""};
    odd.struct_size += 1;
    refused({odd}, OptionScope::instance);
    CHECK_THROWS_AS(read_specs(nullptr, 1, OptionScope::instance), std::runtime_error);
    CHECK_THROWS_AS(read_specs(&odd, UINT64_MAX, OptionScope::instance), std::runtime_error);
    CHECK(read_specs(nullptr, 0, OptionScope::instance).empty());
    auto short_one = Option{"a", tocsin::string, ""};
    short_one.struct_size = 8;
    refused({short_one}, OptionScope::instance);
}

TEST_CASE("options of a later minor version are read by their own size") {
    struct Longer {
        tocsin_option option;
        std::uint64_t added_later;
    };
    std::array<Longer, 2> options{{{Option{"one", tocsin::string, ""}, 7}, {Option{"two", tocsin::string, ""}, 7}}};
    for (auto& longer : options) longer.option.struct_size = sizeof(Longer);
    const auto specs = read_specs(&options[0].option, options.size(), OptionScope::instance);
    REQUIRE(specs.size() == 2);
    CHECK(specs[1].name == "two");
}
