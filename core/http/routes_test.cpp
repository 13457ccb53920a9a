#include "http/routes.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace tocsin::core::http;

namespace {

Response call(const Routes& routes, const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    return routes.answer(request);
}

Routes some_routes() {
    Routes routes;
    routes.add("GET", "/a", [](const Request&) { return Response{.body = "a"}; });
    routes.add("POST", "/a", [](const Request& request) { return Response{.status = 201, .body = request.body}; });
    routes.add("POST", "/b", [](const Request&) { return Response{}; });
    routes.add("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error{"no"}; });
    routes.add("GET", "/throws/odd", [](const Request&) -> Response { throw 7; });
    return routes;
}

}  // namespace

TEST_CASE("a path and a method choose the route") {
    const auto routes = some_routes();
    CHECK(call(routes, "GET", "/a").body == "a");
    CHECK(call(routes, "POST", "/a").status == 201);
}

TEST_CASE("unknown paths are 404, whatever the method; paths are compared exactly") {
    const auto routes = some_routes();
    for (const std::string path : {"/", "", "/A", "/a/", "//a", "/%61", "/c", "a"}) {
        CAPTURE(path);
        CHECK(call(routes, "GET", path).status == 404);
        CHECK(call(routes, "POST", path).status == 404);
    }
}

TEST_CASE("a method that the path does not have is 405, with those it has") {
    const auto routes = some_routes();
    const auto both = call(routes, "DELETE", "/a");
    CHECK(both.status == 405);
    CHECK(both.allow == "GET, HEAD, POST");
    const auto post = call(routes, "GET", "/b");
    CHECK(post.status == 405);
    CHECK(post.allow == "POST");
    CHECK(call(routes, "get", "/a").status == 405);
}

TEST_CASE("a route that throws is 500, and tells the client nothing of it") {
    const auto routes = some_routes();
    for (const std::string path : {"/throws", "/throws/odd"}) {
        const auto response = call(routes, "GET", path);
        CHECK(response.status == 500);
        CHECK(response.body.find("no") == std::string::npos);
    }
}

TEST_CASE("headers are found in whatever case") {
    Request request;
    request.headers = {{"Content-Type", "a"}, {"content-type", "b"}, {"X", ""}};
    CHECK(request.header("CONTENT-TYPE") == "a");
    CHECK(request.header("x").empty());
    CHECK(request.header("Content").empty());
}
