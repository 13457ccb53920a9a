#include "plugin/passed_sockets.hpp"

#include "plugin/listener_sockets.hpp"

#include <doctest/doctest.h>
#include <sys/un.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace tocsin::core;
using namespace tocsin::core::test;

#if defined(__linux__)

namespace {

/// Descriptors with numbers in a row, from `first` on.
class Row {
  public:
    static constexpr int first = 200;

    void add(int handle) {
        REQUIRE(dup2(handle, next()) == next());
        close(handle);
        ++size_;
    }
    void leave_out() { ++size_; }
    ~Row() {
        for (int handle = first; handle < next(); ++handle) close(handle);
    }
    int next() const { return first + size_; }

  private:
    int size_ = 0;
};

std::vector<PassedSocket> take(const std::optional<std::string>& process, const std::optional<std::string>& count) {
    if (process) setenv("LISTEN_PID", process->c_str(), 1);
    if (count) setenv("LISTEN_FDS", count->c_str(), 1);
    setenv("LISTEN_FDNAMES", "tocsin.socket", 1);
    auto sockets = take_passed_sockets(Row::first);
    for (const auto* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) CHECK(std::getenv(name) == nullptr);
    return sockets;
}

bool closes_on_exec(int handle) { return (fcntl(handle, F_GETFD) & FD_CLOEXEC) != 0; }

}  // namespace

TEST_CASE("passed sockets are taken over as what they are") {
    Row row;
    row.add(made({}));
    row.add(made({.family = AF_INET6, .address = "::"}));
    row.add(made({.type = SOCK_STREAM}));
    row.add(made({.family = AF_INET6, .type = SOCK_STREAM, .address = "::1"}));
    const auto sockets = take(std::to_string(getpid()), "4");
    REQUIRE(sockets.size() == 4);
    for (int i = 0; i < 4; ++i) {
        const auto& socket = sockets[static_cast<std::size_t>(i)];
        CHECK(socket.handle == Row::first + i);
        CHECK(socket.is_v6 == (i % 2 == 1));
        CHECK(socket.is_tcp == (i >= 2));
        CHECK(socket.kernel_drops == 0);
        CHECK(closes_on_exec(socket.handle));
    }
    CHECK(take_passed_sockets(Row::first).empty());
}

TEST_CASE("no more than was passed is touched") {
    Row row;
    row.add(made({}));
    row.add(made({}));
    CHECK(take(std::to_string(getpid()), "1").size() == 1);
    CHECK_FALSE(closes_on_exec(Row::first + 1));
}

TEST_CASE("variables that are wrong: nothing is taken over, and they are gone") {
    Row row;
    row.add(made({}));
    const auto own = std::to_string(getpid());
    const struct {
        std::optional<std::string> process;
        std::optional<std::string> count;
    } table[]{
        {{}, {}},   {{}, "1"},   {own, {}},   {own, ""},     {own, "0"},          {own, "-1"},
        {own, "x"}, {own, "1x"}, {own, " 1"}, {own, "1025"}, {own, "2147483647"}, {own, "99999999999999999999"},
        {"", "1"},  {"0", "1"},  {"-1", "1"}, {"self", "1"}, {"1" + own, "1"},    {std::to_string(getppid()), "1"},
    };
    for (const auto& variables : table) {
        CAPTURE(variables.process.value_or("(none)"));
        CAPTURE(variables.count.value_or("(none)"));
        CHECK(take(variables.process, variables.count).empty());
        CHECK_FALSE(closes_on_exec(Row::first));
    }
}

TEST_CASE("descriptors that cannot be used are left alone, the others are taken") {
    Row row;
    row.add(open("/dev/null", O_RDONLY));
    row.leave_out();
    row.add(::socket(AF_UNIX, SOCK_DGRAM, 0));
    row.add(::socket(AF_INET, SOCK_DGRAM, 0));
    row.add(made({.type = SOCK_STREAM, .listens = false}));
    row.add(made({}));
    const auto sockets = take(std::to_string(getpid()), "6");
    REQUIRE(sockets.size() == 1);
    CHECK(sockets[0].handle == Row::first + 5);
    for (int i : {0, 2, 3, 4}) CHECK(is_open(Row::first + i));
}

TEST_CASE("what the kernel dropped before is told") {
    Row row;
    const int handle = made({});
    const int smallest = 1;
    REQUIRE(setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest) == 0);
    const auto port = port_of(handle);
    for (int i = 0; i < 100; ++i) send_to(port, std::string(90, 'x'));
    row.add(handle);
    const auto sockets = take(std::to_string(getpid()), "1");
    REQUIRE(sockets.size() == 1);
    std::uint32_t queued = 0;
    while (!next_of(sockets[0].handle).empty()) ++queued;
    CHECK(queued > 0);
    CHECK(sockets[0].kernel_drops == 100 - queued);
}

#endif
