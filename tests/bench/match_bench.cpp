#include "route/match.hpp"

#include "bench_event.hpp"

#include <benchmark/benchmark.h>

namespace {

void level_and_changed(benchmark::State& state) {
    const tocsin::core::Match match{"level() >= WARNING AND changed() == TRUE"};
    const auto event = tocsin::bench::task_failure();
    for (auto _ : state) benchmark::DoNotOptimize(match(event));
}
BENCHMARK(level_and_changed);

}  // namespace

BENCHMARK_MAIN();
