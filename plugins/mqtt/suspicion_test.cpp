#include "suspicion.hpp"

#include <doctest/doctest.h>

using mqtt::Suspicion;

namespace {

const Suspicion::Publish poison{nullptr, 7};
const Suspicion::Publish innocent{nullptr, 8};

/// A loss with `sent` under way, and `failures` failed attempts before the next connection.
void lose(Suspicion& suspicion, const Suspicion::Publish& oldest, std::size_t sent, int failures = 0) {
    suspicion.closed_at(oldest, 5, sent);
    for (int i = 0; i < failures; ++i) suspicion.not_reached();
    suspicion.connected();
}

}  // namespace

TEST_CASE("two losses at the same publish send it alone, the third condemns it") {
    Suspicion suspicion;
    lose(suspicion, poison, 5);
    CHECK_FALSE(suspicion.one_at_a_time());
    lose(suspicion, poison, 5);
    CHECK(suspicion.one_at_a_time());
    CHECK_FALSE(suspicion.condemned(poison));
    lose(suspicion, poison, 1);
    CHECK(suspicion.condemned(poison));
    CHECK_FALSE(suspicion.condemned(innocent));
    suspicion.ended(poison);
    CHECK_FALSE(suspicion.condemned(poison));
    for (int i = 0; i < 3; ++i) {
        CHECK(suspicion.one_at_a_time());
        suspicion.ended(innocent);
    }
    CHECK(suspicion.one_at_a_time());
    suspicion.ended(innocent);
    CHECK_FALSE(suspicion.one_at_a_time());  // five were open
}

TEST_CASE("a third loss that is not alone condemns nothing") {
    Suspicion suspicion;
    for (int i = 0; i < 9; ++i) lose(suspicion, poison, 5);
    CHECK_FALSE(suspicion.condemned(poison));
    lose(suspicion, poison, 1);
    CHECK(suspicion.condemned(poison));
}

TEST_CASE("an answer clears a publish, and another one starts anew") {
    Suspicion suspicion;
    lose(suspicion, innocent, 5);
    lose(suspicion, innocent, 5);
    suspicion.ended(innocent);
    lose(suspicion, innocent, 1);
    CHECK_FALSE(suspicion.condemned(innocent));
    lose(suspicion, poison, 1);
    lose(suspicion, poison, 1);
    CHECK_FALSE(suspicion.condemned(poison));
    lose(suspicion, poison, 1);
    CHECK(suspicion.condemned(poison));
}

TEST_CASE("two losses in a row send one at a time although their oldest differ") {
    Suspicion suspicion;
    lose(suspicion, innocent, 5);
    suspicion.ended(innocent);
    lose(suspicion, poison, 5);
    CHECK_FALSE(suspicion.one_at_a_time());  // an answer came in between and nothing was left
    lose(suspicion, innocent, 5);
    CHECK(suspicion.one_at_a_time());
}

TEST_CASE("a broker that was away is not the publish's doing, until it has happened ten times") {
    Suspicion suspicion;
    for (int i = 1; i < 10; ++i) {
        lose(suspicion, innocent, i < 3 ? 5 : 1, 1);
        CHECK_FALSE(suspicion.condemned(innocent));
    }
    lose(suspicion, innocent, 1, 3);
    CHECK(suspicion.condemned(innocent));
}

TEST_CASE("nothing is decided before the broker is back") {
    Suspicion suspicion;
    lose(suspicion, poison, 5);
    lose(suspicion, poison, 5);
    suspicion.closed_at(poison, 5, 1);
    CHECK_FALSE(suspicion.condemned(poison));
    suspicion.not_reached();
    suspicion.connected();
    CHECK_FALSE(suspicion.condemned(poison));
    lose(suspicion, poison, 1);
    CHECK(suspicion.condemned(poison));
}
