#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

/// Prometheus' text format, read strictly: every family once, with HELP and TYPE before its samples, names and escapes
/// as they must be, no sample twice, counters that end in _total, histograms whose buckets add up.
class Exposition {
  public:
    using Labels = std::map<std::string, std::string>;
    struct Sample {
        std::string name;
        Labels labels;
        double value = 0;
    };
    struct Family {
        std::string help;
        std::string type;
        std::vector<Sample> samples;
    };

    /// Throws std::runtime_error with the line that is wrong.
    explicit Exposition(std::string_view text);

    const std::map<std::string, Family>& families() const noexcept { return families_; }

    /// The sum of the samples of that name that have these labels among theirs; 0 when there is none.
    double sum(const std::string& name, const Labels& labels = {}) const;
    /// The label sets of all samples of that name.
    std::vector<Labels> labels_of(const std::string& name) const;

  private:
    void check(const std::string& name, const Family& family) const;

    std::map<std::string, Family> families_;
};

}  // namespace tocsin::testing
