#include "exposition.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::testing;

TEST_CASE("what Prometheus would take is read") {
    const Exposition read{
        "# HELP a_total A, with \\\\.\n# TYPE a_total counter\na_total{x=\"1\",y=\"q\\\"\\\\\\n}\"} "
        "3\na_total{x=\"2\"} 4\n"
        "# HELP h H\n# TYPE h histogram\nh_count 2\nh_sum 1.5\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"};
    CHECK(read.sum("a_total") == 7);
    CHECK(read.sum("a_total", {{"x", "1"}}) == 3);
    CHECK(read.sum("a_total", {{"z", "1"}}) == 0);
    CHECK(read.labels_of("a_total").front().at("y") == "q\"\\\n}");
    CHECK(read.sum("h_count") == 2);
    CHECK(read.families().at("h").type == "histogram");
}

TEST_CASE("what it would not take is told") {
    const std::string head = "# HELP a_total A\n# TYPE a_total counter\n";
    for (const std::string& text :
         {std::string{""},
          head,
          head + "a_total 1",
          head + "a_total x\n",
          head + "a_total\n",
          head + "a_total -1\n",
          head + "a_total 1\na_total 1\n",
          head + "b_total 1\n",
          std::string{"a_total 1\n"},
          std::string{"# HELP a_total A\na_total 1\n"},
          std::string{"# TYPE a_total counter\na_total 1\n"},
          std::string{"# HELP a A\n# TYPE a counter\na 1\n"},
          std::string{"# HELP a_total A\n# TYPE a_total gauge\na_total 1\n"},
          head + "a_total 1\n" + head + "a_total{x=\"1\"} 1\n",
          head + "a_total{x=\"\\q\"} 1\n",
          head + "a_total{x-y=\"\"} 1\n",
          head + "a_total{x=\"\"y=\"\"} 1\n",
          head + "a_total{x=\"} 1\n",
          head + "a_total{x=\"1\",x=\"2\"} 1\n",
          head + "a-b_total 1\n",
          std::string{"# HELP a_total \n# TYPE a_total counter\na_total 1\n"},
          std::string{"# HELP h H\n# TYPE h histogram\nh_count 2\nh_sum 1\nh_bucket{le=\"1\"} 2\n"},
          std::string{"# HELP h H\n# TYPE h histogram\nh_count 3\nh_sum 1\nh_bucket{le=\"+Inf\"} 2\n"},
          std::string{
              "# HELP h H\n# TYPE h histogram\nh_count 1\nh_sum 1\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n"}}) {
        CAPTURE(text);
        CHECK_THROWS(Exposition{text});
    }
}
