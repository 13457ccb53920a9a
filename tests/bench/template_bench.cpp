#include "route/template.hpp"

#include "bench_event.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace {

void render(benchmark::State& state, std::string_view text, std::uint32_t escape) {
    const tocsin::core::Template compiled{text, escape};
    const auto event = tocsin::bench::task_failure();
    std::string out;
    for (auto _ : state) {
        out.clear();
        benchmark::DoNotOptimize(compiled.render(event, out));
    }
}

BENCHMARK_CAPTURE(render, message, "{{ .Message }}", TOCSIN_ESCAPE_NONE);
BENCHMARK_CAPTURE(render, topic, "tasks/{{ index .Tags \"hostName\" }}/{{ .TaskName }}/{{ .Level }}",
                  TOCSIN_ESCAPE_MQTT_TOPIC);
BENCHMARK_CAPTURE(render, choice,
                  "{{ if eq .Level \"CRITICAL\" }}failed{{ else if eq .Level \"OK\" }}fine{{ else }}bad{{ end }}: "
                  "{{ .TaskName }} on {{ .Tags.hostName }}",
                  TOCSIN_ESCAPE_NONE);
BENCHMARK_CAPTURE(render, printf, "{{ printf \"%-8s %q %.2f\" .Level .TaskName .Fields.value }}", TOCSIN_ESCAPE_NONE);
#ifndef TOCSIN_BENCH_WITHOUT_LOOPS
BENCHMARK_CAPTURE(render, range, "{{ range $name, $value := .Tags }}{{ $name }}={{ $value }} {{ end }}",
                  TOCSIN_ESCAPE_NONE);
BENCHMARK_CAPTURE(
    render, define,
    "{{ define \"q\" }}{{ if . }}\"{{ . }}\"{{ else }}unknown{{ end }}{{ end }}{{ template \"q\" .TaskName }} "
    "{{ template \"q\" .Tags.user }}",
    TOCSIN_ESCAPE_NONE);
BENCHMARK_CAPTURE(render, time, "{{ .Time.Format \"2006-01-02 15:04:05\" }} {{ .Duration }}", TOCSIN_ESCAPE_NONE);
#endif

}  // namespace

BENCHMARK_MAIN();
