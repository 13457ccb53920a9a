#include "task_log.hpp"
#include "test_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace task_log;
using test::eventually;
using test::failed;
using test::FakeHost;
using test::Instance;
using test::with;

namespace {

std::int64_t listen(FakeHost& host) {
    char text[64];
    tocsin_error error{text, sizeof text, 0};
    const auto handle = host.abi()->listen(host.abi()->context, tocsin::abi("127.0.0.1:0"), TOCSIN_LISTEN_UDP, &error);
    REQUIRE(handle >= 0);
    return handle;
}

struct Counting final : Listener {
    void on_datagram(const Datagram&) override {
        ++datagrams;
        if (interrupted != nullptr) interrupted->interrupt();
    }
    void on_drops(std::uint64_t count) override { drops += count; }
    void on_trouble(std::string_view) override { ++troubles; }
    Receiver* interrupted = nullptr;  // when something was read
    std::uint64_t datagrams = 0;
    std::uint64_t drops = 0;
    std::uint64_t troubles = 0;
};

}  // namespace

TEST_CASE("what the kernel drops is counted, also while nothing is read") {
    constexpr int count = 2000;
    FakeHost host;
    host.room_for(1);
    Instance<TaskLog> source{host, with("receive-buffer", {{}, {}, 4096})};
    REQUIRE(source.start());
    for (int i = 0; i < count; ++i) REQUIRE(host.send(failed(i)));
    CHECK(eventually([&] { return host.count("kernel-drops") > 0; }));
    CHECK(eventually([&] { return host.lines_with("the kernel dropped") == 1; }));
    host.answer(TOCSIN_ACCEPTED);
    source.resume();
    CHECK(eventually([&] { return host.accepted() + host.count("kernel-drops") == count; }));
    source.stop();
    CHECK(host.count("received") + host.count("kernel-drops") == count);
}

TEST_CASE("drops without a later datagram are counted while running") {
    constexpr int count = 500;
    FakeHost host;
    Instance<TaskLog> source{host, with("receive-buffer", {{}, {}, 4096})};
    REQUIRE(source.start());
    host.on_emit_do([] { std::this_thread::sleep_for(std::chrono::milliseconds{1}); });
    for (int i = 0; i < count; ++i) REQUIRE(host.send(failed(i)));
    CHECK(eventually([&] { return host.accepted() + host.count("kernel-drops") == count; }));
    CHECK(host.count("kernel-drops") > 0);
    source.stop();
}

TEST_CASE("drops before a receiver got the socket are not its own") {
    FakeHost host;
    const auto handle = listen(host);
    Counting first;
    make_recvmmsg_receiver(first, 1000)->add(handle, 4096);
    for (int i = 0; i < 500; ++i) REQUIRE(host.send(failed(i)));

    Counting second;
    const auto receiver = make_recvmmsg_receiver(second, 1000);
    receiver->add(handle, 4096);
    receiver->count_drops();
    CHECK(second.drops == 0);
    for (int i = 0; i < 500; ++i) REQUIRE(host.send(failed(i)));
    receiver->count_drops();
    CHECK(second.drops == 500);
    receiver->count_drops();
    CHECK(second.drops == 500);
}

TEST_CASE("a datagram that was queued before drops already told does not count them again") {
    FakeHost host;
    const auto handle = listen(host);
    Counting counting;
    const auto receiver = make_recvmmsg_receiver(counting, 1000);
    counting.interrupted = receiver.get();
    receiver->add(handle, 4096);
    for (int i = 0; i < 200; ++i) REQUIRE(host.send(failed(i)));
    char buffer[1000];
    std::uint64_t taken = 0;
    while (recv(static_cast<int>(handle), buffer, sizeof buffer, MSG_DONTWAIT) > 0) ++taken;
    REQUIRE(taken > 0);
    REQUIRE(host.send(failed(0)));
    for (int i = 0; i < 200; ++i) REQUIRE(host.send(failed(i)));
    receiver->count_drops();
    const auto drops = counting.drops;
    CHECK(drops > 200);
    receiver->run();
    CHECK(counting.datagrams + taken + drops == 401);
    CHECK(counting.drops == drops);
}

TEST_CASE("an interrupt before run ends the next run") {
    Counting counting;
    const auto receiver = make_recvmmsg_receiver(counting, 1000);
    receiver->interrupt();
    receiver->interrupt();
    receiver->run();
    CHECK(counting.datagrams == 0);
}

TEST_CASE("a handle that is no socket is refused") {
    Counting counting;
    const auto receiver = make_recvmmsg_receiver(counting, 1000);
    CHECK_THROWS(receiver->add(-1, 4096));
}
