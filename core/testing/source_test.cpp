#include "scripted_plugins.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <limits>

using namespace testing_test;
using namespace std::chrono_literals;
using tocsin::Level;

namespace {

Emit emit(const tocsin::EventDraft& draft, std::uint64_t token = 0) {
    return ScriptedSource::last->host.emit(draft, token);
}

}  // namespace

TEST_CASE("emitted events are kept as values, stamped") {
    ScriptedSource::forget();
    TestedSource source;
    source.start();
    auto draft = event();
    draft.details = "<b>hot</b>";
    draft.name = "cpu usage";
    draft.task_name = "task";
    draft.group = "group";
    draft.time = std::chrono::sys_days{std::chrono::year{2026} / 2 / 3};
    draft.tag("about", "x");
    draft.field("text", "words");
    draft.field("whole", std::int64_t{-5});
    draft.field("real", 2.5);
    draft.field("flag", true);
    draft.json_field("list", "[1,2]");
    CHECK(emit(draft, 11) == Emit::accepted);
    draft.level = Level::ok;
    draft.time += 3s;
    CHECK(emit(draft) == Emit::accepted);

    const auto events = source.events();
    REQUIRE(events.size() == 2);
    const auto& first = events[0];
    CHECK(first.topic == "cpu");
    CHECK(first.id == "host1");
    CHECK(first.level == Level::critical);
    CHECK(first.message == "it is hot");
    CHECK(first.details == "<b>hot</b>");
    CHECK(first.name == "cpu usage");
    CHECK(first.task_name == "task");
    CHECK(first.group == "group");
    CHECK(first.time == std::chrono::sys_days{std::chrono::year{2026} / 2 / 3});
    CHECK(first.tags == std::vector<std::pair<std::string, std::string>>{{"about", "x"}, {"site", "a/b"}});
    CHECK(first.tag("site") == "a/b");
    CHECK_FALSE(first.tag("none"));
    CHECK(first.field("text") == tocsin::testing::FieldValue{std::string{"words"}});
    CHECK(first.field("whole") == tocsin::testing::FieldValue{std::int64_t{-5}});
    CHECK(first.field("real") == tocsin::testing::FieldValue{2.5});
    CHECK(first.field("flag") == tocsin::testing::FieldValue{true});
    CHECK(first.field("list") == tocsin::testing::FieldValue{tocsin::testing::Json{"[1,2]"}});
    CHECK_FALSE(first.field("none"));
    CHECK(first.token == 11);
    CHECK(first.previous_level == Level::ok);
    CHECK(first.sequence == 1);
    CHECK(events[1].previous_level == Level::critical);
    CHECK(events[1].duration == 3s);
    CHECK(events[1].sequence == 2);
    source.stop();
    CHECK(source.violations() == Violations{});
}

TEST_CASE("what emit answers can be said") {
    ScriptedSource::forget();
    TestedSource source;
    source.start();
    source.room_for(2);
    CHECK(emit(event()) == Emit::accepted);
    CHECK(emit(event()) == Emit::accepted);
    CHECK(emit(event()) == Emit::full);
    source.answer_emit(Emit::stopping);
    CHECK(emit(event()) == Emit::stopping);
    source.answer_emit(Emit::accepted);
    for (int i = 0; i < 3; ++i) CHECK(emit(event()) == Emit::accepted);
    CHECK(source.emits() == 7);
    CHECK(source.accepted() == 5);
    int calls = 0;
    source.on_emit([&] {
        ++calls;
        source.pause();
        source.room_for(0);
    });
    CHECK(emit(event()) == Emit::full);
    source.on_emit({});
    CHECK(emit(event()) == Emit::full);
    CHECK(calls == 1);
    CHECK(ScriptedSource::last->pauses == 1);
}

TEST_CASE("pause, resume and committed reach the source") {
    ScriptedSource::forget();
    TestedSource source;
    source.start();
    source.pause();
    source.resume();
    source.resume();
    const std::uint64_t tokens[] = {3, 4};
    source.committed(tokens);
    CHECK(ScriptedSource::last->pauses == 1);
    CHECK(ScriptedSource::last->resumes == 2);
    CHECK(ScriptedSource::last->tokens == std::vector<std::uint64_t>{3, 4});
    source.destroy();
    CHECK(mistake_of([&] { source.pause(); }) == "pause: there is no instance of a source");
}

TEST_CASE("a source listens on free ports of loopback, whatever it asks for") {
    ScriptedSource::forget();
    TestedSource source{"listen = ['*:514', '10.1.2.3:514']"};
    TestedSource other{"listen = ['*:514']"};
    source.start();
    other.start();
    const auto listeners = source.listeners();
    REQUIRE(listeners.size() == 2);
    CHECK(listeners[0].asked == "*:514");
    CHECK(listeners[0].port != 0);
    CHECK(listeners[0].port != listeners[1].port);
    CHECK(listeners[0].port != other.listeners()[0].port);
    CHECK_FALSE(listeners[0].is_v6);
    source.send("first");
    source.send("second", 1);
    char buffer[16];
    CHECK(::recv(static_cast<int>(listeners[0].handle), buffer, sizeof buffer, 0) == 5);
    CHECK(::recv(static_cast<int>(listeners[1].handle), buffer, sizeof buffer, 0) == 6);
    CHECK(mistake_of([&] { source.send("x", 2); }) == "the source has no listener 2");
    CHECK(mistake_of([&] { source.send(std::string(70'000, 'x')); }).find("70000 bytes") != std::string::npos);
}

TEST_CASE("an address that is none fails as at the router") {
    ScriptedSource::forget();
    for (const std::string address : {"nowhere", ":514", "host:", "host:65536", "::1:514", "host:5x"}) {
        CAPTURE(address);
        TestedSource source{"listen = ['" + address + "']"};
        CHECK(mistake_of([&] { source.start(); }) ==
              "\"" + address + "\" is no address to listen on: write host:port, [IPv6]:port or *:port");
    }
    TestedSource twice{"listen = ['h:1', 'h:1']"};
    CHECK(mistake_of([&] { twice.start(); }) == "cannot listen on h:1: it was asked for before");
}

TEST_CASE("a host alone serves tests of parts of a source") {
    tocsin::testing::RecordingSourceHost recording{"part"};
    const tocsin::SourceHost host{recording.abi()};
    CHECK(host.name() == "part");
    host.warning("careful");
    host.counter("received", "").add();
    CHECK(host.emit(event(), 7) == Emit::accepted);
    const auto handle = host.listen_udp("127.0.0.1:0");
    CHECK(recording.listeners().at(0).handle == handle);
    CHECK(recording.logged("careful") == 1);
    CHECK(recording.count("received") == 1);
    CHECK(recording.events().at(0).token == 7);
    CHECK(recording.violations() == Violations{});
}
