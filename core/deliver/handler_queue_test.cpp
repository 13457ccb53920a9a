#include "deliver/handler_queue.hpp"

#include "deliver/test_event.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;
using Answer = HandlerQueue::Answer;

namespace {

/// A queue with a manual clock, whose events are named by id and number.
struct Fixture {
    HandlerQueue queue{1024, Backoff{100ms, 30s, 1}};
    Time now{1h};
    std::uint64_t sequence = 0;
    std::uint64_t ticket = 0;
    Ended ended;

    std::uint64_t push(const std::string& id, const std::string& topic = "test") {
        const auto number = ++sequence;
        queue.push(test_delivery(id, number, topic, static_cast<std::int64_t>(number)), ended);
        return number;
    }

    /// The sequence number of what was submitted; 0 for nothing.
    std::uint64_t take() {
        const auto* delivery = queue.take(++ticket, now);
        return delivery == nullptr ? 0 : delivery->event().sequence();
    }

    bool answer(std::uint64_t which, Answer what) { return queue.answer(which, what, now, ended); }

    static std::vector<std::uint64_t> numbers(const std::vector<QueuedDelivery>& deliveries) {
        std::vector<std::uint64_t> sequences;
        for (const auto& delivery : deliveries) sequences.push_back(delivery.event().sequence());
        return sequences;
    }

    std::vector<std::uint64_t> take_delivered() {
        const auto sequences = numbers(ended.delivered);
        ended = {};
        return sequences;
    }
};

/// The same, of a handler with `keep: latest`.
struct LatestFixture : Fixture {
    LatestFixture() { queue = HandlerQueue{1024, Backoff{100ms, 30s, 1}, true}; }
};

using Sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "deliveries are submitted in the order they came") {
    push("a");
    push("b");
    push("a");
    CHECK(take() == 1);
    CHECK(take() == 2);
    CHECK(take() == 3);
    CHECK(take() == 0);
    CHECK(queue.open() == 3);
    CHECK(answer(2, Answer::delivered));
    CHECK(answer(1, Answer::delivered));
    CHECK(answer(3, Answer::delivered));
    CHECK(take_delivered() == Sequences{2, 1, 3});
    CHECK(queue.open() == 0);
}

TEST_CASE_FIXTURE(Fixture, "an answer to a ticket that is not open is told") {
    push("a");
    take();
    CHECK_FALSE(answer(7, Answer::delivered));
    CHECK(answer(1, Answer::delivered));
    CHECK_FALSE(answer(1, Answer::delivered));
    CHECK(queue.open() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a retry waits, then is the same delivery under another ticket") {
    push("a");
    take();
    answer(1, Answer::retry);
    CHECK(take() == 0);
    REQUIRE(queue.next_due().has_value());
    CHECK(*queue.next_due() > now);
    CHECK(*queue.next_due() <= now + 100ms);
    now = *queue.next_due();
    CHECK(take() == 1);
    CHECK_FALSE(answer(1, Answer::delivered));
    CHECK(answer(ticket, Answer::delivered));
    CHECK(take_delivered() == Sequences{1});
    CHECK_FALSE(queue.holds_back());
}

TEST_CASE_FIXTURE(Fixture, "a retry holds back its own event id alone") {
    push("a");
    push("a");
    push("b");
    CHECK(take() == 1);
    answer(1, Answer::retry);
    CHECK(take() == 3);
    CHECK(take() == 0);
    now += 1s;
    CHECK(take() == 1);
    CHECK(take() == 0);
    answer(ticket - 1, Answer::delivered);
    CHECK(take() == 2);
}

TEST_CASE_FIXTURE(Fixture, "what was submitted after a retry under its id is sent again, even when it was delivered") {
    for (int i = 0; i < 3; ++i) push("a");
    take();
    take();
    take();
    answer(2, Answer::delivered);
    CHECK(take_delivered().empty());
    answer(1, Answer::retry);
    answer(3, Answer::delivered);
    CHECK(take_delivered().empty());
    now += 1s;
    CHECK(take() == 1);
    CHECK(take() == 0);
    answer(4, Answer::delivered);
    CHECK(take() == 2);
    CHECK(take() == 3);
    answer(ticket - 1, Answer::delivered);
    answer(ticket, Answer::delivered);
    CHECK(take_delivered() == Sequences{1, 2, 3});
}

TEST_CASE_FIXTURE(Fixture, "nothing overtakes a delivery whose first answer is still awaited") {
    push("a");
    push("a");
    take();
    take();
    answer(1, Answer::retry);
    now += 1s;
    CHECK(take() == 1);
    const auto alone = ticket;
    answer(alone, Answer::delivered);
    push("a");
    CHECK(take() == 0);
    answer(2, Answer::delivered);
    CHECK(take() == 2);
    CHECK(take() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a rejected delivery is dead and holds nothing back") {
    push("a");
    push("a");
    take();
    take();
    answer(2, Answer::delivered);
    answer(1, Answer::rejected);
    REQUIRE(ended.dead.size() == 1);
    CHECK(ended.dead.front().event().sequence() == 1);
    CHECK(take_delivered() == Sequences{2});
}

TEST_CASE_FIXTURE(Fixture, "a sink that can send again does not wait for the backoff") {
    push("a");
    take();
    for (int i = 0; i < 8; ++i) {
        answer(ticket, Answer::retry);
        queue.retry_now();
        CHECK(take() == 1);
    }
}

TEST_CASE_FIXTURE(Fixture, "at most so many are submitted") {
    queue = HandlerQueue{2, Backoff{100ms, 30s, 1}};
    for (int i = 0; i < 3; ++i) push("a");
    CHECK(take() == 1);
    CHECK(take() == 2);
    CHECK(take() == 0);
    answer(2, Answer::delivered);
    CHECK(take() == 0);
    answer(1, Answer::delivered);
    CHECK(take() == 3);
}

TEST_CASE_FIXTURE(Fixture, "tickets that wait for an answer are known by age") {
    push("a");
    push("b");
    take();
    const auto then = now + 1s;
    now += 2s;
    take();
    CHECK(queue.unanswered_since(then) == Sequences{1});
    answer(1, Answer::delivered);
    CHECK(queue.unanswered_since(then).empty());
}

TEST_CASE_FIXTURE(LatestFixture, "with keep: latest a newer event replaces what waits of its id in its alert topic") {
    push("cpu", "host a");
    push("cpu", "host b");
    push("cpu", "host a");
    CHECK(numbers(ended.replaced) == Sequences{1});
    CHECK(take() == 3);
    CHECK(take() == 2);
    answer(1, Answer::retry);
    answer(2, Answer::retry);
    push("cpu", "host b");
    CHECK(numbers(ended.replaced) == Sequences{1, 2});
    push("cpu", "host c");
    CHECK(take() == 5);
    answer(ticket, Answer::delivered);
    now += 1s;
    CHECK(take() == 3);
    answer(ticket, Answer::delivered);
    CHECK(take() == 4);
    answer(ticket, Answer::delivered);
    CHECK(take_delivered() == Sequences{5, 3, 4});
    CHECK_FALSE(queue.holds_back());
}

TEST_CASE_FIXTURE(Fixture, "a retry holds back its id in its own alert topic alone") {
    push("cpu", "host a");
    push("cpu", "host b");
    push("cpu", "host b");
    take();
    take();
    answer(1, Answer::retry);
    answer(2, Answer::delivered);
    CHECK(take_delivered() == Sequences{2});
    CHECK(take() == 3);
    answer(ticket, Answer::delivered);
    CHECK(take_delivered() == Sequences{3});
}

TEST_CASE_FIXTURE(LatestFixture, "the oldest need not be the first: one was replaced where it stood") {
    push("a");
    push("b");
    push("a");
    CHECK(queue.oldest() == 2);
    CHECK(numbers(queue.take_received_before(3)) == Sequences{2});
    CHECK(queue.oldest() == 3);
}

TEST_CASE_FIXTURE(LatestFixture, "the oldest need not be the first: one was taken out of its place") {
    push("a");
    take();
    push("a");
    push("b");
    answer(1, Answer::retry);
    CHECK(numbers(ended.replaced) == Sequences{1});
    now += 1s;
    CHECK(take() == 2);
    answer(ticket, Answer::delivered);
    CHECK(queue.oldest() == 3);
    CHECK(numbers(queue.take_received_before(4)) == Sequences{3});
}

TEST_CASE_FIXTURE(Fixture, "the oldest need not be the first: two ids that were held back go on") {
    for (const auto* id : {"a", "b", "a", "b"}) push(id);
    take();
    take();
    answer(1, Answer::retry);
    answer(2, Answer::retry);
    CHECK(take() == 0);
    now += 1s;
    for (int i = 0; i < 2; ++i) {
        const auto first = take();
        CHECK(first == static_cast<std::uint64_t>(i) + 1);
    }
    answer(ticket - 1, Answer::delivered);
    answer(ticket, Answer::delivered);
    CHECK(queue.oldest() == 3);
    CHECK(numbers(queue.take_received_before(4)) == Sequences{3});
    CHECK(queue.oldest() == 4);
}

TEST_CASE_FIXTURE(Fixture, "what was submitted again may be the oldest of what is submitted") {
    push("a");
    push("b");
    take();
    take();
    answer(1, Answer::retry);
    now += 1s;
    CHECK(take() == 1);
    CHECK(queue.oldest() == 1);
}

TEST_CASE("whatever a sink answers, everything ends once and the newest of each id that is not dead is sent last") {
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        const auto draw = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
        Fixture f;
        std::vector<std::uint64_t> open;
        std::vector<EventPtr> sent;
        std::vector<EventPtr> pushed;
        std::map<std::uint64_t, int> ends;
        std::set<std::uint64_t> dead;
        int left = 200;
        std::size_t rounds = 0;
        while ((left > 0 || !open.empty() || ends.size() < 200) && ++rounds < 100'000) {
            if (left > 0 && draw(3) == 0) {
                const std::string id(1, static_cast<char>('a' + draw(4)));
                auto delivery = test_delivery(id, ++f.sequence);
                pushed.push_back(delivery.entry->event);
                f.queue.push(std::move(delivery), f.ended);
                --left;
            }
            if (draw(2) == 0 && open.size() < 10) {
                if (const auto* delivery = f.queue.take(++f.ticket, f.now)) {
                    sent.push_back(delivery->entry->event);
                    open.push_back(f.ticket);
                }
            }
            if (!open.empty() && draw(2) == 0) {
                const auto at = open.begin() + draw(static_cast<std::uint32_t>(open.size()));
                const auto kind = left == 0 && rounds > 5'000 ? 0 : draw(10);
                const auto what = kind < 7 ? Answer::delivered : kind < 9 ? Answer::retry : Answer::rejected;
                CHECK(f.answer(*at, what));
                open.erase(at);
            }
            for (const auto* list : {&f.ended.delivered, &f.ended.dead})
                for (const auto& delivery : *list) ++ends[delivery.event().sequence()];
            for (const auto& delivery : f.ended.dead) dead.insert(delivery.event().sequence());
            f.ended = {};
            f.now += std::chrono::milliseconds{draw(50)};
            if (rounds > 5'000) f.queue.retry_now();
        }
        CHECK(ends.size() == 200);
        CHECK(std::all_of(ends.begin(), ends.end(), [](const auto& end) { return end.second == 1; }));
        const auto last_by_id = [&](const std::vector<EventPtr>& events) {
            std::map<std::string, std::uint64_t> last;
            for (const auto& event : events)
                if (!dead.contains(event->sequence())) last[std::string{event->id()}] = event->sequence();
            return last;
        };
        CHECK(last_by_id(sent) == last_by_id(pushed));
        CHECK(f.queue.open() == 0);
        CHECK_FALSE(f.queue.holds_back());
    }
}
