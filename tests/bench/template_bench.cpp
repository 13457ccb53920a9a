#include "route/template.hpp"

#include "bench_event.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

void message(benchmark::State& state) {
    const tocsin::core::Template text{"{{ .Message }}", TOCSIN_ESCAPE_NONE};
    const auto event = tocsin::bench::task_failure();
    std::string out;
    for (auto _ : state) {
        out.clear();
        benchmark::DoNotOptimize(text.render(event, out));
    }
}
BENCHMARK(message);

}  // namespace

BENCHMARK_MAIN();
