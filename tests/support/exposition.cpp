#include "exposition.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <regex>
#include <set>
#include <stdexcept>
#include <utility>

namespace tocsin::testing {
namespace {

const std::regex metric_name{"[a-zA-Z_:][a-zA-Z0-9_:]*"};
const std::regex label_name{"[a-zA-Z_][a-zA-Z0-9_]*"};

void must(bool holds, const std::string& what, std::string_view line) {
    if (!holds) throw std::runtime_error{what + ": " + std::string{line}};
}

double number(const std::string& text, std::string_view line) {
    char* end = nullptr;
    const double value = text == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(text.c_str(), &end);
    must(text == "+Inf" || (!text.empty() && *end == '\0'), "no number", line);
    return value;
}

/// Reads `{name="value",...}` from `at` on.
Exposition::Labels read_labels(std::string_view line, std::size_t& at) {
    Exposition::Labels labels;
    if (at >= line.size() || line[at] != '{') return labels;
    for (++at; line.substr(at, 1) != "}";) {
        const auto equals = line.find("=\"", at);
        must(equals != std::string_view::npos, "no label", line);
        const std::string name{line.substr(at, equals - at)};
        must(std::regex_match(name, label_name), "no name of a label", line);
        std::string value;
        for (at = equals + 2; line.substr(at, 1) != "\""; ++at) {
            must(at < line.size(), "a label without an end", line);
            if (line[at] == '\\') {
                ++at;
                const auto escape = line.substr(at, 1);
                must(escape == "\\" || escape == "\"" || escape == "n", "an unknown escape", line);
                value += escape == "n" ? '\n' : escape.front();
            } else {
                value += line[at];
            }
        }
        must(labels.emplace(name, value).second, "a label twice", line);
        ++at;
        if (line.substr(at, 1) == ",")
            ++at;
        else
            must(line.substr(at, 1) == "}", "no end of labels", line);
    }
    ++at;
    return labels;
}

Exposition::Sample read_sample(std::string_view line) {
    Exposition::Sample sample;
    auto at = line.find_first_of("{ ");
    must(at != std::string_view::npos, "no sample", line);
    sample.name = line.substr(0, at);
    must(std::regex_match(sample.name, metric_name), "no name of a metric", line);
    sample.labels = read_labels(line, at);
    must(line.substr(at, 1) == " ", "no value", line);
    sample.value = number(std::string{line.substr(at + 1)}, line);
    return sample;
}

}  // namespace

Exposition::Exposition(std::string_view text) {
    must(text.ends_with('\n'), "no end of line at the end", "");
    Family* family = nullptr;
    std::string name;
    std::set<std::pair<std::string, Labels>> seen;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        if (line.starts_with("# HELP ")) {
            const auto rest = line.substr(7);
            name = rest.substr(0, rest.find(' '));
            must(std::regex_match(name, metric_name), "no name of a family", line);
            must(rest.size() > name.size() + 1, "no help", line);
            const auto [at, is_new] = families_.try_emplace(name);
            must(is_new, "a family twice", line);
            family = &at->second;
            family->help = rest.substr(name.size() + 1);
        } else if (line.starts_with("# TYPE ")) {
            must(family != nullptr && family->type.empty() && family->samples.empty(), "TYPE out of place", line);
            must(line.starts_with("# TYPE " + name + " "), "TYPE of another family", line);
            family->type = line.substr(8 + name.size());
        } else {
            must(family != nullptr && !family->type.empty(), "a sample without HELP and TYPE", line);
            auto sample = read_sample(line);
            must(seen.emplace(sample.name, sample.labels).second, "a sample twice", line);
            family->samples.push_back(std::move(sample));
        }
    }
    for (const auto& [known, all] : families_) check(known, all);
}

void Exposition::check(const std::string& name, const Family& family) const {
    must(!family.samples.empty(), "a family without samples", name);
    if (family.type == "histogram") {
        std::map<Labels, std::vector<std::pair<double, double>>> buckets;
        for (const auto& [sample, labels, value] : family.samples) {
            if (sample != name + "_bucket") {
                must(sample == name + "_sum" || sample == name + "_count", "not of this histogram", sample);
                continue;
            }
            auto others = labels;
            must(others.erase("le") == 1, "a bucket without le", sample);
            buckets[others].emplace_back(number(labels.at("le"), sample), value);
        }
        for (const auto& [labels, list] : buckets) {
            for (std::size_t i = 1; i < list.size(); ++i)
                must(list[i].first > list[i - 1].first && list[i].second >= list[i - 1].second, "buckets fall", name);
            must(std::isinf(list.back().first), "no bucket +Inf", name);
            must(list.back().second == sum(name + "_count", labels), "the count is not that of +Inf", name);
        }
        return;
    }
    must(family.type == "counter" || family.type == "gauge", "an unknown type", name + " " + family.type);
    must((family.type == "counter") == name.ends_with("_total"), "_total is for counters", name);
    for (const auto& sample : family.samples) {
        must(sample.name == name, "a sample of another family", sample.name);
        must(sample.value >= 0, "a negative value", sample.name);
    }
}

double Exposition::sum(const std::string& name, const Labels& labels) const {
    double sum = 0;
    for (const auto& [known, family] : families_) {
        if (!name.starts_with(known)) continue;
        for (const auto& sample : family.samples) {
            bool suits = sample.name == name;
            for (const auto& [label, value] : labels) {
                const auto found = sample.labels.find(label);
                suits = suits && found != sample.labels.end() && found->second == value;
            }
            if (suits) sum += sample.value;
        }
    }
    return sum;
}

std::vector<Exposition::Labels> Exposition::labels_of(const std::string& name) const {
    std::vector<Labels> all;
    if (const auto family = families_.find(name); family != families_.end())
        for (const auto& sample : family->second.samples) all.push_back(sample.labels);
    return all;
}

}  // namespace tocsin::testing
