#include "support/http_client.hpp"

#include "datagrams.hpp"
#include "support/mosquitto.hpp"
#include "support/router.hpp"
#include "support/site.hpp"
#include "support/subscriber.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

std::string http_section(const std::string& listen) { return "[http]\nlisten = \"" + listen + "\"\n"; }

std::string loopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("without [http] nothing listens") {
    const Site site{""};
    Router router{site.config()};
    CHECK_FALSE(holds(router.output(), "serving HTTP"));
    CHECK(router.stop().code == 0);
}

TEST_CASE("health and readiness, also while a stop waits for deliveries") {
    const Mosquitto down;
    const auto udp = free_port(Protocol::udp);
    const auto port = free_port(Protocol::tcp);
    const Site site{http_section(loopback(port)) + mqtt_section("plant", down.url()) + task_log_section(udp),
                    "drain-timeout = \"1h\""};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    site.handler("h.yaml", "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  qos: 1\n");
    Router router{site.config()};
    CHECK(router.wait_for("serving HTTP").value("port") == std::to_string(port));
    HttpClient client{port};
    CHECK(client.get("/healthz").body == "ok\n");
    CHECK(client.get("/healthz").status == 200);
    CHECK(client.get("/readyz").status == 200);
    CHECK(client.get("/readyz").body == "ready\n");
    CHECK(client.get("/").status == 404);
    const auto refused = client.request("POST", "/metrics");
    CHECK(refused.status == 405);
    CHECK(refused.headers.at("allow") == "GET, HEAD");
    CHECK(client.request("HEAD", "/metrics").status == 200);

    send_udp(udp, failed_line.text());
    wait_for_diary(diary, 1);
    router.process().send_signal(SIGTERM);
    router.wait_for("stopping");
    CHECK(wait_until([&] { return client.get("/readyz").status == 503; }));
    CHECK(client.get("/readyz").body == "stopping\n");
    CHECK(client.get("/healthz").status == 200);
    CHECK(client.get("/metrics").status == 200);
    CHECK(router.stop().code == 0);
    CHECK(client.closes());
}

TEST_CASE("an address in use is a mistake with its place, and nothing else is started") {
    const auto port = free_port(Protocol::tcp);
    const Site first{http_section(loopback(port))};
    const Site second{http_section(loopback(port)) + task_log_section(free_port(Protocol::udp))};
    const Router router{first.config()};
    const auto finished = run({tocsin_exe(), "run", "--config", second.config().string()});
    CHECK(finished.code == 1);
    CHECK(holds(finished.err,
                "tocsin.toml:5:10: http.listen: cannot listen on " + loopback(port) + ": Address already in use"));
    CHECK(second.check().code == 0);
}

TEST_CASE("mistakes in [http] are told with their place") {
    struct Mistake {
        std::string toml;
        std::string words;
    };
    for (const auto& one :
         {Mistake{http_section("9092"), "5:10: http.listen: \"9092\" is no address to listen on: write address:port"},
          Mistake{http_section("example.com:80"), "5:10: http.listen: \"example.com:80\" is no address"},
          Mistake{http_section(""), "5:10: http.listen: "},
          Mistake{"[http]\nlisten = 9092\n", "5:10: http.listen: must be a string"},
          Mistake{"[http]\nlistn = \"*:1\"\n", "5:1: http.listn: unknown option (did you mean \"listen\"?)"},
          Mistake{"[[http]]\n", "http: must be a table, not a list: write [http], once\n"},
          Mistake{"[[htpp]]\n", "(did you mean \"http\"?)"}}) {
        CAPTURE(one.toml);
        const auto finished = Site{one.toml}.check();
        INFO(finished.err);
        CHECK(finished.code == 1);
        CHECK(holds(finished.err, one.words));
    }
}

TEST_CASE("an address that others reach is warned of") {
    for (const std::string listen : {"*:9092", "0.0.0.0:9092", "[::]:9092", "192.0.2.1:9092"}) {
        const auto finished = Site{http_section(listen)}.check();
        CHECK(finished.code == 0);
        CHECK(holds(finished.err, "5:10: warning: http.listen: everyone who reaches this address"));
    }
    for (const std::string listen : {"127.0.0.1:9092", "[::1]:9092", "localhost:9092"})
        CHECK_FALSE(holds(Site{http_section(listen)}.check().err, "http"));
    CHECK_FALSE(holds(Site{"[http]\n"}.check().err, "http"));
}

TEST_CASE("a variable sets the address, and is enough to have HTTP served") {
    const auto port = free_port(Protocol::tcp);
    for (const std::string section : {"", "[http]\n", "[http]\nlisten = \"127.0.0.1:1\"\n"}) {
        CAPTURE(section);
        const Site site{section};
        Router router{site.config(), {{"TOCSIN_HTTP_LISTEN", loopback(port)}}};
        CHECK(http_get(port, "/readyz").status == 200);
        CHECK(router.stop().code == 0);
    }
    const auto wrong = Site{""}.check({{"TOCSIN_HTTP_LISTEN", "here"}});
    CHECK(wrong.code == 1);
    CHECK(holds(wrong.err, "TOCSIN_HTTP_LISTEN: http.listen: \"here\" is no address"));
    const auto misspelt = Site{""}.check({{"TOCSIN_HTTP_LISTN", "127.0.0.1:1"}});
    CHECK(misspelt.code == 1);
    CHECK(holds(misspelt.err, "(did you mean \"LISTEN\"?)"));
}

TEST_CASE("hostile clients hold up neither health checks nor alerts") {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);

    const auto broker = Mosquitto::started();
    const auto udp = free_port(Protocol::udp);
    const auto port = free_port(Protocol::tcp);
    const Site site{http_section(loopback(port)) + mqtt_section("plant", broker->url()) + task_log_section(udp)};
    site.handler("h.yaml", "id: h\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: t\n  qos: 1\n");
    Router router{site.config()};
    const Subscriber subscriber{broker->observer_port()};
    router.wait_for("connected");

    constexpr auto pause = 10ms;
    std::atomic<bool> done = false;
    std::vector<std::thread> attackers;
    attackers.emplace_back([&] {  // a byte now and then
        while (!done) {
            const HttpClient slow{port};
            for (int i = 0; i < 20 && !done && slow.send("G"); ++i) std::this_thread::sleep_for(pause);
        }
    });
    attackers.emplace_back([&] {  // headers without an end
        const std::string header = "X: " + std::string(1024 * 1024, 'x');
        while (!done) {
            const HttpClient large{port};
            large.send("GET / HTTP/1.1\r\n");
            large.send(header);
            std::this_thread::sleep_for(pause);
        }
    });
    attackers.emplace_back([&] {  // garbage
        std::string garbage(64 * 1024, '\0');
        for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 7919 >> 3);
        while (!done) {
            HttpClient{port}.send(garbage);
            std::this_thread::sleep_for(pause);
        }
    });
    attackers.emplace_back([&] {  // many requests at once, no answer read
        std::string requests;
        for (int i = 0; i < 500; ++i) requests += "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";
        while (!done) {
            const HttpClient never_reads{port};
            ::send(never_reads.handle(), requests.data(), requests.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            std::this_thread::sleep_for(pause);
        }
    });
    std::vector<HttpClient> half_open;
    for (unsigned i = 1; i <= 1000; ++i) {
        half_open.emplace_back(port).send("GET /he");
        if (i % 50 != 0) continue;
        auto line = failed_line;
        line.execution_id = guid(i);
        send_udp(udp, line.text());
        CHECK(http_get(port, "/healthz").status == 200);
        CHECK(subscriber.wait_for(i / 50).size() == i / 50);
    }
    done = true;
    for (auto& attacker : attackers) attacker.join();

    CHECK(http_get(port, "/readyz").status == 200);
    CHECK(router.stop().code == 0);
    CHECK(subscriber.messages().size() == 20);
}
