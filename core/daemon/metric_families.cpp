#include "daemon/metric_families.hpp"

#include "base/text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>

namespace tocsin::core {
namespace {

/// The serializer writes help texts as they are.
std::string one_line(std::string_view help) {
    std::string text;
    for (const char c : is_utf8(help) ? std::string{help} : escaped(help)) {
        if (c == '\\')
            text += "\\\\";
        else if (c == '\n')
            text += "\\n";
        else
            text += c;
    }
    return text;
}

}  // namespace

struct MetricFamilies::Families {
    std::vector<prometheus::MetricFamily> list;
    std::map<std::string, std::size_t, std::less<>> by_name;

    prometheus::ClientMetric& add(const std::string& name, std::string_view help, prometheus::MetricType type,
                                  const Labels& labels) {
        const auto [known, is_new] = by_name.try_emplace(name, list.size());
        if (is_new) list.push_back({name, one_line(help.empty() ? name : help), type, {}});
        auto& metric = list[known->second].metric.emplace_back();
        for (const auto& [label, value] : labels)
            metric.label.push_back({std::string{label}, is_utf8(value) ? std::string{value} : escaped(value)});
        return metric;
    }
};

MetricFamilies::MetricFamilies() : families_{std::make_unique<Families>()} {}
MetricFamilies::~MetricFamilies() = default;

void MetricFamilies::add_counter(const std::string& name, std::string_view help, const Labels& labels, double value) {
    families_->add(name + "_total", help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricFamilies::add_gauge(const std::string& name, std::string_view help, const Labels& labels, double value) {
    families_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricFamilies::add_histogram(const std::string& name, std::string_view help, const Labels& labels,
                                   const Histogram::Sum& sum) {
    auto& histogram = families_->add(name, help, prometheus::MetricType::Histogram, labels).histogram;
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
        histogram.sample_count += sum.buckets[i];
        histogram.bucket.push_back(
            {histogram.sample_count, std::chrono::duration<double>{Histogram::bounds[i]}.count()});
    }
    histogram.sample_count += sum.buckets.back();
    histogram.sample_sum = sum.seconds;
}

void MetricFamilies::add(const std::string& prefix, const std::vector<Count>& counts, const Labels& labels) {
    for (const auto& [name, help, value, is_gauge] : counts) {
        const auto add_one = is_gauge ? &MetricFamilies::add_gauge : &MetricFamilies::add_counter;
        (this->*add_one)(prefix + name, help, labels, static_cast<double>(value));
    }
}

std::string MetricFamilies::text() const { return prometheus::TextSerializer{}.Serialize(families_->list); }

}  // namespace tocsin::core
