#include "daemon/counts.hpp"

#include <tocsin/source.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::core;

namespace {

/// A source that counts under names of all kinds.
class CountingSource final : public tocsin::Source {
  public:
    static constexpr std::string_view name = "counting";

    explicit CountingSource(tocsin::SourceHost host) {
        host.counter("received", "R").add(9);
        host.counter("malformed", "M").add(1);
        host.counter("limited", "L").add(2);
        host.counter("kernel-drops", "K").add(3);
        host.counter("kernel.drops", "Another one.").add(4);
        host.counter("seen_total", "S").add(5);
        host.counter("matched", "Not the plugin's to count.").add(6);
        host.counter("å", "Two bytes.").add(7);
        host.counter("", "Nameless.").add(8);
    }
    void start() override {}
    void pause() override {}
    void resume() override {}
    void committed(std::span<const std::uint64_t>) override {}
    void stop(std::chrono::nanoseconds) override {}
};

}  // namespace

TEST_CASE("a source's counts: those of the law in its order, then the plugin's own under names fit for metrics") {
    SourceKind kind;
    kind.name = CountingSource::name;
    kind.abi = &tocsin::detail::source_kind<CountingSource>;
    Listeners listeners;
    SourceInstance source{kind, "test", {}, listeners, [](const Strand::Task& task) { task(); }};
    source.events().matched.add(4);
    source.events().unmatched.add(2);

    std::vector<std::pair<std::string, std::uint64_t>> counts;
    for (const auto& count : counts_of(source)) {
        CHECK_FALSE(count.is_gauge);
        CHECK_FALSE(count.help.empty());
        counts.emplace_back(count.name, count.value);
    }
    const std::vector<std::pair<std::string, std::uint64_t>> expected{
        {"received", 9}, {"malformed", 1},    {"duplicate", 0}, {"limited", 2}, {"refused", 0}, {"unmatched", 2},
        {"matched", 4},  {"kernel_drops", 3}, {"seen", 5},      {"__", 7},      {"unnamed", 8}};
    CHECK(counts == expected);
}
