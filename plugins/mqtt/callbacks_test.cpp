#include "callbacks.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using mqtt::Mailbox;
using mqtt::Notice;
namespace callbacks = mqtt::callbacks;

namespace {

std::vector<Notice> posted(Mailbox& mailbox) { return mailbox.wait(Mailbox::Clock::now()); }

}  // namespace

TEST_CASE("a callback finds its connection by number, and nothing once that is dismissed") {
    const auto mailbox = std::make_shared<Mailbox>();
    std::vector<std::uint64_t> published;
    const auto one = callbacks::enlist({mailbox, {}});
    const auto two = callbacks::enlist({mailbox, [&](std::uint64_t number) {
                                            published.push_back(number);
                                            return number != 9;
                                        }});
    CHECK(one != two);
    callbacks::on_published(callbacks::context(one, 6), nullptr);
    callbacks::on_published(callbacks::context(two, 7), nullptr);
    callbacks::on_published(callbacks::context(two, 9), nullptr);
    callbacks::on_lost(callbacks::context(two), nullptr);
    callbacks::dismiss(two);
    callbacks::on_published(callbacks::context(two, 8), nullptr);
    callbacks::on_lost(callbacks::context(two), nullptr);
    const auto notices = posted(*mailbox);
    REQUIRE(notices.size() == 3);
    CHECK(notices[0].kind == Notice::Kind::published);
    CHECK(notices[0].connection == one);
    CHECK(notices[0].number == 6);
    CHECK(notices[1].kind == Notice::Kind::published);
    CHECK(notices[1].connection == two);
    CHECK(notices[1].number == 9);
    CHECK(notices[2].kind == Notice::Kind::lost);
    CHECK(published == std::vector<std::uint64_t>{7, 9});
    callbacks::dismiss(one);
}

TEST_CASE("a refusal brings the return code, if there is one") {
    const auto mailbox = std::make_shared<Mailbox>();
    const auto connection = callbacks::enlist({mailbox, {}});
    auto* context = callbacks::context(connection);
    MQTTAsync_failureData data{};
    data.code = 5;
    callbacks::on_refused(context, &data);
    data.code = -1;
    callbacks::on_refused(context, &data);
    callbacks::on_refused(context, nullptr);
    const auto notices = posted(*mailbox);
    REQUIRE(notices.size() == 3);
    CHECK(notices[0].code == 5);
    CHECK(notices[1].code == 0);
    CHECK(notices[2].code == 0);
    callbacks::dismiss(connection);
}

TEST_CASE("a mailbox returns at once when woken, and only once") {
    Mailbox mailbox;
    mailbox.wake();
    mailbox.wake();
    const auto start = Mailbox::Clock::now();
    mailbox.wait(start + std::chrono::seconds{30});
    CHECK(Mailbox::Clock::now() - start < std::chrono::seconds{20});
    const auto again = Mailbox::Clock::now();
    mailbox.wait(again + std::chrono::milliseconds{20});
    CHECK(Mailbox::Clock::now() - again >= std::chrono::milliseconds{20});
}

TEST_CASE("a wait for several acknowledgements ends when they are there, or with anything else") {
    Mailbox mailbox;
    std::vector<Notice> taken;
    const auto post = [&](Notice::Kind kind) {
        Notice notice;
        notice.kind = kind;
        mailbox.post(std::move(notice));
    };
    const auto later = [] { return Mailbox::Clock::now() + std::chrono::hours{1}; };
    SUBCASE("all at once") {
        for (int i = 0; i < 4; ++i) post(Notice::Kind::published);
        mailbox.wait(taken, later(), 4);
        CHECK(taken.size() == 4);
    }
    SUBCASE("what is there after a moment is enough") {
        post(Notice::Kind::published);
        mailbox.wait(taken, later(), 4);
        CHECK(taken.size() == 1);
    }
    SUBCASE("one from another thread") {
        std::thread other{[&] { post(Notice::Kind::published); }};
        mailbox.wait(taken, later(), 4);
        CHECK(taken.size() == 1);
        other.join();
    }
    SUBCASE("another notice") {
        post(Notice::Kind::lost);
        mailbox.wait(taken, later(), 4);
        CHECK(taken.size() == 1);
    }
    SUBCASE("a wake") {
        mailbox.wake();
        mailbox.wait(taken, later(), 4);
        CHECK(taken.empty());
    }
    SUBCASE("the deadline") {
        mailbox.wait(taken, Mailbox::Clock::now(), 4);
        CHECK(taken.empty());
    }
    CHECK(mailbox.wait(Mailbox::Clock::now()).empty());
}
