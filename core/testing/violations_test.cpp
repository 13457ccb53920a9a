#include "scripted_plugins.hpp"

#include <thread>

using namespace testing_test;
using namespace std::chrono_literals;

namespace {

/// What a sink violates whose `send` is `on_send`, and whose stop `on_stop`.
Violations of_sink(ScriptedSink::Send on_send, std::function<void(ScriptedSink&)> on_stop = {},
                   std::string_view section = {}) {
    ScriptedSink::forget();
    if (on_send) ScriptedSink::on_send = std::move(on_send);
    ScriptedSink::on_stop = std::move(on_stop);
    TestedSink sink{section};
    const auto handler = sink.bind("topic: t");
    sink.start();
    sink.submit(handler, event());
    sink.stop();
    sink.destroy();
    return sink.violations();
}

void answer(const ScriptedSink& sink, std::uint64_t ticket, std::uint32_t outcome, std::string_view reason) {
    sink.abi().ack(sink.abi().context, ticket, outcome, tocsin::abi(reason));
}

/// Deliveries that a sink forgot to answer; released at the end of the test.
std::vector<tocsin::Delivery> forgotten;

/// A kind whose `submit` does nothing with its deliveries but what the test says.
tocsin_sink_kind raw_kind(decltype(tocsin_sink_kind::submit) submit) {
    auto kind = tocsin::detail::sink_kind<ScriptedSink>;
    kind.submit = submit;
    return kind;
}

const tocsin_host* raw_host = nullptr;

Violations of_submit(decltype(tocsin_sink_kind::submit) submit) {
    ScriptedSink::forget();
    ScriptedSink::on_start = [](ScriptedSink& sink) { raw_host = &sink.abi(); };
    const auto kind = raw_kind(submit);
    tocsin::testing::HostedSink sink{kind};
    const auto handler = sink.bind("topic: t");
    sink.start();
    sink.submit(handler, event());
    sink.stop();
    return sink.violations();
}

}  // namespace

TEST_CASE("a sink that keeps the contract violates nothing") {
    CHECK(of_sink({}) == Violations{});
    CHECK(of_sink([](ScriptedSink&, tocsin::Delivery) {}) == Violations{});  // the SDK answers with retry
}

TEST_CASE("answers") {
    CHECK(of_sink([](ScriptedSink& sink, tocsin::Delivery delivery) {
              const auto ticket = delivery.ticket();
              delivery.delivered();
              answer(sink, ticket, TOCSIN_REJECTED, "after all");
          }) == Violations{"ack: ticket 1 was answered twice, delivered and then rejected"});
    CHECK(of_sink([](ScriptedSink& sink, tocsin::Delivery delivery) {
              answer(sink, 77, TOCSIN_DELIVERED, "");
              delivery.delivered();
          }) == Violations{"ack: the sink was given no ticket 77"});
    CHECK(of_submit([](void*, const tocsin_delivery* const* deliveries, std::uint64_t) {
              raw_host->ack(raw_host->context, deliveries[0]->ticket, 9, tocsin::abi("odd"));
          }) == Violations{"ack: 9 is no outcome, ticket 1 counts as retry"});
    CHECK(of_sink([](ScriptedSink&, tocsin::Delivery delivery) { delivery.rejected("one\ntwo"); }) ==
          Violations{"ack: the reason for ticket 1 is more than one line"});
    CHECK(of_submit([](void*, const tocsin_delivery* const* deliveries, std::uint64_t) {
              raw_host->ack(raw_host->context, deliveries[0]->ticket, TOCSIN_DELIVERED, tocsin::abi("fine"));
          }) == Violations{"ack: ticket 1 is delivered and has a reason"});
    CHECK(of_submit([](void*, const tocsin_delivery* const*, std::uint64_t) {}) ==
          Violations{"stop: ticket 1 had no answer when it returned"});
}

TEST_CASE("a ticket that waits for credit cannot be answered") {
    ScriptedSink::forget();
    ScriptedSink::on_send = [](ScriptedSink& sink, tocsin::Delivery delivery) {
        sink.kept.push_back(std::move(delivery));
        answer(sink, 4, TOCSIN_DELIVERED, "");
    };
    TestedSink sink;
    const auto handler = sink.bind("topic: t");
    sink.start();
    sink.submit(handler, std::vector<tocsin::EventDraft>(4, event()));
    CHECK(sink.waiting() == 1);
    sink.stop();
    CHECK(sink.violations() == Violations(3, "ack: the sink was given no ticket 4"));
}

TEST_CASE("retained deliveries") {
    CHECK(of_submit([](void*, const tocsin_delivery* const* deliveries, std::uint64_t) {
              raw_host->retain(raw_host->context, deliveries[0]);
              raw_host->ack(raw_host->context, deliveries[0]->ticket, TOCSIN_DELIVERED, {});
          }) == Violations{"stop: the delivery of ticket 1 was still retained when it returned"});
    CHECK(of_submit([](void*, const tocsin_delivery* const* deliveries, std::uint64_t) {
              raw_host->release(raw_host->context, deliveries[0]);
              raw_host->ack(raw_host->context, deliveries[0]->ticket, TOCSIN_DELIVERED, {});
          }) == Violations{"release: the sink does not retain this delivery"});
    CHECK(of_sink({},
                  [](ScriptedSink& sink) {
                      const tocsin_delivery gone{};
                      sink.abi().retain(sink.abi().context, &gone);
                      sink.abi().release(sink.abi().context, &gone);
                  }) == Violations{"retain: the delivery is gone, it was neither in submit nor retained",
                                   "release: the sink does not retain this delivery"});
}

TEST_CASE("what a sink does after stop") {
    ScriptedSink::forget();
    ScriptedSink* self = nullptr;
    ScriptedSink::on_send = [&](ScriptedSink& sink, tocsin::Delivery delivery) {
        self = &sink;
        forgotten.push_back(std::move(delivery));
    };
    TestedSink sink;
    const auto handler = sink.bind("topic: t");
    sink.start();
    sink.submit(handler, event());
    sink.stop();
    CHECK(sink.violations() == Violations{"stop: ticket 1 had no answer when it returned",
                                          "stop: the delivery of ticket 1 was still retained when it returned"});
    std::thread{[&] {
        self->host.info("still here");
        self->host.counter("c", "").add();
        self->host.set_max_in_flight(1);
        self->abi().post(
            self->abi().context, [](void*) {}, nullptr);
        CHECK(forgotten[0].json().starts_with("{"));
        forgotten[0].delivered();
        forgotten.clear();
    }}.join();
    const auto all = sink.violations();
    CHECK(Violations(all.begin() + 2, all.end()) ==
          Violations{"log: called after stop had returned", "counter: called after stop had returned",
                     "add: called after stop had returned", "set_max_in_flight: called after stop had returned",
                     "post: called after stop had returned", "event_json: called after stop had returned",
                     "release: called after stop had returned", "ack: called after stop had returned"});
    CHECK(sink.log().empty());
    CHECK(sink.answers().empty());
}

TEST_CASE("secrets in log lines and reasons") {
    constexpr std::string_view section = "password = 'open sesame'";
    CHECK(of_sink(
              [](ScriptedSink& sink, tocsin::Delivery delivery) {
                  sink.host.info("trying " + std::string{sink.options.text("password")});
                  delivery.retry("not with open sesame");
              },
              {}, section) == Violations{"a log line shows the secret option password",
                                         "the reason for ticket 1 shows the secret option password"});
    CHECK(of_sink({}, {}, section) == Violations{});
}

TEST_CASE("calls that are not for sinks, unknown counters and severities") {
    CHECK(of_sink([](ScriptedSink& sink, tocsin::Delivery delivery) {
              const auto draft = event().to_abi();
              CHECK(sink.abi().emit(sink.abi().context, &draft, 0) == TOCSIN_STOPPING);
              sink.abi().add(sink.abi().context, 5, 1);
              sink.abi().log(sink.abi().context, 8, tocsin::abi("loud"));
              delivery.delivered();
          }) ==
          Violations{"emit: called by a sink", "add: there is no counter with the handle 5", "log: 8 is no severity"});
}

TEST_CASE("a stop that takes too long") {
    ScriptedSink::forget();
    ScriptedSink::on_stop = [](ScriptedSink&) {
        const auto end = std::chrono::steady_clock::now() + 1100ms;
        while (std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
    };
    TestedSink sink;
    sink.start();
    sink.stop(10ms);
    CHECK(sink.violations() == Violations{"stop: it took longer than its timeout and a second"});
}

TEST_CASE("an error longer than its place") {
    auto kind = tocsin::detail::sink_kind<ScriptedSink>;
    kind.start = [](void*, tocsin_error* error) {
        error->size = error->capacity + 1;
        return std::int32_t{TOCSIN_FAILED};
    };
    tocsin::testing::HostedSink sink{kind};
    CHECK_THROWS_AS(sink.start(), tocsin::testing::Mistake);
    CHECK(sink.violations() == Violations{"error: its size is beyond its capacity"});
}

TEST_CASE("events that break a rule") {
    ScriptedSource::forget();
    TestedSource source;
    source.start();
    auto& host = ScriptedSource::last->host;
    CHECK(host.emit(tocsin::EventDraft{}) == Emit::invalid);
    auto draft = event();
    draft.tag("site", "again");
    CHECK(host.emit(draft) == Emit::invalid);
    auto json = event();
    json.json_field("list", "[1, 2]");
    source.room_for(0);
    CHECK(host.emit(json) == Emit::invalid);
    CHECK(source.accepted() == 0);
    const auto all = source.violations();
    REQUIRE(all.size() == 3);
    CHECK(all[0] == "emit: the event breaks a rule: the topic is empty");
    CHECK(all[1].starts_with("emit: the event breaks a rule: "));
    CHECK(all[2].starts_with("emit: the event breaks a rule: "));
}

TEST_CASE("a source that emits or listens too early, too late, or poses as a sink") {
    ScriptedSource::forget();
    ScriptedSource::on_create = [](ScriptedSource&) {};
    TestedSource source;
    auto& self = *ScriptedSource::last;
    CHECK(self.host.emit(event()) == Emit::stopping);
    self.host.listen_udp("127.0.0.1:0");
    source.start();
    self.host.abi_host()->ack(self.host.abi_host()->context, 1, TOCSIN_DELIVERED, {});
    self.host.abi_host()->set_max_in_flight(self.host.abi_host()->context, 1);
    source.stop();
    CHECK(self.host.emit(event()) == Emit::stopping);
    CHECK_THROWS(self.host.listen_udp("h:1"));
    CHECK(source.violations() == Violations{"emit: called before start", "listen: called before start",
                                            "ack: called by a source", "set_max_in_flight: called by a source",
                                            "emit: called after stop had returned",
                                            "listen: called after stop had returned"});
    CHECK(source.events().empty());
}
