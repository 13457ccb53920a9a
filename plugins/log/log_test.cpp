#include "folder.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>

using log_sink::test::content;
using log_sink::test::Folder;
using tocsin::testing::HostedSink;
using tocsin::testing::Outcome;

extern "C" const tocsin_plugin_descriptor tocsin_plugin;

namespace {

const tocsin_sink_kind& kind() { return *tocsin_plugin.sinks[0]; }

tocsin::EventDraft event() {
    tocsin::EventDraft draft;
    draft.topic = "cpu";
    draft.id = "host1";
    draft.level = tocsin::Level::warning;
    draft.message = "line one\nline \"two\"";
    draft.time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2};
    draft.tag("site", "north");
    return draft;
}

std::string reason_of_refusal(HostedSink& sink, std::string_view options, const std::filesystem::path& directory) {
    try {
        sink.bind(options, directory);
    } catch (const tocsin::testing::Mistake& mistake) {
        return mistake.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("each event is one line of JSON in its handler's file") {
    const Folder folder;
    HostedSink sink{kind()};
    const auto one = sink.bind("path: one.log", folder.path);
    const auto two = sink.bind("path: two.log\nmode: 0640", folder.path);
    sink.start();
    for (const auto handler : {one, two, one}) {
        const auto answer = sink.answer_to(sink.submit(handler, event()));
        REQUIRE(answer);
        CHECK(answer->outcome == Outcome::delivered);
    }
    const std::string first =
        R"({"id":"host1","message":"line one\nline \"two\"","details":"","time":"2026-01-02T00:00:00Z","duration":0,)"
        R"("level":"WARNING","data":{"series":[{"tags":{"site":"north"},"columns":["time"],)"
        R"("values":[["2026-01-02T00:00:00Z"]]}]},"previousLevel":"OK","recoverable":true})";
    const std::string second =
        first.substr(0, first.find(R"("previousLevel)")) + R"("previousLevel":"WARNING","recoverable":true})";
    CHECK(content(folder.path / "one.log") == first + "\n" + second + "\n");
    struct stat status {};
    REQUIRE(::stat((folder.path / "one.log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::stat((folder.path / "two.log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
    sink.stop();
    CHECK(sink.violations().empty());
}

TEST_CASE("a file that cannot be opened any more is tried again later") {
    const Folder folder;
    std::filesystem::create_directory(folder.path / "logs");
    HostedSink sink{kind()};
    const auto handler = sink.bind("path: logs/alerts.log", folder.path);
    sink.start();
    std::filesystem::remove(folder.path / "logs");
    const auto ticket = sink.submit(handler, event());
    const auto answer = sink.answer_to(ticket);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::retry);
    CHECK(answer->reason == "cannot open the file: No such file or directory");
    std::filesystem::create_directory(folder.path / "logs");
    CHECK(sink.answer_to(sink.submit_again(ticket))->outcome == Outcome::delivered);
    sink.stop();
    CHECK(sink.violations().empty());
}

TEST_CASE("mistakes in the options of a handler") {
    const Folder folder;
    HostedSink sink{kind()};
    CHECK(reason_of_refusal(sink, "mode: 0600", folder.path).starts_with("handler.yaml:1:1: options.path: missing"));
    CHECK(reason_of_refusal(sink, "path: none/a.log", folder.path) == "handler.yaml:1:7: options.path: the folder " +
                                                                          (folder.path / "none").string() +
                                                                          " is not there: make it first");
    CHECK(
        reason_of_refusal(sink, "path: a.log\nmode: 01000", folder.path).starts_with("handler.yaml:2:7: options.mode"));
    CHECK(reason_of_refusal(sink, "paht: a.log", folder.path).find("did you mean \"path\"?") != std::string::npos);
}
