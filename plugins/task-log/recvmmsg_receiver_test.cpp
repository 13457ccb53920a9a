#include "samples.hpp"
#include "task_log.hpp"

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

using namespace task_log;
using test::failed;
using tocsin::Emit;
using tocsin::testing::RecordingSourceHost;
using tocsin::testing::SourceUnderTest;
using tocsin::testing::wait_until;

namespace {

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
    SourceUnderTest<TaskLog> source{"receive-buffer = 4096"};
    source.room_for(1);
    source.start();
    for (int i = 0; i < count; ++i) source.send(failed(i));
    CHECK(wait_until([&] { return source.count("kernel-drops") > 0; }));
    CHECK(wait_until([&] { return source.logged("the kernel dropped") == 1; }));
    source.answer_emit(Emit::accepted);
    source.resume();
    CHECK(wait_until([&] { return source.accepted() + source.count("kernel-drops") == count; }));
    source.stop();
    CHECK(source.count("received") + source.count("kernel-drops") == count);
}

TEST_CASE("drops without a later datagram are counted while running") {
    constexpr int count = 500;
    SourceUnderTest<TaskLog> source{"receive-buffer = 4096"};
    source.start();
    source.on_emit([] { std::this_thread::sleep_for(std::chrono::milliseconds{1}); });
    for (int i = 0; i < count; ++i) source.send(failed(i));
    CHECK(wait_until([&] { return source.accepted() + source.count("kernel-drops") == count; }));
    CHECK(source.count("kernel-drops") > 0);
    source.stop();
}

TEST_CASE("drops before a receiver got the socket are not its own") {
    RecordingSourceHost host;
    const auto handle = tocsin::SourceHost{host.abi()}.listen_udp("127.0.0.1:0");
    Counting first;
    make_recvmmsg_receiver(first, 1000)->add(handle, 4096);
    for (int i = 0; i < 500; ++i) host.send(failed(i));

    Counting second;
    const auto receiver = make_recvmmsg_receiver(second, 1000);
    receiver->add(handle, 4096);
    receiver->count_drops();
    CHECK(second.drops == 0);
    for (int i = 0; i < 500; ++i) host.send(failed(i));
    receiver->count_drops();
    CHECK(second.drops == 500);
    receiver->count_drops();
    CHECK(second.drops == 500);
}

TEST_CASE("a datagram that was queued before drops already told does not count them again") {
    RecordingSourceHost host;
    const auto handle = tocsin::SourceHost{host.abi()}.listen_udp("127.0.0.1:0");
    Counting counting;
    const auto receiver = make_recvmmsg_receiver(counting, 1000);
    counting.interrupted = receiver.get();
    receiver->add(handle, 4096);
    for (int i = 0; i < 200; ++i) host.send(failed(i));
    char buffer[1000];
    std::uint64_t taken = 0;
    while (recv(static_cast<int>(handle), buffer, sizeof buffer, MSG_DONTWAIT) > 0) ++taken;
    REQUIRE(taken > 0);
    host.send(failed(0));
    for (int i = 0; i < 200; ++i) host.send(failed(i));
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
