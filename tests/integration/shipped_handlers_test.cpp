#include "counts.hpp"
#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace tocsin::testing;

namespace {

std::filesystem::path source() { return setting("TOCSIN_SOURCE"); }

}  // namespace

TEST_CASE("the shipped handlers put Butler's bytes on Butler's topics, whatever the broker is called") {
    const auto broker = Mosquitto::started();
    const auto port = free_port(Protocol::udp);
    const TempDir folder;
    const auto config = folder.write("tocsin.toml", "[tocsin]\nhandlers-dir = \"" + (source() / "handlers").string() +
                                                        "\"\n[[mqtt]]\nenabled = true\nurl = \"" + broker->url() +
                                                        "\"\n" + task_log_section(port));
    Router router{config};
    const Subscriber subscriber{broker->observer_port()};
    router.wait_for("connected");
    std::vector<Message> expected;
    const auto sent = [&](const std::string& text, const std::vector<Message>& messages) {
        CAPTURE(text);
        send_udp(port, text);
        expected.insert(expected.end(), messages.begin(), messages.end());
        auto got = subscriber.wait_for(expected.size());
        // The handlers of one event are independent of each other.
        for (const auto& message : messages) CHECK(std::find(got.begin(), got.end(), message) != got.end());
    };
    sent(failed_line.text(),
         {{"qliksense/task_failure", "Reload sales", 0, false},
          {"qliksense/task_failure_full",
           R"({"hostName":"sense1","user":"LAB\\goran","taskName":"Reload sales",)"
           R"("taskId":"7552d9fc-d1bb-4975-9a38-18357de531ea","appName":"Sales app",)"
           R"("appId":"e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e","logTimeStamp":"2024-05-06 07:08:09,123",)"
           R"("logLevel":"ERROR","executionId":"00000001-1111-4222-8333-444444444444",)"
           R"("logMessage":"Max retries reached"})",
           0, false}});
    sent(aborted_line.text(),
         {{"qliksense/task_aborted", "T5", 0, false},
          {"qliksense/task_aborted_full",
           R"({"hostName":"sense1","user":"LAB\\goran","taskName":"T5",)"
           R"("taskId":"7552d9fc-d1bb-4975-9a38-18357de531ea","appName":"App",)"
           R"("appId":"e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e","logTimeStamp":"2024-05-06 07:08:09,123",)"
           R"("logLevel":"INFO","executionId":"00000005-1111-4222-8333-444444444444",)"
           R"("logMessage":"Execution State Change to Aborting"})",
           0, false}});
    sent(success_line.text(), {});
    // Names that JSON and Butler find hard; the task failed before, and is told again.
    auto hard = failed_line;
    hard.execution_id = guid(9);
    hard.task_name = "Åäö \"quoted\" <&>; 100%";
    hard.user = "LAB\\\\goran";
    sent(hard.text(), {{"qliksense/task_failure", "Åäö \"quoted\" <&>; 100%", 0, false},
                       {"qliksense/task_failure_full",
                        R"({"hostName":"sense1","user":"LAB\\goran","taskName":"Åäö \"quoted\" <&>; 100%",)"
                        R"("taskId":"7552d9fc-d1bb-4975-9a38-18357de531ea","appName":"Sales app",)"
                        R"("appId":"e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e","logTimeStamp":"2024-05-06 07:08:09,123",)"
                        R"("logLevel":"ERROR","executionId":"00000009-1111-4222-8333-444444444444",)"
                        R"("logMessage":"Max retries reached"})",
                        0, false}});
    for (const auto& [line, topic] : {std::pair{session_start_line, "qliksense/session_start"},
                                      std::pair{session_stop_line, "qliksense/session_stop"}}) {
        send_udp(port, line);
        const auto got = subscriber.wait_for(expected.size() + 1);
        CHECK(got.back().topic == topic);
        CHECK(json_value(got.back().payload, "hostName") == "sense1");
        CHECK(json_value(got.back().payload, "userDirectory") == "LAB");
        CHECK(json_value(got.back().payload, "userId") == "goran");
        expected.push_back(got.back());
    }
    CHECK(router.stop().code == 0);
    check_counts(router);
    CHECK(subscriber.messages().size() == expected.size());
}

TEST_CASE("every example loads, alone and with all the others") {
    const auto brokers = mqtt_section("plant", "tcp://127.0.0.1:1", "default = true") +
                         mqtt_section("office", "tcp://127.0.0.1:1") + task_log_section(9998);
    const Site all{brokers};
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{source() / "handlers/examples"}) {
        if (entry.path().extension() == ".md") continue;
        ++count;
        const auto name = entry.path().filename().string();
        const Site site{brokers};
        for (const Site* each : {&site, &all}) each->handler(name, read_text(entry.path()));
        const auto finished = site.check();
        INFO(finished.out, finished.err);
        CHECK(finished.code == 0);
    }
    CHECK(count >= 10);
    const auto finished = all.check();
    INFO(finished.out, finished.err);
    CHECK(finished.code == 0);
}

TEST_CASE("the sample configuration is sound") {
    const auto finished = run({tocsin_exe(), "check", "--config", (source() / "conf/tocsin.toml").string()});
    INFO(finished.out, finished.err);
    CHECK(finished.code == 0);
}
