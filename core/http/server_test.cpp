#include "http/server.hpp"

#include "support/http_client.hpp"

#include <tocsin/testing/wait.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace tocsin::core::http;
using namespace std::chrono_literals;
using tocsin::testing::http_get;
using tocsin::testing::HttpClient;
using tocsin::testing::wait_until;

namespace {

const Address anywhere{"127.0.0.1", 0};
constexpr std::size_t large = 24 * 1024 * 1024;  // more than the system buffers

Routes some_routes() {
    Routes routes;
    routes.add("GET", "/hello", [](const Request& request) { return Response{.body = "hello " + request.query}; });
    routes.add("POST", "/echo", [](const Request& request) {
        return Response{.status = 201, .content_type = "application/json", .body = request.body};
    });
    routes.add("GET", "/large", [](const Request&) { return Response{.body = std::string(large, 'x')}; });
    routes.add("GET", "/host",
               [](const Request& request) { return Response{.body = std::string{request.header("host")}}; });
    return routes;
}

Limits short_limits() {
    return {.idle = 200ms, .request = 300ms, .answer = 300ms, .connections = 8, .answer_bytes = 2 * large};
}

std::string hello() { return "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"; }

}  // namespace

TEST_CASE("GET, HEAD, POST, 404 and 405") {
    const Server server{anywhere, some_routes()};
    HttpClient client{server.port()};
    const auto got = client.get("/hello?name=a&b");
    CHECK(got.status == 200);
    CHECK(got.body == "hello name=a&b");
    CHECK(got.headers.at("content-type") == "text/plain; charset=utf-8");
    CHECK(got.headers.at("cache-control") == "no-store");

    const auto head = client.request("HEAD", "/hello");
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") == "6");

    const auto echo = client.request("POST", "/echo", "Content-Length: 4\r\n", "body");
    CHECK(echo.status == 201);
    CHECK(echo.body == "body");
    CHECK(echo.headers.at("content-type") == "application/json");

    CHECK(client.get("/nothing").status == 404);
    const auto refused = client.request("DELETE", "/hello");
    CHECK(refused.status == 405);
    CHECK(refused.headers.at("allow") == "GET, HEAD");
    CHECK(client.request("HEAD", "/nothing").status == 404);
    CHECK(client.request("BREW", "/hello").status == 405);
    CHECK(client.get("/hello").body == "hello ");
}

TEST_CASE("bodies in chunks and targets as for a proxy are understood") {
    const Server server{anywhere, some_routes()};
    HttpClient client{server.port()};
    CHECK(client.request("POST", "/echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
              .body == "abcde");
    CHECK(client.get("http://here/hello?x").body == "hello x");
    CHECK(client.get("http://here").status == 404);
    CHECK(client.get("*").status == 404);
}

TEST_CASE("a connection is kept when the client wants it") {
    const Server server{anywhere, some_routes()};
    HttpClient closing{server.port()};
    CHECK(closing.request("GET", "/hello", "Connection: close\r\n").headers.at("connection") == "close");
    CHECK(closing.closes());

    HttpClient old{server.port()};
    old.send("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(old.read().status == 200);
    CHECK(old.closes());

    HttpClient old_kept{server.port()};
    for (int i = 0; i < 2; ++i) {
        old_kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(old_kept.read().status == 200);
    }
}

TEST_CASE("pipelined requests are answered in their order") {
    const Server server{anywhere, some_routes()};
    HttpClient client{server.port()};
    std::string requests;
    for (int i = 0; i < 500; ++i) requests += "GET /hello?" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    CHECK(client.send(requests));
    for (int i = 0; i < 500; ++i) REQUIRE(client.read().body == "hello " + std::to_string(i));
}

TEST_CASE("a request may come byte by byte") {
    const Server server{anywhere, some_routes()};
    HttpClient client{server.port()};
    for (const char c : hello()) client.send({&c, 1});
    CHECK(client.read().status == 200);
}

TEST_CASE("what is no HTTP is answered with 400, what is too long with 431 or 413, and the connection closed") {
    struct Case {
        std::string text;
        int status;
    };
    const Server server{anywhere, some_routes()};
    for (const auto& one :
         {Case{"\x16\x03\x01\x02\x01hello\r\n\r\n", 400},
          Case{"GET\r\n\r\n", 400},
          Case{"GET /hello\r\n\r\n", 400},
          Case{"GET /hello HTTP/3.0\r\n\r\n", 400},
          Case{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
          Case{"GET /hello HTTP/1.1\r\nno colon\r\n\r\n", 400},
          Case{"GET /hello HTTP/1.1\r\nHost : h\r\n\r\n", 400},
          Case{"GET /hello HTTP/1.1\r\n\r\n", 400},
          Case{"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
          Case{"GET /hel lo HTTP/1.1\r\nHost: h\r\n\r\n", 400},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
          Case{std::string(100, '\0'), 400},
          Case{"GET /" + std::string(17 * 1024, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
          Case{"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1024 * 1024, 'a') + "\r\n\r\n", 431},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", 413},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n", 413},
          Case{"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" +
                   std::string(256 * 1024, 'a'),
               413}}) {
        CAPTURE(one.text.substr(0, 80));
        HttpClient client{server.port()};
        client.send(one.text);
        const auto answer = client.read();
        CHECK(answer.status == one.status);
        CHECK(answer.headers.at("connection") == "close");
        CHECK(client.closes());
    }
    CHECK(http_get(server.port(), "/hello").status == 200);
}

TEST_CASE("many small headers count like a long one, and the longest allowed ones pass") {
    const Server server{anywhere, some_routes()};
    std::string headers;
    while (headers.size() < 17 * 1024) headers += "a: b\r\n";
    CHECK(HttpClient{server.port()}.request("GET", "/hello", headers).status == 431);
    HttpClient endless{server.port()};
    endless.send("GET /hello HTTP/1.1\r\n");
    std::size_t sent = 0;
    while (sent < 100'000'000 && endless.send(headers)) sent += headers.size();
    CHECK(sent < 100'000'000);
    headers.resize(15 * 1024 - 15 * 1024 % 6);
    CHECK(HttpClient{server.port()}.request("GET", "/hello", headers).status == 200);
    CHECK(HttpClient{server.port()}
              .request("POST", "/echo", "Content-Length: 65536\r\n", std::string(65536, 'a'))
              .body.size() == 65536);
}

TEST_CASE("a client that is too slow, silent or idle is closed; others are served meanwhile") {
    const Server server{anywhere, some_routes(), short_limits()};
    HttpClient silent{server.port()};
    HttpClient idle{server.port()};
    CHECK(idle.get("/hello").status == 200);
    HttpClient half{server.port()};
    half.send("GET /hello HTTP/1.1\r\nHo");
    HttpClient half_body{server.port()};
    half_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
    HttpClient trickle{server.port()};
    std::atomic<bool> refused = false;
    std::thread writer{[&] {
        while (trickle.send("x")) std::this_thread::sleep_for(20ms);
        refused = true;
    }};
    HttpClient never_reads{server.port()};
    never_reads.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(wait_until([&] {
        CHECK(http_get(server.port(), "/hello").status == 200);
        return refused.load();
    }));
    writer.join();
    for (auto* client : {&silent, &idle, &half, &half_body}) CHECK(client->closes());
    // Some of the answer is in the system's buffers; the end of it never comes.
    CHECK_THROWS(never_reads.read());
}

TEST_CASE("with more connections than there may be, the slowest makes room") {
    auto limits = short_limits();
    limits.idle = limits.request = limits.answer = 1h;
    const Server server{anywhere, some_routes(), limits};
    std::vector<HttpClient> all;
    for (int i = 0; i < 100; ++i) {
        all.emplace_back(server.port()).send("GET");
        CHECK(http_get(server.port(), "/hello").status == 200);
    }
    for (std::size_t i = 0; i + limits.connections < all.size(); ++i) CHECK(all[i].closes());
    CHECK_FALSE(all.back().closes(0ms));
    all.back().send(" /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(all.back().read().status == 200);
}

TEST_CASE("answers that nobody takes are given up when they are too many") {
    auto limits = short_limits();
    limits.answer = 1h;
    const Server server{anywhere, some_routes(), limits};
    std::vector<HttpClient> all;
    for (int i = 0; i < 4; ++i) {
        all.emplace_back(server.port()).send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(http_get(server.port(), "/hello").status == 200);
    }
    CHECK_THROWS(all[0].read());
    CHECK_THROWS(all[1].read());
    CHECK(all[3].read().body.size() == large);
}

TEST_CASE("a client that goes away in the middle of anything harms nobody") {
    const Server server{anywhere, some_routes()};
    for (const std::string text : {"", "GET", "GET /large HTTP/1.1\r\nHost: h\r\n\r\n",
                                   "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1"})
        for (int i = 0; i < 20; ++i) {
            const HttpClient client{server.port()};
            client.send(text);
            if (i % 2 == 0) continue;
            const linger reset{1, 0};
            ::setsockopt(client.handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
    CHECK(http_get(server.port(), "/hello").status == 200);
}

TEST_CASE("a stop closes what waits, lets an answer be taken, and ends within its time") {
    Server server{anywhere, some_routes()};
    HttpClient idle{server.port()};
    CHECK(idle.get("/hello").status == 200);
    HttpClient half{server.port()};
    half.send("GET ");
    HttpClient taking{server.port()};
    taking.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(http_get(server.port(), "/hello").status == 200);
    auto stopped = std::async(std::launch::async, [&] { server.stop(1h); });
    CHECK(idle.closes());
    CHECK(half.closes());
    CHECK(stopped.wait_for(0ms) == std::future_status::timeout);
    CHECK_THROWS(HttpClient{server.port()});
    CHECK(taking.read().body.size() == large);
    stopped.get();
}

TEST_CASE("a stop does not wait longer than it may, and may be called twice") {
    Server server{anywhere, some_routes()};
    const HttpClient never_reads{server.port()};
    never_reads.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(http_get(server.port(), "/hello").status == 200);
    server.stop(100ms);
    server.stop(1h);
    CHECK_THROWS(HttpClient{server.port()});
}

TEST_CASE("a server that is destroyed takes its clients along") {
    auto server = std::make_unique<Server>(anywhere, some_routes());
    HttpClient idle{server->port()};
    CHECK(idle.get("/hello").status == 200);
    HttpClient never_reads{server->port()};
    never_reads.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(http_get(server->port(), "/hello").status == 200);
    server.reset();
    CHECK(idle.closes());
    CHECK_THROWS(never_reads.read());
}

TEST_CASE("an address in use, and one that is not of this machine, are told") {
    const Server server{anywhere, some_routes()};
    CHECK_THROWS_WITH((Server{{"127.0.0.1", server.port()}, {}}), "Address already in use");
    CHECK_THROWS((Server{{"192.0.2.1", 0}, {}}));
}

TEST_CASE("every address: IPv4 reaches it too") {
    const Server server{{"*", 0}, some_routes()};
    CHECK(http_get(server.port(), "/hello").status == 200);
}
