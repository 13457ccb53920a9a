#include "counts.hpp"
#include "datagrams.hpp"
#include "support/http_client.hpp"
#include "support/reload_site.hpp"
#include "support/router.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace tocsin::testing;
using namespace std::chrono_literals;

namespace {

/// So many that the buffers of unprivileged sockets hold what the tests send.
constexpr std::size_t socket_count = 8;

std::string listen_list(const std::vector<UdpSocket>& sockets, const std::string& host) {
    std::string list;
    for (const auto& socket : sockets)
        list += (list.empty() ? "\"" : ", \"") + host + ":" + std::to_string(socket.port()) + "\"";
    return "[[task-log]]\nlisten = [" + list + "]\n";
}

std::vector<int> handles(const std::vector<UdpSocket>& sockets) {
    std::vector<int> all;
    for (const auto& socket : sockets) all.push_back(socket.handle());
    return all;
}

void send_numbered(const std::vector<UdpSocket>& sockets, unsigned first, unsigned count) {
    for (unsigned number = first; number < first + count; ++number) {
        auto line = failed_line;
        line.execution_id = guid(number);
        send_udp(sockets[number % sockets.size()].port(), line.text());
    }
}

std::set<std::string> ids_in(const std::vector<std::string>& diary) {
    std::set<std::string> ids;
    for (const auto& line : diary) ids.insert(line.substr(line.find("-1111-4222-") - 8, 8));
    return ids;
}

/// A TCP socket that listens on a loopback port, as a service manager keeps one.
class TcpListener {
  public:
    TcpListener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const bytes = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(handle_, bytes, size) == 0);
        REQUIRE(::listen(handle_, 16) == 0);
        REQUIRE(::getsockname(handle_, bytes, &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~TcpListener() { ::close(handle_); }
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    int handle() const noexcept { return handle_; }
    std::uint16_t port() const noexcept { return port_; }

  private:
    int handle_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
};

/// The service manager's ear.
class Manager {
  public:
    Manager() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto text = name();
        std::memcpy(address.sun_path + 1, text.data() + 1, text.size() - 1);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
        REQUIRE(::bind(handle_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    }
    ~Manager() { ::close(handle_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    static std::string name() { return "@tocsin-test-manager-" + std::to_string(::getpid()); }

    /// The next message; "" when there is none.
    std::string next() {
        std::array<char, 1000> buffer{};
        const auto size = ::recv(handle_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    /// Whether a message comes that has this line.
    bool hears(const std::string& line) {
        return wait_until([&] {
            for (const auto& one : lines_of(next(), true))
                if (one == line) return true;
            return false;
        });
    }

  private:
    int handle_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

}  // namespace

TEST_CASE("datagrams that come while nobody runs wait in the passed sockets") {
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        CAPTURE(host);
        const std::vector<UdpSocket> sockets(socket_count);
        const Site site{listen_list(sockets, host)};
        const auto diary = site.path() / "diary.log";
        site.handler("diary.yaml", diary_handler(diary));
        {
            Router router{site.config(), {}, {}, handles(sockets)};
            send_numbered(sockets, 1, 100);
            wait_for_diary(diary, 100);
            router.process().kill();
        }
        send_numbered(sockets, 101, 1'000);
        Router router{site.config(), {}, {}, handles(sockets)};
        send_numbered(sockets, 1'101, 100);
        // What was delivered and not retired yet at the kill comes again.
        CHECK(wait_until([&] { return ids_in(lines_of(read_text(diary))).size() == 1'200; }));
        for (const auto& socket : sockets)
            CHECK_NOTHROW(router.wait_for("\"address\":\"127.0.0.1:" + std::to_string(socket.port())));
        CHECK(router.stop().code == 0);
        CHECK(number(router.wait_for("\"events\""), "kernel_drops") == 0);
        check_counts(router);
    }
}

TEST_CASE("HTTP is served on a passed socket, which it gets again after a reload without it and after a kill") {
    const TcpListener socket;
    const auto section = [&](const std::string& host) {
        return "[http]\nlisten = \"" + host + ":" + std::to_string(socket.port()) + "\"\n";
    };
    const ReloadSite site{section("127.0.0.1")};
    Router router{site.config(), {}, {}, {socket.handle()}};
    CHECK(router.wait_for("serving HTTP").msg == "serving HTTP on a socket that was passed");
    CHECK(http_get(socket.port(), "/readyz").status == 200);

    site.configure("");
    reload(router);
    // It waits in the kernel until somebody serves it again.
    HttpClient waiting{socket.port()};
    waiting.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    site.configure(section("localhost"));
    reload(router);
    CHECK(waiting.read().status == 200);
    // What was passed is in the way of every address, and the old one goes on.
    site.configure(section("*"));
    CHECK(refused_reload(router).find("cannot listen on *:") != std::string::npos);
    CHECK(http_get(socket.port(), "/readyz").status == 200);

    router.process().kill();
    HttpClient early{socket.port()};
    early.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    site.configure(section("127.0.0.1"));
    Router again{site.config(), {}, {}, {socket.handle()}};
    CHECK(early.read().status == 200);
    CHECK(again.stop().code == 0);
}

TEST_CASE("a passed TCP socket that [http] does not ask for is told and closed") {
    const TcpListener socket;
    const Site site{"[http]\nlisten = \"127.0.0.1:0\"\n"};
    Router router{site.config(), {}, {}, {socket.handle()}};
    const auto line = router.wait_for("nothing in the configuration listens there");
    CHECK(line.value("protocol") == "tcp");
    CHECK(line.value("address") == "127.0.0.1:" + std::to_string(socket.port()));
    CHECK(router.wait_for("serving HTTP").msg == "serving HTTP");
}

TEST_CASE("a passed socket keeps a buffer that is larger than an unprivileged router may ask for") {
    const UdpSocket socket;
    const int wanted = 8 * 1024 * 1024;
    const auto buffer = [&] {
        int bytes = 0;
        socklen_t size = sizeof bytes;
        REQUIRE(::getsockopt(socket.handle(), SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0);
        return bytes / 2;
    };
    if (::setsockopt(socket.handle(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
        std::cout << "SKIPPED: large buffer: only root can give a socket one" << std::endl;
        return;
    }
    REQUIRE(buffer() == wanted);
    for (const int asked : {wanted, wanted / 2, 4096}) {
        CAPTURE(asked);
        const Site site{task_log_section(socket.port(), "receive-buffer = " + std::to_string(asked))};
        Process router{{"setpriv", "--bounding-set=-net_admin", tocsin_exe(), "--log-format", "json", "run", "--config",
                        site.config().string()},
                       {},
                       {socket.handle()}};
        REQUIRE(wait_until([&] { return router.err().find("\"ready\"") != std::string::npos; }));
        CHECK(buffer() >= asked);
    }
}

TEST_CASE("a passed socket that nothing listens on is told and closed, and the others are read") {
    const std::vector<UdpSocket> sockets(2);
    const Site site{task_log_section(sockets[0].port())};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    Router router{site.config(), {}, {}, handles(sockets)};
    const auto line = router.wait_for("nothing in the configuration listens there");
    CHECK(line.level == "warning");
    CHECK(line.value("address") == "127.0.0.1:" + std::to_string(sockets[1].port()));
    send_udp(sockets[0].port(), failed_line.text());
    CHECK_NOTHROW(wait_for_diary(diary, 1));
}

TEST_CASE("sockets meant for another process are left alone") {
    const UdpSocket socket;
    const Site site{task_log_section(free_port(Protocol::udp))};
    Router router{site.config(), {{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}};
    CHECK(router.wait_for("LISTEN_PID").level == "warning");
    CHECK(router.stop().code == 0);
}

TEST_CASE("the service manager hears of the start, of health and of the stop") {
    Manager manager;
    const Site site{task_log_section(free_port(Protocol::udp))};
    site.handler("diary.yaml", diary_handler(site.path() / "diary.log"));
    Router router{site.config(), {{"NOTIFY_SOCKET", Manager::name()}, {"WATCHDOG_USEC", "20000"}}};
    CHECK(manager.hears("STATUS=1 handler, 1 sink, 1 source"));
    CHECK(manager.hears("WATCHDOG=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    router.process().send_signal(SIGTERM);
    CHECK(manager.hears("STOPPING=1"));
    CHECK(router.process().wait() == 0);
}

TEST_CASE("a start that fails never says that it is ready") {
    Manager manager;
    const UdpSocket taken;
    const Site site{task_log_section(taken.port())};
    const auto finished =
        run({tocsin_exe(), "run", "--config", site.config().string()}, {{"NOTIFY_SOCKET", Manager::name()}});
    CHECK(finished.code == 1);
    CHECK(manager.next().empty());
}

TEST_CASE("systemd's own program passes a socket that is read") {
    if (run({"sh", "-c", "command -v systemd-socket-activate"}).code != 0) {
        std::cout << "SKIPPED: systemd-socket-activate: not installed" << std::endl;
        return;
    }
    const auto port = free_port(Protocol::udp);
    const Site site{task_log_section(port)};
    const auto diary = site.path() / "diary.log";
    site.handler("diary.yaml", diary_handler(diary));
    // It starts the router, with its own process id, when the first datagram is there.
    Process process{{"systemd-socket-activate", "--datagram", "--listen=127.0.0.1:" + std::to_string(port),
                     tocsin_exe(), "--log-format", "json", "run", "--config", site.config().string()}};
    REQUIRE(wait_until([&] { return process.err().find("Listening on") != std::string::npos; }));
    send_udp(port, failed_line.text());
    CHECK_NOTHROW(wait_for_diary(diary, 1));
    CHECK(process.err().find("reading a socket that was passed") != std::string::npos);
    process.send_signal(SIGTERM);
    CHECK(process.wait() == 0);
}
