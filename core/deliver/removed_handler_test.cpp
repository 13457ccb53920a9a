#include "deliver/router.hpp"
#include "deliver/sink_runner.hpp"
#include "deliver/test_event.hpp"
#include "plugin/test_folder.hpp"
#include "spool/schema.hpp"

#include <tocsin/sink.hpp>
#include <tocsin/source.hpp>
#include <tocsin/testing/wait.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;
using tocsin::testing::wait_until;

namespace {

class IdleSource final : public tocsin::Source {
  public:
    static constexpr std::string_view name = "idle";

    explicit IdleSource(tocsin::SourceHost) {}
    void start() override {}
    void pause() override {}
    void resume() override {}
    void stop(std::chrono::nanoseconds) override {}
};

/// While it is there no file grows, as if the disk were full.
class FullDisk {
  public:
    FullDisk() : before_{std::signal(SIGXFSZ, SIG_IGN)} {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit_) == 0);
        auto none = limit_;
        none.rlim_cur = 0;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, before_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    void (*before_)(int);
    rlimit limit_{};
};

/// While it is there standard error goes to a file.
class StandardErrorTo {
  public:
    explicit StandardErrorTo(const std::filesystem::path& path) : before_{::dup(STDERR_FILENO)} {
        const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        ::dup2(file, STDERR_FILENO);
        ::close(file);
    }
    ~StandardErrorTo() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
    }
    StandardErrorTo(const StandardErrorTo&) = delete;
    StandardErrorTo& operator=(const StandardErrorTo&) = delete;

  private:
    int before_;
};

/// A handler with room for one delivery in memory, whose sink is never started.
struct Fixture {
    TestFolder folder;
    Listeners listeners;
    SinkKind sink_kind;
    SourceKind source_kind;
    std::shared_ptr<SinkRunner> runner;
    std::shared_ptr<SourceInstance> source;
    std::shared_ptr<Handler> handler = std::make_shared<Handler>("topic", "handler");
    std::unique_ptr<Spool> spool;
    std::unique_ptr<Router> router;

    explicit Fixture(std::chrono::nanoseconds tick = 2ms) {
        sink_kind.name = IdleSink::name;
        sink_kind.abi = &tocsin::detail::sink_kind<IdleSink>;
        source_kind.name = IdleSource::name;
        source_kind.abi = &tocsin::detail::source_kind<IdleSource>;
        const auto nowhere = [](Strand::Task) {};
        const std::vector<OptionValue> none;
        runner = std::make_shared<SinkRunner>(std::make_unique<SinkInstance>(sink_kind, "idle", none, nowhere));
        source = std::make_shared<SourceInstance>(source_kind, "idle", none, listeners, nowhere);
        handler->runner = runner.get();
        handler->lane = runner->add(handler, {});
        spool = std::make_unique<Spool>(Spool::Settings{.folder = folder.path, .tick = tick});
        router = std::make_unique<Router>(*spool, 1024 * 1024);
        router->recover(with_handler());
        spool->start(*router);
        handler->most_in_memory = 1;
    }
    ~Fixture() { spool->stop(); }

    std::shared_ptr<const Routing> with_handler() const {
        auto routing = std::make_shared<Routing>();
        routing->routes.add(handler->topic, Match{"TRUE"}, 0);
        routing->targets.push_back({handler, "idle", "idle"});
        return routing;
    }

    void emit(std::string_view id, tocsin::Level level = tocsin::Level::ok) const {
        tocsin::EventDraft draft;
        draft.topic = handler->topic;
        draft.id = id;
        draft.level = level;
        REQUIRE(router->take(*source, draft.to_abi(), 0) == TOCSIN_ACCEPTED);
    }

    void change(std::shared_ptr<const Routing> routing) const {
        spool->run([&] { router->change(std::move(routing), [] {}); });
    }
    /// As often as it asks for.
    void bury() const {
        for (bool is_buried = false; !is_buried;) spool->run([&] { is_buried = router->bury_backlog(*handler); });
    }
    bool eventually_written() const {
        return wait_until([&] { return spool->in_intake() == 0; });
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what a removed handler has in a file that takes nothing is buried once it does") {
    for (const auto* id : {"a", "b", "c"}) emit(id);
    REQUIRE(eventually_written());
    const auto cost = handler->in_memory.load();
    REQUIRE(handler->pending == 3);
    REQUIRE(handler->pending_bytes == 3 * cost);
    {
        const FullDisk disk;
        emit("unwritten");
        change(std::make_shared<Routing>());
        bury();
        CHECK(handler->in_backlog);
        CHECK(router->pending() == 4);
        CHECK(handler->dead.value() == 0);
    }
    SUBCASE("by itself") {
        CHECK(wait_until([&] { return !handler->in_backlog; }));
        CHECK(handler->dead.value() == 3);
        CHECK(router->pending() == 1);
        CHECK(handler->pending_bytes == cost);
        CHECK(wait_until([&] { return spool->dead_letters() == 3; }));
    }
    SUBCASE("unless the handler is there again, which gets it before what comes later") {
        change(with_handler());
        emit("later");
        CHECK(wait_until([&] { return !handler->in_backlog; }));
        CHECK(handler->in_memory == handler->pending_bytes);
        CHECK(handler->pending == 5);
        CHECK(handler->dead.value() == 0);
    }
}

TEST_CASE("what was held when its handler was removed is buried once, though the disk takes nothing") {
    Fixture site{1h};
    site.emit("a", tocsin::Level::critical);
    site.emit("b", tocsin::Level::critical);
    REQUIRE(site.handler->in_backlog);
    site.change(std::make_shared<Routing>());
    site.bury();
    CHECK(site.handler->dead.value() == 1);
    // Its commit fails, so they are let go while their dead letters still wait for one.
    const FullDisk disk;
    site.spool->stop();
    CHECK(site.handler->dead.value() == 2);
    CHECK(site.handler->pending == 0);
    CHECK(site.handler->pending_bytes == 0);
    CHECK(site.handler->in_memory == 0);
}

TEST_CASE_FIXTURE(Fixture, "letters of a handler that is not there are not sent again, which is told once a second") {
    for (int i = 0; i < 50; ++i) emit("id");
    REQUIRE(eventually_written());
    change(std::make_shared<Routing>());
    bury();
    REQUIRE(spool->dead_letters() == 49);
    const auto file = folder.path / "log";
    {
        const StandardErrorTo redirected{file};
        spool->run([&] {
            for (std::int64_t letter = 1; letter <= 49; ++letter)
                router->requested({.number = letter, .action = "requeue", .target = letter});
        });
    }
    std::ifstream log{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) lines.push_back(line);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.size() < 10);
    CHECK(lines[0].find("cannot be sent again: there is no such handler") != std::string::npos);
    CHECK(lines[0].find("handler=handler") != std::string::npos);
    CHECK(handler->requeued.value() == 0);
}

TEST_CASE_FIXTURE(Fixture, "what was dropped just before its handler was removed is not buried as well") {
    for (const auto* id : {"a", "b", "c"}) emit(id);
    REQUIRE(eventually_written());
    spool->run([&] {
        const auto last = std::uint64_t{handler->account->number_in_file} << sequence_bits | (handler->read_from + 1);
        router->requested({.number = 1, .action = "drop", .target = static_cast<std::int64_t>(last)});
        router->change(std::make_shared<Routing>(), [] {});
        while (!router->bury_backlog(*handler)) {
        }
    });
    CHECK(handler->dropped.value() == 1);
    CHECK(handler->dead.value() == 1);
    CHECK(handler->pending == 1);
    CHECK(handler->pending_bytes == handler->in_memory);
}
