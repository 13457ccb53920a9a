#pragma once

#include "base/histogram.hpp"
#include "daemon/counts.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {

/// Metrics of the same name, gathered under it, to be written as text.
class MetricFamilies {
  public:
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    MetricFamilies();
    ~MetricFamilies();

    /// The counter `name` + "_total" or the gauge `name`, with `help` of the first of them (its name, when that is
    /// empty). Label values may hold
    /// anything. Never twice with the same name and labels.
    void add_counter(const std::string& name, std::string_view help, const Labels& labels, double value);
    void add_gauge(const std::string& name, std::string_view help, const Labels& labels, double value);
    void add_histogram(const std::string& name, std::string_view help, const Labels& labels, const Histogram::Sum& sum);
    /// Each of `counts` as `prefix` + its name.
    void add(const std::string& prefix, const std::vector<Count>& counts, const Labels& labels);

    std::string text() const;

  private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace tocsin::core
