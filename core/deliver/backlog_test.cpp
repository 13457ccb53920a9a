#include "deliver/backlog.hpp"

#include "deliver/sink_runner.hpp"
#include "deliver/test_event.hpp"
#include "plugin/test_folder.hpp"
#include "spool/salvage.hpp"
#include "spool/store.hpp"

#include <tocsin/sink.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace tocsin::core;

namespace {

/// Handlers that have deliveries in the file; nothing runs.
struct Fixture {
    static constexpr std::uint64_t each = 1000;

    TestFolder folder;
    SinkKind kind;
    std::shared_ptr<SinkRunner> runner;
    TestHandlers handlers;
    std::unique_ptr<Spool> spool;
    std::mutex mutex;
    std::unique_ptr<Backlog> backlog;

    explicit Fixture(const std::vector<std::string>& ids) {
        kind.name = IdleSink::name;
        kind.abi = &tocsin::detail::sink_kind<IdleSink>;
        const std::vector<OptionValue> none;
        runner = std::make_shared<SinkRunner>(std::make_unique<SinkInstance>(kind, "idle", none, [](Strand::Task) {}));
        for (const auto& id : ids) write(id, handlers.all.size() * each);
        spool = std::make_unique<Spool>(Spool::Settings{.folder = folder.path});
        backlog = std::make_unique<Backlog>(*spool, mutex);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            auto& handler = *handlers.all[i];
            handler.lane = i;
            handler.runner = runner.get();
            handler.account = &spool->account({handler.topic, handler.id});
            backlog->add(handler, 0);
        }
    }

    void write(const std::string& id, std::uint64_t after) {
        handlers.add(*runner, id);
        Store store{folder.path / spool_file};
        Transaction transaction{store.database()};
        const auto number = store.number_of({"topic", id});
        for (auto sequence = after + 1; sequence <= after + each; ++sequence) {
            store.add_event(*test_event("id", sequence), 0, 1);
            store.add_delivery(number, sequence, cost());
        }
        transaction.commit();
    }

    static std::uint64_t cost() { return Entry{test_event("id", 1), 0, Time{}}.cost(); }
    std::uint64_t in_memory(std::size_t handler) const { return handlers.all[handler]->in_memory / cost(); }
};

}  // namespace

TEST_CASE("a backlog is read little by little, since commits wait for it") {
    Fixture site{{"only"}};
    site.backlog->feed();
    CHECK(site.in_memory(0) > 0);
    CHECK(site.in_memory(0) <= 128);
    int feeds = 1;
    for (; site.handlers.all[0]->in_backlog && feeds < 1000; ++feeds) {
        const auto before = site.in_memory(0);
        site.backlog->feed();
        CHECK(site.in_memory(0) <= before + 128);
    }
    CHECK_FALSE(site.handlers.all[0]->in_backlog);
    CHECK(site.in_memory(0) == Fixture::each);
    CHECK(feeds >= 8);
}

TEST_CASE("backlogs are read by turns") {
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) ids.push_back("handler " + std::to_string(i));
    Fixture site{ids};
    for (std::size_t i = 0; i < ids.size(); ++i) site.backlog->feed();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        CAPTURE(i);
        CHECK(site.in_memory(i) > 0);
    }
}

TEST_CASE("a backlog without room waits, and holds up no other one") {
    Fixture site{{"full", "other"}};
    site.handlers.all[0]->in_memory = site.handlers.all[0]->most_in_memory.load();
    const auto before = site.in_memory(0);
    for (int feeds = 0; feeds < 100; ++feeds) site.backlog->feed();
    CHECK(site.in_memory(0) == before);
    CHECK(site.handlers.all[0]->in_backlog);
    CHECK(site.in_memory(1) == Fixture::each);
    CHECK_FALSE(site.handlers.all[1]->in_backlog);
}

TEST_CASE("an event that is larger than the room in memory passes alone, though it is not in the file") {
    Fixture site{{"only"}};
    auto& handler = *site.handlers.all[0];
    handler.read_from = Fixture::each + 1;
    handler.most_in_memory = Fixture::cost() - 1;
    for (auto sequence = handler.read_from; sequence <= Fixture::each + 2; ++sequence) {
        auto entry = std::make_shared<Entry>(test_event("id", sequence), 0, Time{});
        entry->set_slots({{.account = handler.account, .in_memory = false}});
        site.spool->offer(std::move(entry));
    }
    site.backlog->feed();
    CHECK(site.in_memory(0) == 1);
    site.backlog->feed();
    CHECK(site.in_memory(0) == 1);
    CHECK(handler.in_backlog);
    handler.in_memory = 0;
    site.backlog->feed();
    CHECK(site.in_memory(0) == 1);
    CHECK_FALSE(handler.in_backlog);
}
