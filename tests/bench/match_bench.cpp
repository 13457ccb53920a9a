#include "route/match.hpp"

#include "bench_event.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

void run(benchmark::State& state, const std::string& text) {
    const tocsin::core::Match match{text};
    const auto event = tocsin::bench::task_failure();
    for (auto _ : state) benchmark::DoNotOptimize(match(event));
}

#define TOCSIN_MATCH(name, text)                             \
    void name(benchmark::State& state) { run(state, text); } \
    BENCHMARK(name)

// What handler files say.
TOCSIN_MATCH(level_and_changed, "level() >= WARNING AND changed() == TRUE");
TOCSIN_MATCH(one_tag, "\"hostName\" == 'sense1'");
TOCSIN_MATCH(tag_name_and_level, "name() == 'task.failure' AND \"logLevel\" == 'ERROR' AND level() == CRITICAL");
TOCSIN_MATCH(regex, "\"taskName\" =~ /^Reload (sales|stock)/");
TOCSIN_MATCH(five_hosts,
             "\"hostName\" == 'a1' OR \"hostName\" == 'a2' OR \"hostName\" == 'a3' OR \"hostName\" == 'a4' OR "
             "\"hostName\" == 'sense1'");
TOCSIN_MATCH(text_functions, "strHasPrefix(\"user\", 'LAB') AND strContains(\"appName\", 'app')");

// What makes texts.
TOCSIN_MATCH(lower_case, "strToLower(\"hostName\") == 'sense1'");
TOCSIN_MATCH(concatenation, "\"hostName\" + '/' + \"user\" == 'sense1/LAB\\operator'");
TOCSIN_MATCH(replacement, "regexReplace(/^(\\w+)\\\\(\\w+)$/, \"user\", '$2@$1') == 'operator@LAB'");
TOCSIN_MATCH(trimming, "strTrim(\"user\", 'åäöLAB') == '\\operator'");

// Heavy ones.
TOCSIN_MATCH(arithmetic,
             "(strLength(\"user\") * 3 + strLength(\"hostName\") * 5 - 7) % 11 < 20 AND 2 * 5m + 10m / 4 >= 1m");
void hundred_hosts(benchmark::State& state) {
    std::string text = "\"hostName\" == 'host0'";
    for (int i = 1; i < 100; ++i) text += " OR \"hostName\" == 'host" + std::to_string(i) + "'";
    run(state, text);
}
BENCHMARK(hundred_hosts);

}  // namespace

BENCHMARK_MAIN();
