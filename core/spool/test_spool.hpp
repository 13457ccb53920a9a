#pragma once

#include "spool/spool.hpp"

#include <doctest/doctest.h>

#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tocsin::core {

/// A temporary folder of a test's own.
struct SpoolFolder {
    SpoolFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "spool_test_XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    SpoolFolder(const SpoolFolder&) = delete;
    SpoolFolder& operator=(const SpoolFolder&) = delete;
    ~SpoolFolder() { std::filesystem::remove_all(path); }

    std::filesystem::path file() const { return path / "spool.db"; }
    /// How many files it has whose names hold `part`.
    std::size_t files_with(std::string_view part) const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator{path})
            count += entry.path().filename().string().find(part) != std::string::npos ? 1U : 0U;
        return count;
    }

    std::filesystem::path path;
};

/// A disk of its own mounted on a folder. Its calls throw std::system_error.
class TestDisk {
  public:
    TestDisk(const SpoolFolder& folder, std::size_t bytes) : path_{folder.path} { change("tmpfs", 0, size(bytes)); }
    ~TestDisk() { ::umount2(path_.c_str(), MNT_DETACH); }
    TestDisk(const TestDisk&) = delete;
    TestDisk& operator=(const TestDisk&) = delete;

    void resize(std::size_t bytes) const { change(nullptr, MS_REMOUNT, size(bytes)); }
    void set_read_only(bool on) const { change(nullptr, on ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT, ""); }

  private:
    static std::string size(std::size_t bytes) { return "size=" + std::to_string(bytes); }
    void change(const char* type, unsigned long flags, const std::string& options) const {
        if (::mount("none", path_.c_str(), type, flags, options.c_str()) != 0)
            throw std::system_error{errno, std::system_category(), "mount"};
    }

    std::filesystem::path path_;
};

/// Runs `body` in a thread that may mount what nobody else sees. False, with a line that says so, when this user may
/// not mount.
inline bool with_disk(const SpoolFolder& folder, std::size_t bytes, const std::function<void(const TestDisk&)>& body) {
    bool may = true;
    std::thread{[&] {
        try {
            if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
                throw std::system_error{errno, std::system_category(), "unshare"};
            body(TestDisk{folder, bytes});
        } catch (const std::system_error& error) {
            may = error.code().value() != EPERM;
            if (may)
                FAIL_CHECK(std::string{error.what()});
            else
                MESSAGE("SKIPPED: ", std::string{error.what()});
        } catch (const std::exception& error) {
            FAIL_CHECK(std::string{error.what()});
        }
    }}.join();
    return may;
}

inline bool wait_for(const std::function<bool()>& holds, std::chrono::seconds deadline = std::chrono::seconds{30}) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

template <class Call>
std::string words_of(Call&& call) {
    try {
        call();
        return "";
    } catch (const std::exception& error) {
        return error.what();
    }
}

inline EventPtr spool_event(std::string_view id, std::uint64_t sequence, Level level = Level::ok,
                            Level previous = Level::ok, std::string_view message = "message") {
    EventDraft draft;
    draft.topic = "topic";
    draft.id = id;
    draft.level = level;
    draft.message = message;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{sequence * 1000}};
    draft.tag("number", "1");
    Stamp stamp;
    stamp.sequence = sequence;
    stamp.previous_level = previous;
    stamp.duration = 500;
    return std::make_shared<const Event>(draft.to_abi(), stamp);
}

/// A spool and who listens to it, which stands in for the router.
class TestSpool final : public SpoolListener {
  public:
    explicit TestSpool(Spool::Settings settings) : spool{std::move(settings)} {}
    explicit TestSpool(const SpoolFolder& folder, std::chrono::nanoseconds tick = std::chrono::milliseconds{2})
        : TestSpool{settings(folder, tick)} {}
    ~TestSpool() override { spool.stop(); }

    static Spool::Settings settings(const SpoolFolder& folder,
                                    std::chrono::nanoseconds tick = std::chrono::milliseconds{2}) {
        Spool::Settings settings;
        settings.folder = folder.path;
        settings.tick = tick;
        return settings;
    }

    struct What {
        Level level = Level::ok;
        Level previous = Level::ok;
        bool held = false;
        std::string_view message = "message";
        std::function<void()> when_safe{};
    };
    EntryPtr offer(std::string_view id, const std::vector<Account*>& accounts, const What& what) {
        const std::scoped_lock lock{mutex};
        auto entry =
            std::make_shared<Entry>(spool_event(id, spool.next_sequence(), what.level, what.previous, what.message), 7,
                                    std::chrono::steady_clock::now());
        entry->held = what.held;
        entry->when_safe = what.when_safe;
        Entry::Slots slots;
        for (auto* account : accounts) slots.push_back({.account = account});
        entry->set_slots(std::move(slots));
        spool.offer(entry);
        return entry;
    }
    EntryPtr offer(std::string_view id, const std::vector<Account*>& accounts) { return offer(id, accounts, {}); }

    /// Ids of what was released so far, in order.
    std::vector<std::string> released_ids() {
        const std::scoped_lock lock{mutex};
        return ids;
    }
    void wait_for_commit_of(const EntryPtr& entry) {
        CHECK(wait_for([&] { return entry->state(0) == Entry::State::written && spool.in_intake() == 0; }));
    }
    /// The sequence numbers in the file of one handler.
    std::vector<std::uint64_t> in_file(Account& account) {
        std::vector<std::uint64_t> sequences;
        spool.run([&] {
            spool.read(account, 0, 1'000'000, [&](const KeptDelivery& kept) {
                sequences.push_back(kept.sequence);
                return true;
            });
        });
        return sequences;
    }

    void release() override {
        const std::scoped_lock lock{mutex};
        for (const auto& entry : spool.take_released()) ids.emplace_back(entry->event->id());
    }
    void feed() override { ++feeds; }
    void look() override { ++looks; }
    void has_room() override { ++rooms; }
    void requested(const Request& request) override {
        const std::scoped_lock lock{mutex};
        requests.push_back(request);
    }

    Spool spool;
    std::mutex mutex;
    std::vector<std::string> ids;
    std::vector<Request> requests;
    std::atomic<int> feeds{0};
    std::atomic<int> looks{0};
    std::atomic<int> rooms{0};
};

/// What a folder holds, read by a spool that was opened for it alone.
struct Contents {
    std::vector<std::uint64_t> sequences;  ///< of all handlers, by handler
    std::vector<std::string> ids;
    std::vector<std::string> dead;  ///< "handler event: reason"
    std::vector<SavedState> states;

    explicit Contents(const SpoolFolder& folder) {
        Store store{folder.file()};
        for (const auto& kept : store.handlers())
            store.read(kept.number, 0, 1'000'000, [&](const KeptDelivery& delivery) {
                sequences.push_back(delivery.sequence);
                ids.push_back(delivery.event ? std::string{delivery.event->id()} : "damaged");
                return true;
            });
        store.read_dead_letters(0, [&](const DeadLetter& letter) {
            dead.push_back(letter.handler.id + " " + (letter.event ? std::string{letter.event->id()} : "damaged") +
                           ": " + letter.reason);
            return true;
        });
        states = store.states();
    }
};

}  // namespace tocsin::core
