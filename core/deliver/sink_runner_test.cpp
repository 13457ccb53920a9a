#include "deliver/sink_runner.hpp"

#include "deliver/test_event.hpp"

#include <tocsin/sink.hpp>
#include <tocsin/testing/wait.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

/// A sink of the test's own: notes what it is sent and does with it what the test says.
class TestSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "test";
    static constexpr bool non_blocking = true;
    static constexpr std::uint32_t max_in_flight = 3;
    static constexpr std::array handler_options{tocsin::Option{"text", tocsin::rendered, "text"}};

    explicit TestSink(tocsin::SinkHost host) : host{host} { instance = this; }
    ~TestSink() override { instance = nullptr; }

    void send(tocsin::Delivery delivery) override {
        sent.push_back(std::string{delivery.id()} + "=" + std::string{delivery.option("text")});
        on_send(std::move(delivery));
    }
    void stop(std::chrono::nanoseconds) override { open.clear(); }

    static inline TestSink* instance = nullptr;
    tocsin::SinkHost host;
    std::vector<std::string> sent;
    std::deque<tocsin::Delivery> open;
    std::function<void(tocsin::Delivery)> on_send = [this](tocsin::Delivery delivery) {
        open.push_back(std::move(delivery));
    };
};

SinkKind test_kind() {
    SinkKind kind;
    kind.name = TestSink::name;
    kind.abi = &tocsin::detail::sink_kind<TestSink>;
    kind.handler_options.resize(1);
    kind.handler_options[0].name = "text";
    kind.handler_options[0].type = tocsin::OptionType::rendered;
    return kind;
}

/// A runner whose handed over work and alarms the test runs itself.
struct Fixture {
    SinkKind kind = test_kind();
    std::mutex mutex;
    std::deque<Strand::Task> handed_over;
    std::optional<Time> alarm;
    std::unique_ptr<SinkRunner> runner;
    TestHandlers handlers;

    Fixture() {
        runner = std::make_unique<SinkRunner>(std::make_unique<SinkInstance>(
            kind, "one", std::vector<OptionValue>{}, [this](Strand::Task task) { later(std::move(task)); }));
    }

    ~Fixture() {
        runner->stop(1s);
        settle();
    }

    void later(Strand::Task task) {
        const std::scoped_lock lock{mutex};
        handed_over.push_back(std::move(task));
    }

    std::size_t handler(const std::string& id, const std::string& text = "{{ .Message }}") {
        Node node;
        node.kind = Node::Kind::string;
        node.text = text;
        Mistakes mistakes;
        auto payload = Payload::compile(node, TOCSIN_ESCAPE_NONE, "text", mistakes);
        REQUIRE(mistakes.empty());
        LanePlan plan;
        plan.options.resize(1);
        plan.rendered.push_back(std::move(payload));
        return handlers.add(*runner, id, std::move(plan));
    }

    void start() {
        runner->start([this](Time due) { alarm = due; });
        settle();
    }

    /// Runs what was handed over until nothing is left.
    void settle() {
        while (true) {
            Strand::Task task;
            {
                const std::scoped_lock lock{mutex};
                if (handed_over.empty()) return;
                task = std::move(handed_over.front());
                handed_over.pop_front();
            }
            task();
        }
    }

    void push(std::size_t handler, const std::string& id) {
        handlers.push(*runner, handler, test_delivery(id, ++sequence));
        runner->wake();
    }

    TestSink& sink() { return *TestSink::instance; }
    Handler& at(std::size_t number) { return *handlers.all[number]; }
    std::uint64_t sequence = 0;
};

using Sent = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a delivery is rendered and sent on the caller's thread, its answer ends it") {
    const auto one = handler("one", "<{{ .Message }}>");
    start();
    push(one, "a");
    CHECK(sink().sent == Sent{"a=<message>"});
    CHECK(handlers.pending() == 1);
    sink().open.front().delivered();
    sink().open.clear();
    settle();
    CHECK(handlers.pending() == 0);
    CHECK(at(one).created.value() == 1);
    CHECK(at(one).delivered.value() == 1);
}

TEST_CASE_FIXTURE(Fixture, "never more deliveries are open than the sink takes") {
    const auto one = handler("one");
    start();
    for (const auto* id : {"a", "b", "c", "d", "e"}) push(one, id);
    CHECK(sink().sent.size() == 3);
    sink().open.pop_front();
    CHECK(sink().sent.size() == 3);
    settle();
    CHECK(sink().sent.size() == 4);
    sink().host.set_max_in_flight(0);
    sink().open.clear();
    settle();
    CHECK(sink().sent.size() == 4);
    CHECK(at(one).retried.value() == 4);
    sink().host.set_max_in_flight(100);
    settle();
    CHECK(handlers.pending() == 5);
    CHECK(sink().open.size() == 5);
}

TEST_CASE_FIXTURE(Fixture, "handlers take turns") {
    const auto one = handler("one");
    const auto two = handler("two");
    start();
    sink().host.set_max_in_flight(0);
    settle();
    for (const auto* id : {"a", "b"}) push(one, id);
    for (const auto* id : {"c", "d"}) push(two, id);
    sink().host.set_max_in_flight(4);
    settle();
    CHECK(sink().sent == Sent{"a=message", "c=message", "b=message", "d=message"});
}

TEST_CASE_FIXTURE(Fixture, "a sink may answer inside send, and while it holds a lock that send takes") {
    const auto one = handler("one");
    std::mutex lock;
    sink().on_send = [&](tocsin::Delivery delivery) {
        REQUIRE(lock.try_lock());
        delivery.delivered();
        lock.unlock();
    };
    start();
    for (int i = 0; i < 50; ++i) push(one, "a");
    settle();
    CHECK(at(one).delivered.value() == 50);
    CHECK(handlers.pending() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a delivery without an answer, one that throws and one that is rejected") {
    const auto one = handler("one");
    start();
    sink().on_send = [](tocsin::Delivery) {};
    push(one, "a");
    settle();
    CHECK(at(one).retried.value() == 1);
    CHECK(alarm.has_value());
    sink().on_send = [](tocsin::Delivery) { throw std::runtime_error{"broken"}; };
    push(one, "b");
    settle();
    CHECK(at(one).retried.value() == 2);
    sink().on_send = [](tocsin::Delivery delivery) { delivery.rejected("never"); };
    push(one, "c");
    settle();
    CHECK(at(one).dead.value() == 1);
    CHECK(handlers.pending() == 2);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be rendered, or has no end, is dead and sent to nobody") {
    const std::string_view templates[] = {
        "{{ if lt .Fields.value 1 }}x{{ end }}",
        "{{ range 1000000000 }}{{ end }}",
        "{{ range 1000 }}{{ printf \"%2000d\" . }}{{ end }}",
        "{{ define \"t\" }}{{ if $ }}{{ template \"t\" . }}{{ end }}{{ end }}{{ template \"t\" . }}",
    };
    std::vector<std::size_t> faulty;
    for (const auto text : templates) faulty.push_back(handler("h" + std::to_string(faulty.size()), std::string{text}));
    const auto sound = handler("sound", "{{ .ID }}");
    start();
    for (const auto one : faulty) push(one, "a");
    push(sound, "a");
    settle();
    CHECK(sink().open.size() == 1);
    for (const auto one : faulty) CHECK(at(one).dead.value() == 1);
    CHECK(at(sound).dead.value() == 0);
    CHECK(handlers.pending() == 1);
}

TEST_CASE_FIXTURE(Fixture, "an answer to a ticket that is not open is counted and changes nothing") {
    const auto one = handler("one");
    start();
    push(one, "a");
    const auto* host = sink().host.abi_host();
    const auto ticket = sink().open.front().ticket();
    host->ack(host->context, ticket, TOCSIN_DELIVERED, {});
    host->ack(host->context, ticket, TOCSIN_DELIVERED, {});
    host->ack(host->context, 0xffff'ffff'ffff'ffff, TOCSIN_DELIVERED, {});
    sink().open.front().retry("late");
    sink().open.clear();
    settle();
    CHECK(at(one).delivered.value() == 1);
    CHECK(handlers.pending() == 0);
    CHECK(runner->counts().stray_answers.value() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a stopped sink gives back what is open, and nothing is lost from the count") {
    const auto one = handler("one");
    start();
    push(one, "a");
    push(one, "b");
    CHECK(runner->stop(1s));
    settle();
    CHECK(handlers.pending() == 2);
    push(one, "c");
    CHECK(sink().sent.size() == 2);
    CHECK(handlers.pending() == 3);
}

TEST_CASE_FIXTURE(Fixture, "credit that a sink gives before it is started holds") {
    const auto one = handler("one");
    sink().host.set_max_in_flight(1);
    start();
    push(one, "a");
    push(one, "b");
    CHECK(sink().sent.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a sink that has lost as many answers as it may take gets more all the same") {
    const auto one = handler("one");
    runner->set_limits({.answer = 1ms});
    start();
    std::deque<tocsin::Delivery> lost;
    sink().on_send = [&](tocsin::Delivery delivery) { lost.push_back(std::move(delivery)); };
    for (const auto* id : {"a", "b", "c"}) push(one, id);
    REQUIRE(lost.size() == 3);
    const auto eventually = [&](const auto& holds) {
        return tocsin::testing::wait_until([&] {
            runner->wake();
            settle();
            return holds();
        });
    };
    CHECK(eventually([&] { return sink().sent.size() >= 6; }));
    CHECK(at(one).retried.value() >= 3);
    const auto stray = runner->counts().stray_answers.value();
    for (int i = 0; i < 3; ++i) {
        lost.front().delivered();
        lost.pop_front();
    }
    sink().on_send = [](tocsin::Delivery delivery) { delivery.delivered(); };
    lost.clear();
    CHECK(eventually([&] { return handlers.pending() == 0; }));
    CHECK(runner->counts().stray_answers.value() >= stray + 3);
    CHECK(at(one).delivered.value() == 3);
    push(one, "d");
    settle();
    CHECK(handlers.pending() == 0);
}
