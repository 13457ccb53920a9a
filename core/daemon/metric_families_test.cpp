#include "daemon/metric_families.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

std::string counter_line(std::string_view label) {
    MetricFamilies families;
    families.add_counter("x", "help", {{"name", label}}, 7);
    const auto text = families.text();
    const std::string head = "# HELP x_total help\n# TYPE x_total counter\n";
    CHECK(text.starts_with(head));
    return text.substr(head.size());
}

}  // namespace

TEST_CASE("label values hold whatever names hold") {
    CHECK(counter_line("plant") == "x_total{name=\"plant\"} 7\n");
    CHECK(counter_line("") == "x_total{name=\"\"} 7\n");
    CHECK(counter_line("a\"b\\c\nd") == "x_total{name=\"a\\\"b\\\\c\\nd\"} 7\n");
    CHECK(counter_line("å €") == "x_total{name=\"å €\"} 7\n");
    CHECK(counter_line("a\xff\\") == "x_total{name=\"a\\\\xff\\\\\\\\\"} 7\n");
}

TEST_CASE("help stays on its line") {
    const auto help = [](std::string_view text) {
        MetricFamilies families;
        families.add_gauge("x", text, {}, 1);
        return families.text();
    };
    CHECK(help("one\ntwo \\ \"three\"") == "# HELP x one\\ntwo \\\\ \"three\"\n# TYPE x gauge\nx 1\n");
    CHECK(help("a\xff") == "# HELP x a\\\\xff\n# TYPE x gauge\nx 1\n");
    CHECK(help("") == "# HELP x x\n# TYPE x gauge\nx 1\n");
}

TEST_CASE("metrics of one name stand together, with the first one's help") {
    MetricFamilies families;
    families.add_counter("x", "first", {{"n", "1"}}, 1);
    families.add_gauge("y", "y", {}, 2.5);
    families.add_counter("x", "second", {{"n", "2"}}, 9007199254740991);
    CHECK(families.text() ==
          "# HELP x_total first\n# TYPE x_total counter\nx_total{n=\"1\"} 1\nx_total{n=\"2\"} 9007199254740991\n"
          "# HELP y y\n# TYPE y gauge\ny 2.5\n");
}

TEST_CASE("counts get the prefix, and _total unless they go up and down") {
    MetricFamilies families;
    families.add("p_", {{"up", "Up.", 1, false}, {"both", "Both.", 2, true}}, {});
    CHECK(families.text() ==
          "# HELP p_up_total Up.\n# TYPE p_up_total counter\np_up_total 1\n"
          "# HELP p_both Both.\n# TYPE p_both gauge\np_both 2\n");
}

TEST_CASE("a histogram's buckets add up") {
    Histogram histogram;
    histogram.record(10us);
    histogram.record(15us);
    histogram.record(200s);
    Histogram::Sum sum;
    sum.add(histogram);
    MetricFamilies families;
    families.add_histogram("h_seconds", "H.", {{"n", "1"}}, sum);
    const auto text = families.text();
    for (const std::string line :
         {"# TYPE h_seconds histogram\n", "h_seconds_count{n=\"1\"} 3\n", "h_seconds_sum{n=\"1\"} 200.000025\n",
          "h_seconds_bucket{n=\"1\",le=\"1e-05\"} 1\n", "h_seconds_bucket{n=\"1\",le=\"2e-05\"} 2\n",
          "h_seconds_bucket{n=\"1\",le=\"0.001\"} 2\n", "h_seconds_bucket{n=\"1\",le=\"100\"} 2\n",
          "h_seconds_bucket{n=\"1\",le=\"+Inf\"} 3\n"}) {
        CAPTURE(line);
        INFO(text);
        CHECK(text.find(line) != std::string::npos);
    }
}
