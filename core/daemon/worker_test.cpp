#include "daemon/worker.hpp"

#include "daemon/watchdog.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

using namespace tocsin::core;
using namespace std::chrono_literals;

TEST_CASE("a worker that hangs in a task is replaced, and its thread ends after that task") {
    std::promise<void> release;
    std::promise<void> inside;
    std::promise<std::thread::id> hung;
    {
        Worker worker;
        worker.watch(std::chrono::steady_clock::now() + 1h, 30s);
        worker.run([&] {
            inside.set_value();
            release.get_future().wait();
            hung.set_value(std::this_thread::get_id());
        });
        inside.get_future().wait();
        worker.watch(std::chrono::steady_clock::now() + 29s, 30s);
        worker.watch(std::chrono::steady_clock::now() + 31s, 30s);

        std::promise<std::thread::id> other;
        worker.run([&] { other.set_value(std::this_thread::get_id()); });
        auto ran = other.get_future();
        REQUIRE(ran.wait_for(10s) == std::future_status::ready);
        const auto other_id = ran.get();

        std::promise<void> rang;
        const auto alarm = worker.alarm([&] { rang.set_value(); });
        alarm(std::chrono::steady_clock::now() + 1ms);
        CHECK(rang.get_future().wait_for(10s) == std::future_status::ready);

        release.set_value();
        CHECK(hung.get_future().get() != other_id);
        std::promise<std::thread::id> last;
        worker.run([&] { last.set_value(std::this_thread::get_id()); });
        CHECK(last.get_future().get() == other_id);
    }
}

TEST_CASE("a watchdog looks again and again until it goes") {
    std::promise<void> third;
    int looks = 0;
    Watchdog watchdog{1ms, [&] {
                          if (++looks == 3) third.set_value();
                      }};
    CHECK(third.get_future().wait_for(10s) == std::future_status::ready);
}
