#include "http/sessions.hpp"

#include <doctest/doctest.h>

using namespace tocsin::core::http;

namespace {

struct FakeSession final : Session {
    void close() override { ++closed; }
    int closed = 0;
};

struct Fixture {
    int gone = 0;
    Sessions sessions{{.connections = 2, .answer_bytes = 100}, [this] { ++gone; }};
    FakeSession a;
    FakeSession b;
    FakeSession c;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "with as many connections as there may be, the one whose step began first goes") {
    sessions.make_room();
    sessions.begin_request(a);
    sessions.make_room();
    sessions.begin_request(b);
    sessions.begin_request(a);
    sessions.make_room();
    sessions.begin_request(c);
    CHECK(a.closed == 0);
    CHECK(b.closed == 1);
    sessions.make_room();
    CHECK(a.closed == 1);
    CHECK(b.closed == 1);
    sessions.forget(b);
    sessions.make_room(true);
    CHECK(c.closed == 1);
    CHECK(sessions.empty());
    sessions.make_room(true);
    CHECK(gone == 0);
}

TEST_CASE_FIXTURE(Fixture, "with too many bytes of answers, the first ones are given up, never the newest") {
    sessions.begin_request(c);
    sessions.begin_answer(a, 60);
    sessions.begin_answer(b, 40);
    CHECK(a.closed == 0);
    sessions.begin_answer(b, 41);
    CHECK(a.closed == 1);
    CHECK(b.closed == 0);
    CHECK(c.closed == 0);
    sessions.forget(a);
    sessions.begin_answer(c, 1000);
    CHECK(b.closed == 1);
    CHECK(c.closed == 0);
    sessions.begin_request(c);
    FakeSession d;
    sessions.begin_answer(d, 100);
    CHECK(c.closed == 0);
    CHECK(d.closed == 0);
}

TEST_CASE_FIXTURE(Fixture, "closing ends what sends no answer, and tells when the last has gone") {
    sessions.begin_answer(a, 1);
    sessions.begin_request(b);
    sessions.close();
    CHECK(sessions.closing());
    CHECK(a.closed == 0);
    CHECK(b.closed == 1);
    CHECK(gone == 0);
    sessions.forget(b);
    CHECK(gone == 0);
    sessions.forget(a);
    CHECK(gone == 1);
}

TEST_CASE_FIXTURE(Fixture, "closing without a connection is done at once") {
    sessions.close();
    CHECK(gone == 1);
}
