#pragma once

#include <string>
#include <vector>

namespace tocsin::bench {

/// The document that the benchmark writes: facts of the machine, and a table of targets.
class Report {
  public:
    enum class Verdict { hit, miss, unproven, none };

    /// Says it on standard error too.
    void add(const std::string& what, const std::string& target, const std::string& measured, Verdict verdict);

    /// Writes Markdown. Throws std::runtime_error.
    void write(const std::string& file, int rounds, double seconds) const;

  private:
    std::vector<std::string> rows_;
};

/// A number with so many decimals, thousands apart by commas.
std::string number(double value, int decimals = 0);

inline Report::Verdict verdict(bool reached) { return reached ? Report::Verdict::hit : Report::Verdict::miss; }

}  // namespace tocsin::bench
