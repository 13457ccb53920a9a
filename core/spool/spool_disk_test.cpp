#include "spool/test_spool.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

using Ids = std::vector<std::string>;

/// While it is there no file grows beyond `bytes`, as if the disk were full.
class FullDisk {
  public:
    explicit FullDisk(std::uint64_t bytes) : before_{std::signal(SIGXFSZ, SIG_IGN)} {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit_) == 0);
        auto small = limit_;
        small.rlim_cur = bytes;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    }
    ~FullDisk() { free(); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

    void free() const { ::setrlimit(RLIMIT_FSIZE, &limit_); }

  private:
    void (*before_)(int);
    rlimit limit_{};
};

const std::string large(4000, 'm');

/// Offers until the disk takes no more. Returns the sequence numbers.
std::vector<EntryPtr> fill(TestSpool& test, Account& account) {
    std::vector<EntryPtr> entries;
    while (test.spool.is_healthy() && entries.size() < 10'000) {
        entries.push_back(test.offer("x", {&account}, {.message = large}));
        std::this_thread::sleep_for(100us);
    }
    return entries;
}

}  // namespace

TEST_CASE("a full disk: alerts go on, nothing waits for it, and once it has room everything is in the file in order") {
    const SpoolFolder folder;
    std::vector<std::uint64_t> sequences;
    Ids ids;
    {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        const FullDisk disk{256 * 1024};
        auto entries = fill(test, account);
        REQUIRE_FALSE(test.spool.is_healthy());
        CHECK(test.spool.counters().failures.value() >= 1);
        CHECK_FALSE(test.spool.is_full());

        // Nothing is held back behind a commit that cannot be.
        entries.push_back(test.offer("held", {&account}, {.level = Level::critical, .held = true}));
        CHECK(wait_for([&] { return test.released_ids() == Ids{"held"}; }));
        CHECK(account.unwritten >= entries.back()->cost());
        for (int i = 0; i < 100; ++i) entries.push_back(test.offer("more", {&account}, {.message = large}));
        const auto done = test.offer("done", {&account});
        test.spool.ended(done, 0, Outcome::delivered, {});
        std::atomic<int> safe{0};
        entries.push_back(test.offer("token", {&account}, {.when_safe = [&] { ++safe; }}));
        test.spool.ended(test.offer("dead", {&account}), 0, Outcome::dead, "no");
        const auto failures = test.spool.counters().failures.value();
        CHECK(wait_for([&] { return test.spool.counters().failures.value() > failures; }));
        CHECK(safe == 0);

        disk.free();
        CHECK(wait_for([&] { return test.spool.is_healthy(); }));
        CHECK(wait_for([&] { return test.spool.in_intake() == 0; }));
        CHECK(safe == 1);
        CHECK(account.unwritten == 0);
        for (const auto& entry : entries) {
            sequences.push_back(entry->event->sequence());
            ids.emplace_back(entry->event->id());
        }
    }
    const Contents contents{folder};
    CHECK(contents.sequences == sequences);
    CHECK(contents.ids == ids);
    CHECK(contents.dead == Ids{"h dead: no"});
    REQUIRE(contents.states.size() == 1);
    CHECK(contents.states[0].id == "held");
}

TEST_CASE("a full disk at the start: what the file holds is there to be sent, and it heals by itself") {
    const SpoolFolder folder;
    std::vector<std::uint64_t> sequences;
    {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        for (int i = 0; i < 20; ++i)
            sequences.push_back(
                test.offer("old", {&account}, {.level = Level::info, .message = large})->event->sequence());
    }
    {
        const FullDisk disk{32 * 1024};  // for the index of the log, not for the log
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        REQUIRE(test.spool.kept().size() == 1);
        CHECK(test.spool.kept()[0].deliveries == 20);
        CHECK(test.spool.states().size() == 1);
        test.spool.start(test);
        CHECK(test.in_file(account) == sequences);
        const auto entries = fill(test, account);
        REQUIRE_FALSE(test.spool.is_healthy());
        disk.free();
        CHECK(wait_for([&] { return test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        for (const auto& entry : entries) sequences.push_back(entry->event->sequence());
    }
    CHECK(Contents{folder}.sequences == sequences);
}

TEST_CASE("a disk that takes nothing from the first byte on: the spool starts, and writes once it can") {
    const SpoolFolder folder;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    {
        const FullDisk disk{0};
        TestSpool test{folder};
        CHECK_FALSE(test.spool.is_healthy());
        auto& account = test.spool.account({"t", "h"});
        CHECK(test.spool.kept().empty());
        test.spool.start(test);
        first = test.offer("x", {&account}, {.level = Level::critical})->event->sequence();
        disk.free();
        CHECK(wait_for([&] { return test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        last = test.offer("y", {&account})->event->sequence();
        CHECK(last > first);
    }
    CHECK(Contents{folder}.sequences == std::vector{first, last});
    Spool again{TestSpool::settings(folder)};
    CHECK(again.next_sequence() > last);
}

TEST_CASE("with a disk that takes nothing, what is reserved in memory stays out of the numbers of the file") {
    const SpoolFolder folder;
    std::uint64_t last = 0;
    {
        TestSpool test{folder};
        auto& account = test.spool.account({"t", "h"});
        test.spool.start(test);
        last = test.offer("x", {&account})->event->sequence();
    }
    const FullDisk disk{0};
    Spool spool{TestSpool::settings(folder)};
    CHECK(spool.next_sequence() > last);
}

TEST_CASE("level changes that no handler wants leave the intake while the disk takes nothing, and are saved after") {
    const SpoolFolder folder;
    {
        TestSpool test{folder};
        test.spool.start(test);
        const FullDisk disk{0};
        std::atomic<int> safe{0};
        for (int i = 0; i < 20; ++i)
            test.offer("x" + std::to_string(i), {},
                       {.level = Level::critical, .held = i % 2 == 0, .when_safe = [&] { ++safe; }});
        CHECK(wait_for([&] { return !test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        test.offer("y", {}, {.level = Level::critical});
        CHECK(wait_for([&] { return test.spool.in_intake() == 0; }));
        CHECK_FALSE(test.spool.is_healthy());
        CHECK(safe == 0);
        disk.free();
        CHECK(wait_for([&] { return safe == 20; }));
        CHECK(test.spool.in_intake() == 0);
    }
    CHECK(Contents{folder}.states.size() == 21);
}

TEST_CASE("sources that were told the intake is full hear that it is not as soon as the disk takes nothing") {
    const SpoolFolder folder;
    auto settings = TestSpool::settings(folder);
    settings.most_in_intake = 10;
    TestSpool test{settings};
    auto& account = test.spool.account({"t", "h"});
    test.spool.start(test);
    const FullDisk disk{0};
    test.spool.run([&] {
        while (!test.spool.is_full()) test.offer("x", {&account});
    });
    CHECK(wait_for([&] { return test.rooms == 1; }));
    CHECK_FALSE(test.spool.is_healthy());
    CHECK_FALSE(test.spool.is_full());
    CHECK(test.spool.in_intake() == 10);
}

TEST_CASE("states that go while the disk takes nothing are gone after, up to a limit; one that came back is there") {
    constexpr int limit = 100'000;
    const SpoolFolder folder;
    {
        Store store{folder.file()};
        store.database().run(
            ("INSERT INTO state WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " +
             std::to_string(limit + 9) + ") SELECT 'topic', 'old' || i, 3, 0, i, i FROM n")
                .c_str());
    }
    {
        TestSpool test{folder};
        test.spool.start(test);
        const FullDisk disk{0};
        for (const auto* id : {"set aside", "back"}) test.offer(id, {}, {.level = Level::critical});
        CHECK(wait_for([&] { return !test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        for (const auto* id : {"set aside", "back"}) test.spool.forget_state("topic", id);
        for (int i = 0; i < limit + 10; ++i) test.spool.forget_state("topic", "old" + std::to_string(i));
        test.spool.run([] {});
        test.offer("back", {}, {.level = Level::warning});
        disk.free();
        CHECK(wait_for([&] { return test.spool.is_healthy() && test.spool.in_intake() == 0; }));
    }
    std::vector<std::string> ids;
    for (const auto& state : Contents{folder}.states) ids.push_back(state.id);
    REQUIRE(ids.size() == 13);
    CHECK(std::count(ids.begin(), ids.end(), "set aside") == 0);
    CHECK(std::count(ids.begin(), ids.end(), "back") == 1);
    CHECK(std::count(ids.begin(), ids.end(), "old" + std::to_string(limit + 9)) == 1);
}

TEST_CASE("states that are too many for memory while the disk takes nothing are counted, and not told to be safe") {
    constexpr int limit = 100'000;
    const SpoolFolder folder;
    {
        TestSpool test{folder};
        test.spool.start(test);
        const FullDisk disk{0};
        std::atomic<int> safe{0};
        std::atomic<int> told{0};
        test.offer("first", {}, {.level = Level::info, .when_safe = [&] { ++safe; }});
        for (int i = 1; i < limit; ++i) test.offer("x" + std::to_string(i), {}, {.level = Level::info});
        CHECK(wait_for([&] { return !test.spool.is_healthy() && test.spool.in_intake() == 0; }));
        test.offer("first", {}, {.level = Level::critical, .when_safe = [&] { ++safe; }});
        for (int i = 0; i < 5; ++i)
            test.offer("y" + std::to_string(i), {}, {.level = Level::info, .when_safe = [&] { ++told; }});
        CHECK(wait_for([&] { return test.spool.in_intake() == 0; }));
        CHECK(test.spool.counters().lost_states.value() == 5);
        disk.free();
        CHECK(wait_for([&] { return safe == 2; }));
        CHECK(told == 0);
    }
    const auto states = Contents{folder}.states;
    CHECK(states.size() == limit);
    CHECK(std::count_if(states.begin(), states.end(), [](const SavedState& state) {
              return state.id == "first" && state.level == Level::critical;
          }) == 1);
}

TEST_CASE("dead letters that are too many for memory while the disk takes nothing: the oldest are lost, and not safe") {
    constexpr int limit = 10'000;
    const SpoolFolder folder;
    {
        auto settings = TestSpool::settings(folder);
        settings.most_dead_letters = 2 * limit;
        TestSpool test{settings};
        auto& account = test.spool.account({"t", "h"});
        auto& other = test.spool.account({"t", "other"});
        test.spool.start(test);
        const FullDisk disk{0};
        std::atomic<int> lost{0};
        std::atomic<int> safe{0};
        const auto half = test.offer("half", {&account, &other}, {.when_safe = [&] { ++lost; }});
        test.spool.ended(half, 0, Outcome::dead, "no");
        test.spool.ended(test.offer("lost", {&account}, {.when_safe = [&] { ++lost; }}), 0, Outcome::dead, "no");
        for (int i = 0; i < limit; ++i)
            test.spool.ended(test.offer("x", {&account}, {.when_safe = [&] { ++safe; }}), 0, Outcome::dead, "no");
        CHECK(wait_for([&] { return test.spool.counters().lost_letters.value() == 2; }));
        CHECK(wait_for([&] { return test.spool.in_intake() == limit + 1; }));
        test.spool.ended(half, 1, Outcome::delivered, {});
        CHECK(test.spool.in_intake() == limit);
        disk.free();
        CHECK(wait_for([&] { return safe == limit; }));
        CHECK(test.spool.in_intake() == 0);
        CHECK(lost == 0);
        CHECK(test.spool.dead_letters() == limit);
    }
    CHECK(Contents{folder}.dead.front() == "h x: no");
}

TEST_CASE("a read-only disk at the start: alerts go on, and are written once it takes them") {
    const SpoolFolder folder;
    with_disk(folder, std::size_t{16} << 20, [&](const TestDisk& disk) {
        std::vector<std::uint64_t> sequences;
        {
            TestSpool test{folder};
            auto& account = test.spool.account({"t", "h"});
            test.spool.start(test);
            sequences.push_back(test.offer("before", {&account})->event->sequence());
        }
        disk.set_read_only(true);
        {
            TestSpool test{folder};
            auto& account = test.spool.account({"t", "h"});
            CHECK_FALSE(test.spool.is_healthy());
            test.spool.start(test);
            const auto entry = test.offer("x", {&account}, {.level = Level::critical});
            sequences.push_back(entry->event->sequence());
            const auto failures = test.spool.counters().failures.value();
            CHECK(wait_for([&] { return test.spool.counters().failures.value() > failures; }));
            CHECK(test.spool.in_intake() == 1);
            disk.set_read_only(false);
            test.wait_for_commit_of(entry);
            CHECK(test.spool.is_healthy());
        }
        CHECK(Contents{folder}.sequences == sequences);
        CHECK(folder.files_with("damaged") == 0);
    });
}
