#include "spool/store.hpp"

#include "spool/schema.hpp"
#include "spool/test_spool.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;

namespace {

struct Fixture {
    SpoolFolder folder;
    Store store{folder.file()};

    void add(std::uint64_t sequence, std::string_view id, std::initializer_list<std::uint32_t> handlers) {
        for (const auto handler : handlers) store.add_delivery(handler, sequence, 10);
        store.add_event(*spool_event(id, sequence), 5, static_cast<std::uint32_t>(handlers.size()));
    }
    std::vector<std::uint64_t> read(std::uint32_t handler, std::uint64_t from = 0, std::uint64_t most = 1000) {
        std::vector<std::uint64_t> sequences;
        store.read(handler, from, most, [&](const KeptDelivery& kept) {
            sequences.push_back(kept.sequence);
            return true;
        });
        return sequences;
    }
    std::int64_t events() { return store.database().integer("SELECT count(*) FROM event"); }
};

using Sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a handler keeps its number, and another gets another one") {
    const auto first = store.number_of({"t", "a"});
    const auto second = store.number_of({"t", "b"});
    CHECK(first != 0);
    CHECK(second != first);
    CHECK(store.number_of({"t", "a"}) == first);
    CHECK(store.number_of({"u", "a"}) != first);
    const Store again{folder.file()};
    CHECK(store.number_of({"t", "b"}) == second);
}

TEST_CASE_FIXTURE(Fixture, "deliveries are read by sequence number, from one on, as many as asked for") {
    const auto one = store.number_of({"t", "a"});
    const auto two = store.number_of({"t", "b"});
    add(30, "z", {one, two});
    add(10, "x", {one});
    add(20, "y", {one, two});
    CHECK(read(one) == Sequences{10, 20, 30});
    CHECK(read(two) == Sequences{20, 30});
    CHECK(read(one, 11) == Sequences{20, 30});
    CHECK(read(one, 20) == Sequences{20, 30});
    CHECK(read(one, 0, 2) == Sequences{10, 20});
    CHECK(read(one, 31) == Sequences{});
    CHECK(read(99) == Sequences{});
}

TEST_CASE_FIXTURE(Fixture, "the largest handler and sequence numbers stay apart") {
    const auto last = static_cast<std::uint32_t>(last_handler);
    add(last_sequence, "x", {last, last - 1});
    add(1, "y", {last});
    CHECK(read(last) == Sequences{1, last_sequence});
    CHECK(read(last - 1) == Sequences{last_sequence});
    CHECK(store.remove_delivery(last - 1, last_sequence));
    CHECK(events() == 2);
}

TEST_CASE_FIXTURE(Fixture, "an event goes with its last delivery") {
    add(1, "x", {1, 2, 3});
    CHECK(store.remove_delivery(2, 1));
    CHECK_FALSE(store.remove_delivery(2, 1));
    CHECK_FALSE(store.remove_delivery(9, 1));
    CHECK(store.remove_delivery(1, 1));
    CHECK(events() == 1);
    CHECK(store.remove_delivery(3, 1));
    CHECK(events() == 0);
}

TEST_CASE_FIXTURE(Fixture, "reading goes on after a callback that stopped or threw") {
    for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) add(sequence, "x", {1});
    std::size_t seen = 0;
    store.read(1, 0, 100, [&](const KeptDelivery&) { return ++seen < 2; });
    CHECK(seen == 2);
    CHECK_THROWS(store.read(1, 0, 100, [&](const KeptDelivery&) -> bool { throw std::runtime_error{"no"}; }));
    CHECK(read(1).size() == 5);
}

TEST_CASE_FIXTURE(Fixture, "of the deliveries of each id all but the newest go, and no other handler's") {
    add(1, "x", {1, 2});
    add(2, "y", {1});
    add(3, "x", {1});
    add(4, "x", {1, 2});
    add(5, "y", {2});
    const auto gone = store.keep_latest(1);
    CHECK(gone.deliveries == 2);
    CHECK(gone.bytes == 20);
    CHECK(read(1) == Sequences{2, 4});
    CHECK(read(2) == Sequences{1, 4, 5});
    CHECK(events() == 4);
    CHECK(store.keep_latest(1).deliveries == 0);
}

TEST_CASE_FIXTURE(Fixture, "a delivery whose event is damaged or not there is read without one") {
    add(1, "x", {1});
    add(2, "y", {1});
    add(3, "z", {1});
    store.database().run("UPDATE event SET record = x'0199' WHERE sequence = 1; DELETE FROM event WHERE sequence = 2");
    std::vector<bool> sound;
    store.read(1, 0, 100, [&](const KeptDelivery& kept) {
        sound.push_back(kept.event != nullptr);
        return true;
    });
    CHECK(sound == std::vector<bool>{false, false, true});
    CHECK(read(1) == Sequences{1, 2, 3});
}

TEST_CASE_FIXTURE(Fixture, "states come back with the time at which the id left OK, replaced and forgotten by id") {
    store.save_state(*spool_event("x", 10, Level::critical, Level::ok));
    store.save_state(*spool_event("y", 5, Level::warning, Level::info));
    store.save_state(*spool_event("x", 20, Level::ok, Level::critical));
    const auto states = store.states();
    REQUIRE(states.size() == 2);
    CHECK(states[0].id == "y");
    CHECK(states[0].level == Level::warning);
    CHECK(states[0].previous_level == Level::info);
    CHECK(states[0].since == 5000);
    CHECK(states[0].left_ok == 4500);
    CHECK(states[1].id == "x");
    CHECK(states[1].level == Level::ok);
    store.forget_state("topic", "x");
    store.forget_state("other topic", "y");
    REQUIRE(store.states().size() == 1);
    CHECK(store.states()[0].id == "y");
}

TEST_CASE_FIXTURE(Fixture, "dead letters are numbered once and for all, and the oldest leave") {
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence)
        store.bury({"t", "h"}, *spool_event("x", sequence), 5, 6, "reason " + std::to_string(sequence));
    CHECK(store.dead_letters() == 4);
    store.remove_oldest_dead_letters(2);
    CHECK(store.remove_dead_letter(4));
    CHECK_FALSE(store.remove_dead_letter(4));
    store.bury({"t", "h"}, *spool_event("y", 9), 5, 6, "reason 9");
    std::vector<std::int64_t> numbers;
    store.read_dead_letters(0, [&](const DeadLetter& letter) {
        numbers.push_back(letter.number);
        return true;
    });
    CHECK(numbers == std::vector<std::int64_t>{3, 5});
    const auto letter = store.dead_letter(5);
    REQUIRE(letter.event);
    CHECK(letter.event->id() == "y");
    CHECK(letter.event->sequence() == 9);
    CHECK(letter.handler == HandlerName{"t", "h"});
    CHECK(letter.received == 5);
    CHECK(letter.died == 6);
    CHECK(store.dead_letter(4).event == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "another connection's changes are noticed") {
    const auto before = store.data_version();
    CHECK(store.data_version() == before);
    {
        Store other{folder.file()};
        other.add_request("drop", 7);
    }
    CHECK(store.data_version() != before);
    const auto requests = store.requests(0, 1000);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].action == "drop");
    CHECK(requests[0].target == 7);
    store.remove_request(requests[0].number);
    CHECK(store.requests(0, 1000).empty());
}

TEST_CASE_FIXTURE(Fixture, "text is kept as it is, whatever bytes it has") {
    using namespace std::string_view_literals;
    const auto odd = "\xff nul\0 \xc3\x28"sv;
    store.add_delivery(1, 1, 10);
    store.add_event(*spool_event("x", 1, Level::ok, Level::ok, odd), 5, 1);
    store.read(1, 0, 1, [&](const KeptDelivery& kept) {
        REQUIRE(kept.event);
        CHECK(kept.event->message() == odd);
        return true;
    });
}
