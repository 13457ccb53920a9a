#include "daemon/notify.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__linux__)

using namespace tocsin::core;
using namespace std::chrono_literals;

namespace {

class Folder {
  public:
    Folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "tocsin-notify-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string path;
};

/// The service manager's end.
class Manager {
  public:
    explicit Manager(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') address.sun_path[0] = '\0';
        const auto size = offsetof(sockaddr_un, sun_path) + name.size() + (name.front() == '@' ? 0 : 1);
        REQUIRE(bind(handle_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0);
    }
    ~Manager() { close(handle_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message; "" when there is none.
    std::string heard() const {
        char buffer[1000];
        const auto size = recv(handle_, buffer, sizeof buffer, MSG_DONTWAIT);
        return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
    }

  private:
    int handle_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::unique_ptr<Notify> made(const char* socket, const char* time = nullptr, const char* process = nullptr) {
    const auto set = [](const char* name, const char* value) {
        if (value != nullptr) setenv(name, value, 1);
    };
    set("NOTIFY_SOCKET", socket);
    set("WATCHDOG_USEC", time);
    set("WATCHDOG_PID", process);
    auto notify = std::make_unique<Notify>();
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) CHECK(std::getenv(name) == nullptr);
    return notify;
}

std::string abstract_name() { return "@tocsin-notify-test-" + std::to_string(getpid()); }

}  // namespace

TEST_CASE("the manager hears of every step, at a path and at an abstract name") {
    const Folder folder;
    for (const auto& name : {folder.path + "/notify", abstract_name()}) {
        CAPTURE(name);
        const Manager manager{name};
        const auto notify = made(name.c_str());
        CHECK(manager.heard().empty());
        notify->ready(status_text(3, 2, 1));
        CHECK(manager.heard() == "READY=1\nSTATUS=3 handlers, 2 sinks, 1 source");
        notify->stopping();
        CHECK(manager.heard() == "STOPPING=1\nSTATUS=stopping");
        notify->alive();
        CHECK(manager.heard().empty());
    }
}

TEST_CASE("a reload is told with the time it begins") {
    const Manager manager{abstract_name()};
    const auto notify = made(abstract_name().c_str());
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
    };
    const auto before = now();
    notify->reloading();
    const auto after = now();
    const auto message = manager.heard();
    const std::string beginning = "RELOADING=1\nMONOTONIC_USEC=";
    REQUIRE(message.starts_with(beginning));
    const auto told = std::stoll(message.substr(beginning.size()));
    CHECK(told >= before);
    CHECK(told <= after);
}

TEST_CASE("the watchdog is fed when the manager waits for that") {
    const Manager manager{abstract_name()};
    const auto own = std::to_string(getpid());
    const struct {
        const char* time;
        const char* process;
        std::optional<std::chrono::nanoseconds> every;
    } table[]{
        {"30000000", nullptr, 15s},
        {"30000000", own.c_str(), 15s},
        {"1", own.c_str(), 1ms},
        {"2001", nullptr, 1ms},
        {"2002", nullptr, 1001us},
        {"9223372036854775", nullptr, std::chrono::microseconds{9223372036854775 / 2}},
        {"9223372036854776", nullptr, {}},
        {"30000000", "1", {}},
        {"30000000", "x", {}},
        {"0", nullptr, {}},
        {"-5", nullptr, {}},
        {"30s", nullptr, {}},
        {"99999999999999999999", nullptr, {}},
        {"", nullptr, {}},
    };
    for (const auto& row : table) {
        CAPTURE(std::string{row.time});
        const auto notify = made(abstract_name().c_str(), row.time, row.process);
        CHECK(notify->alive_every() == row.every);
        notify->alive();
        CHECK(manager.heard() == (row.every ? "WATCHDOG=1" : ""));
    }
}

TEST_CASE("without a manager, or with a wrong address, nothing is told and nothing breaks") {
    const std::string too_long = "/" + std::string(107, 'x');
    for (const char* name : {static_cast<const char*>(nullptr), "", "@", "/", "relative", "vsock:2:1234",
                             "/no/such/folder/notify", "@nobody-listens-here", too_long.c_str()}) {
        CAPTURE(std::string{name == nullptr ? "(none)" : name});
        const auto notify = made(name, "1000000");
        notify->ready("x");
        notify->reloading();
        notify->alive();
        notify->stopping();
    }
    CHECK_FALSE(made(nullptr, "1000000")->alive_every());
}

TEST_CASE("the longest names that fit") {
    const auto abstract = abstract_name() + std::string(108 - abstract_name().size(), 'x');
    const Manager manager{abstract};
    made(abstract.c_str())->ready("x");
    CHECK(manager.heard() == "READY=1\nSTATUS=x");
}

TEST_CASE("a manager that reads nothing holds nobody up for long") {
    const Manager manager{abstract_name()};
    const auto notify = made(abstract_name().c_str(), "1000000");
    for (int i = 0; i < 10'000; ++i) notify->alive();
    notify->ready("x");
    int heard = 0;
    while (!manager.heard().empty()) ++heard;
    CHECK(heard > 0);
    CHECK(heard < 10'000);
    notify->ready("x");
    CHECK(manager.heard() == "READY=1\nSTATUS=x");
}

TEST_CASE("numbers and their nouns") {
    CHECK(status_text(0, 1, 2) == "0 handlers, 1 sink, 2 sources");
    CHECK(status_text(1, 0, 1) == "1 handler, 0 sinks, 1 source");
}

#endif
