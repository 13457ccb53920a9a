#include "plugin/strand.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using tocsin::core::Strand;

namespace {

/// Runs what is handed over on threads that are joined at the end.
class Threads {
  public:
    ~Threads() { join(); }
    Strand::HandOver hand_over() {
        return [this](Strand::Task task) {
            const std::scoped_lock lock{mutex_};
            threads_.emplace_back(std::move(task));
        };
    }
    void join() {
        while (true) {
            std::vector<std::thread> joining;
            {
                const std::scoped_lock lock{mutex_};
                joining.swap(threads_);
            }
            if (joining.empty()) return;
            for (auto& thread : joining) thread.join();
        }
    }

  private:
    std::mutex mutex_;
    std::vector<std::thread> threads_;
};

/// Adds `each` tasks from each of four threads and sees that none overlap and none is lost.
void overload(Strand& strand, int each) {
    int unguarded = 0;
    std::atomic<int> inside{0};
    std::atomic<int> overlaps{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller)
        callers.emplace_back([&, caller] {
            for (int i = 0; i < each; ++i) {
                const auto task = [&] {
                    if (inside++ != 0) ++overlaps;
                    ++unguarded;
                    --inside;
                };
                if (caller % 2 == 0)
                    strand.run(task);
                else
                    strand.post(task);
            }
        });
    for (auto& caller : callers) caller.join();
    strand.run_and_wait([] {});
    CHECK(overlaps == 0);
    CHECK(unguarded == 4 * each);
}

}  // namespace

TEST_CASE("an idle strand runs a task on the caller's thread") {
    Threads threads;
    Strand strand{threads.hand_over()};
    std::thread::id ran_on;
    strand.run([&] { ran_on = std::this_thread::get_id(); });
    CHECK(ran_on == std::this_thread::get_id());
}

TEST_CASE("a task added inside a task runs after it") {
    Threads threads;
    Strand strand{threads.hand_over()};
    std::vector<int> order;
    strand.run([&] {
        strand.run([&] { order.push_back(2); });
        order.push_back(1);
    });
    CHECK(order == std::vector{1, 2});
}

TEST_CASE("a posted task never runs on the caller's stack") {
    Threads threads;
    Strand strand{threads.hand_over()};
    std::thread::id ran_on = std::this_thread::get_id();
    strand.post([&] { ran_on = std::this_thread::get_id(); });
    threads.join();
    CHECK(ran_on != std::this_thread::get_id());
}

TEST_CASE("a caller is not kept running the tasks of others") {
    Threads threads;
    Strand strand{threads.hand_over()};
    int run_here = 0;
    int left = 1000;
    const auto caller = std::this_thread::get_id();
    std::function<void()> task = [&] {
        if (std::this_thread::get_id() == caller) ++run_here;
        if (--left > 0) strand.run(task);
    };
    strand.run(task);
    threads.join();
    CHECK(left == 0);
    CHECK(run_here < 1000);
}

TEST_CASE("tasks never overlap and none is lost") {
    Threads threads;
    SUBCASE("inline") {
        Strand strand{threads.hand_over()};
        overload(strand, 2000);
    }
    SUBCASE("with a thread of its own") {
        Strand strand{Strand::OwnThread{}};
        overload(strand, 2000);
    }
}

TEST_CASE("a strand with a thread of its own never keeps the caller") {
    Strand strand{Strand::OwnThread{}};
    std::thread::id ran_on;
    strand.run_and_wait([&] { ran_on = std::this_thread::get_id(); });
    CHECK(ran_on != std::this_thread::get_id());
}

TEST_CASE("a task that runs alone runs at once, and what others add meanwhile runs elsewhere") {
    std::deque<Strand::Task> handed_over;
    Strand strand{[&](Strand::Task task) { handed_over.push_back(std::move(task)); }};
    std::string order;
    strand.run_alone([&] {
        strand.run([&] { order += 'b'; });
        strand.run_alone([&] { order += 'c'; });
        order += 'a';
    });
    CHECK(order == "a");
    REQUIRE(handed_over.size() == 1);
    handed_over.front()();
    CHECK(order == "abc");
    strand.run([&] { strand.run_alone([&] { order += 'e'; }), order += 'd'; });
    CHECK(order == "abcde");
}
