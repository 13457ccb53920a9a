#include "deliver/router.hpp"

#include "deliver/sink_runner.hpp"

#include <tocsin/sink.hpp>
#include <tocsin/source.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

/// A sink that delivers at once and notes what it was given.
class NoteSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "note";
    static constexpr bool non_blocking = true;

    explicit NoteSink(tocsin::SinkHost) { notes.clear(); }
    void send(tocsin::Delivery delivery) override {
        notes.push_back(std::string{delivery.id()} + " from " + std::string{name_of(delivery.previous_level())});
        delivery.delivered();
    }

    static inline std::vector<std::string> notes;
};

/// A source that the test speaks through.
class TestSource final : public tocsin::Source {
  public:
    static constexpr std::string_view name = "test";

    explicit TestSource(tocsin::SourceHost host) : host{host} { instance = this; }
    void start() override {}
    void pause() override {}
    void resume() override {}
    void committed(std::span<const std::uint64_t> tokens) override {
        all_committed.insert(all_committed.end(), tokens.begin(), tokens.end());
    }
    void stop(std::chrono::nanoseconds) override {}

    tocsin::Emit emit(std::string_view topic, std::string_view id, tocsin::Level level, std::uint64_t token = 0) {
        tocsin::EventDraft draft;
        draft.topic = topic;
        draft.id = id;
        draft.level = level;
        return host.emit(draft, token);
    }

    static inline TestSource* instance = nullptr;
    tocsin::SourceHost host;
    std::vector<std::uint64_t> all_committed;
};

struct Fixture {
    std::mutex mutex;
    std::deque<Strand::Task> handed_over;
    Strand::HandOver hand_over = [this](Strand::Task task) {
        const std::scoped_lock lock{mutex};
        handed_over.push_back(std::move(task));
    };
    Listeners listeners;
    SinkKind sink_kind;
    SourceKind source_kind;
    std::shared_ptr<SinkRunner> runner;
    std::shared_ptr<SourceInstance> source;
    Spool spool{{}};
    std::unique_ptr<Router> router;

    Fixture() {
        sink_kind.name = NoteSink::name;
        sink_kind.abi = &tocsin::detail::sink_kind<NoteSink>;
        source_kind.name = TestSource::name;
        source_kind.abi = &tocsin::detail::source_kind<TestSource>;
        const std::vector<OptionValue> none;
        runner = std::make_shared<SinkRunner>(std::make_unique<SinkInstance>(sink_kind, "note", none, hand_over));
        source = std::make_shared<SourceInstance>(source_kind, "test", none, listeners, hand_over);
        auto routing = std::make_shared<Routing>();
        for (const auto& [topic, match] : {std::pair{"a", "changed() == TRUE"}, {"a*", "level() == CRITICAL"}}) {
            auto handler = std::make_shared<Handler>(topic, topic);
            handler->runner = runner.get();
            handler->lane = runner->add(handler, {});
            routing->routes.add(topic, Match{match}, routing->targets.size());
            routing->targets.push_back({std::move(handler), "note", "note"});
        }
        router = std::make_unique<Router>(spool, 1024 * 1024);
        router->recover(std::move(routing));
        runner->start([](Time) {});
        source->start(*router);
        settle();
    }

    ~Fixture() {
        source->stop(1s);
        runner->stop(1s);
        settle();
    }

    void settle() {
        while (!handed_over.empty()) {
            auto task = std::move(handed_over.front());
            handed_over.pop_front();
            task();
        }
    }

    TestSource& speaker() { return *TestSource::instance; }
};

using Notes = std::vector<std::string>;
using tocsin::Emit;
using tocsin::Level;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an event goes to every handler whose alert topic and match hold, before emit returns") {
    CHECK(speaker().emit("a", "x", Level::critical) == Emit::accepted);
    CHECK(NoteSink::notes == Notes{"x from OK", "x from OK"});
    CHECK(speaker().emit("a", "x", Level::critical) == Emit::accepted);
    CHECK(NoteSink::notes.back() == "x from CRITICAL");
    CHECK(NoteSink::notes.size() == 3);
    speaker().emit("ab", "x", Level::critical);
    CHECK(NoteSink::notes.size() == 4);
    CHECK(NoteSink::notes.back() == "x from OK");
    settle();
    CHECK(router->pending() == 0);
}

TEST_CASE_FIXTURE(Fixture, "every event is counted once") {
    speaker().emit("a", "x", Level::critical);
    speaker().emit("a", "x", Level::critical);
    speaker().emit("b", "x", Level::critical);
    speaker().emit("a", "y", Level::ok);
    CHECK(speaker().emit("", "x", Level::ok) == Emit::invalid);
    router->stop();
    CHECK(speaker().emit("a", "x", Level::critical) == Emit::stopping);
    CHECK(source->events().matched.value() == 2);
    CHECK(source->events().unmatched.value() == 2);
    CHECK(source->events().refused.value() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a token comes back when its event needs the source no more") {
    speaker().emit("a", "x", Level::critical, 7);
    speaker().emit("b", "x", Level::critical, 8);
    speaker().emit("b", "x", Level::critical);
    CHECK(speaker().all_committed.empty());
    settle();
    CHECK(speaker().all_committed == std::vector<std::uint64_t>{7, 8});
}

TEST_CASE_FIXTURE(Fixture, "nothing reaches a source that has stopped") {
    CHECK(source->stop(1s));
    source->committed(9);
    settle();
    CHECK(speaker().all_committed.empty());
}
