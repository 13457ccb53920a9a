#include "deliver/sink_runner.hpp"

#include "deliver/test_event.hpp"

#include <tocsin/sink.hpp>
#include <tocsin/testing/wait.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::core;
using namespace std::chrono_literals;
using tocsin::testing::wait_until;

namespace {

/// What the sinks of a test do, and what they were sent.
struct Script {
    std::atomic<int> hanging{0};  ///< instances that hang, the first ones made
    std::atomic<int> failing{0};  ///< constructors that fail after the first
    std::atomic<bool> released{false};
    std::atomic<int> made{0};
    std::atomic<int> destroyed{0};
    std::atomic<int> inside{0};

    void sent(const std::string& text) {
        const std::scoped_lock lock{mutex};
        texts.push_back(text);
    }
    std::vector<std::string> all() {
        const std::scoped_lock lock{mutex};
        return texts;
    }

    void hang() {
        ++inside;
        wait_until([this] { return released.load(); });
        --inside;
    }

  private:
    std::mutex mutex;
    std::vector<std::string> texts;
};
Script* script = nullptr;

/// Answers what it is sent with its own number and the event's; an instance that is to hang does so at the event
/// "hang".
class TestSink : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "test";

    explicit TestSink(tocsin::SinkHost host) : number_{++script->made}, host_{host} {
        if (number_ > 1 && script->failing-- > 0) throw std::runtime_error{"the file is locked"};
    }
    ~TestSink() override { ++script->destroyed; }

    void send(tocsin::Delivery delivery) override {
        if (delivery.id() == "keep") {
            kept_.push_back(std::move(delivery));
            return;
        }
        if (delivery.id() == "post") host_.post([this] { hang_if_told(); });
        if (delivery.id() == "hang") hang_if_told();
        script->sent(std::to_string(number_) + " " + std::string{delivery.id()});
        delivery.delivered();
    }
    void stop(std::chrono::nanoseconds) override { kept_.clear(); }

  private:
    void hang_if_told() {
        if (number_ <= script->hanging) script->hang();
    }

    int number_;
    tocsin::SinkHost host_;
    std::vector<tocsin::Delivery> kept_;
};

class InlineSink final : public TestSink {
  public:
    using TestSink::TestSink;
    static constexpr bool non_blocking = true;
};

struct Fixture {
    Script said;
    SinkKind kind;
    std::unique_ptr<SinkRunner> runner;
    TestHandlers handlers;
    std::uint64_t sequence = 0;

    Fixture() { script = &said; }
    ~Fixture() {
        said.released = true;
        if (!runner) return;
        CHECK(wait_until([&] { return said.inside == 0; }));
        CHECK(wait_until([&] { return runner->stop(1s); }));
    }

    void start(const tocsin_sink_kind& abi) {
        kind.name = "test";
        kind.abi = &abi;
        runner = std::make_unique<SinkRunner>(
            std::make_unique<SinkInstance>(kind, "one", std::vector<OptionValue>{}, [](Strand::Task task) { task(); }));
        handlers.add(*runner, "one");
        handlers.add(*runner, "two");
        runner->start([](Time) {});
    }

    void push(std::size_t handler, const std::string& id) {
        handlers.push(*runner, handler, test_delivery(id, ++sequence));
        runner->wake();
    }

    void push_and_hang(const std::string& id = "hang") {
        push(0, id);
        REQUIRE(wait_until([&] { return said.inside == 1; }));
    }

    /// Lets `time` go by for the runner's watch.
    void watch(std::chrono::nanoseconds time) { runner->watch(std::chrono::steady_clock::now() + time); }

    void condemn() {
        watch(31s);
        watch(1h);
    }

    bool ends() {
        return wait_until([&] {
            runner->wake();
            return handlers.pending() == 0;
        });
    }
};

constexpr auto& blocking = tocsin::detail::sink_kind<TestSink>;

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a sink that hangs is replaced, and what was open goes to the new instance") {
    said.hanging = 1;
    start(blocking);
    push(1, "before");
    REQUIRE(wait_until([&] { return handlers.pending() == 0; }));
    push_and_hang();
    push(0, "hang");
    push(1, "after");
    watch(29s);
    CHECK(runner->counts().condemned.value() == 0);
    condemn();
    CHECK(runner->counts().condemned.value() == 1);
    CHECK(ends());
    const auto texts = said.all();
    REQUIRE(texts.size() == 4);
    CHECK(texts[0] == "1 before");
    CHECK(std::count(texts.begin(), texts.end(), "2 hang") == 2);
    CHECK(std::count(texts.begin(), texts.end(), "2 after") == 1);
    CHECK(handlers.all[0]->delivered.value() == 2);
}

TEST_CASE_FIXTURE(Fixture,
                  "what was sent and not answered before the hang is sent again, and late answers are not heard") {
    said.hanging = 1;
    start(blocking);
    push(0, "keep");
    push_and_hang();
    condemn();
    REQUIRE(wait_until([&] { return said.made == 2; }));
    said.released = true;
    CHECK(wait_until([&] { return said.destroyed == 1; }));
    CHECK(wait_until([&] {
        runner->wake();
        return handlers.pending() == 1;
    }));
    CHECK(said.all() == Texts{"2 hang", "1 hang"});
    CHECK(handlers.all[0]->delivered.value() == 1);
    CHECK(handlers.all[0]->pending == 1);
}

TEST_CASE_FIXTURE(Fixture, "a sink that calls itself non-blocking and hangs keeps its caller, and nobody else") {
    said.hanging = 1;
    start(tocsin::detail::sink_kind<InlineSink>);
    std::thread caller{[&] { push(0, "hang"); }};
    REQUIRE(wait_until([&] { return said.inside == 1; }));
    condemn();
    push(1, "after");
    CHECK(ends());
    CHECK(said.all().size() == 2);
    said.released = true;
    caller.join();
    CHECK(wait_until([&] { return said.destroyed == 1; }));
}

TEST_CASE_FIXTURE(Fixture, "a call that was posted may hang as well") {
    said.hanging = 1;
    start(blocking);
    push_and_hang("post");
    push(1, "after");
    condemn();
    CHECK(ends());
    CHECK(said.all() == Texts{"1 post", "2 after"});
}

TEST_CASE_FIXTURE(Fixture, "a new instance that cannot be made is tried again") {
    said.hanging = 1;
    said.failing = 2;
    start(blocking);
    push_and_hang();
    condemn();
    for (int instances = 2; instances <= 4; ++instances) {
        REQUIRE(wait_until([&] {
            watch(1h);
            return said.made >= instances;
        }));
    }
    CHECK(ends());
    CHECK(said.all() == Texts{"4 hang"});
}

TEST_CASE_FIXTURE(Fixture, "no more than four threads are left behind at a time") {
    said.hanging = 10;
    start(blocking);
    for (int stuck = 1; stuck <= 4; ++stuck) {
        push(0, "hang");
        REQUIRE(wait_until([&] { return said.inside == stuck; }));
        condemn();
    }
    CHECK(runner->counts().condemned.value() == 4);
    REQUIRE(wait_until([&] {
        runner->wake();
        return said.inside == 5;
    }));
    condemn();
    CHECK(runner->counts().condemned.value() == 4);
    CHECK(said.made == 5);
    CHECK(!runner->stop(1ms));
    said.released = true;
    CHECK(wait_until([&] { return said.destroyed == 4; }));
}

TEST_CASE("answers are progress: a long call that gives them is left alone") {
    CallWatch watched;
    const auto now = CallWatch::Clock::now();
    watched.enter();
    CHECK_FALSE(watched.condemn(now + 1s, 30s));
    const auto entered = CallWatch::Clock::now();
    while (CallWatch::Clock::now() == entered) {
    }
    watched.progress();
    CHECK_FALSE(watched.condemn(entered + 30s, 30s));
    CHECK(watched.condemn(CallWatch::Clock::now() + 31s, 30s));
    CHECK_FALSE(watched.condemn(CallWatch::Clock::now() + 31s, 30s));
    CHECK_FALSE(watched.leave());
    CallWatch idle;
    idle.progress();
    CHECK_FALSE(idle.condemn(now + 1h, 30s));
    idle.enter();
    CHECK(idle.leave());
    CHECK_FALSE(idle.condemn(now + 1h, 30s));
}

TEST_CASE_FIXTURE(Fixture, "an exception out of submit is survived, and what was not answered is tried again") {
    static std::atomic<int> calls;
    static const tocsin_host* host;
    calls = 0;
    static auto throwing = blocking;
    throwing.create = [](const tocsin_host* given, const tocsin_value* options, std::uint64_t count, void** instance,
                         tocsin_error* error) {
        host = given;
        return blocking.create(given, options, count, instance, error);
    };
    throwing.submit = [](void* instance, const tocsin_delivery* const* deliveries, std::uint64_t count) {
        if (++calls == 1) {
            host->ack(host->context, deliveries[0]->ticket, TOCSIN_DELIVERED, {});
            throw std::runtime_error{"broken"};
        }
        blocking.submit(instance, deliveries, count);
    };
    start(throwing);
    handlers.push(*runner, 0, test_delivery("a", 1));
    handlers.push(*runner, 1, test_delivery("b", 2));
    runner->wake();
    CHECK(ends());
    CHECK(said.all() == Texts{"1 b"});
    CHECK(handlers.all[1]->retried.value() == 1);
    CHECK(runner->counts().condemned.value() == 0);
}

TEST_CASE_FIXTURE(Fixture, "nothing is sent through a new instance before it has begun") {
    said.hanging = 1;
    start(blocking);
    push_and_hang();
    push(1, "after");
    watch(31s);
    std::atomic<bool> ends_now{false};
    std::thread waker{[&] {
        while (!ends_now) runner->wake_soon();
    }};
    watch(1h);
    CHECK(ends());
    ends_now = true;
    waker.join();
}
