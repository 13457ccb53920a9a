#include "route/routes.hpp"

#include "bench_event.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using tocsin::core::Event;
using tocsin::core::Match;
using tocsin::core::Routes;

std::string topic(std::size_t number) { return "plant.topic" + std::to_string(number); }

std::unique_ptr<Event> event_on(const std::string& topic) {
    tocsin::EventDraft draft;
    draft.topic = topic;
    draft.id = "pump";
    draft.message = "pressure is high";
    draft.level = tocsin::Level::critical;
    draft.name = "pressure";
    draft.tag("hostName", "sense1");
    return std::make_unique<Event>(draft.to_abi(), tocsin::core::Stamp{7, tocsin::Level::ok, 0});
}

/// One handler on each alert topic; events come on all of them by turns.
void handlers_on_topics(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    Routes routes;
    std::vector<std::unique_ptr<Event>> events;
    for (std::size_t i = 0; i < count; ++i) routes.add(topic(i), Match{"level() >= WARNING"}, i);
    // As many events whatever the number of topics, so that they fill the caches alike.
    for (std::size_t i = 0; i < 10'000; ++i) events.push_back(event_on(topic(i * 7919 % count)));
    std::vector<std::size_t> found;
    std::size_t next = 0;
    for (auto _ : state) {
        found.clear();
        routes.find(*events[next], found);
        benchmark::DoNotOptimize(found.data());
        next = next + 1 == events.size() ? 0 : next + 1;
    }
}
BENCHMARK(handlers_on_topics)->Arg(10)->Arg(10'000);

/// Many handlers on one alert topic, each with a match of its own, of which one is true.
void matches_on_one_topic(benchmark::State& state) {
    Routes routes;
    for (std::size_t i = 0; i < 1'000; ++i)
        routes.add(topic(0), Match{"\"hostName\" == 'sense" + std::to_string(i) + "' AND level() >= WARNING"}, i);
    const auto event = event_on(topic(0));
    std::vector<std::size_t> found;
    for (auto _ : state) {
        found.clear();
        routes.find(*event, found);
        benchmark::DoNotOptimize(found.data());
    }
}
BENCHMARK(matches_on_one_topic);

}  // namespace

BENCHMARK_MAIN();
