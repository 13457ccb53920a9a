#include "silent_name_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>

namespace tocsin::testing {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr int attempts = 100;

/// A socket on port 53 of some address of the loopback network; `address` is which.
int bound(std::string& address) {
    const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    std::random_device random;
    std::uniform_int_distribution<int> byte{1, 254};
    int error = 0;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        address = "127." + std::to_string(byte(random)) + "." + std::to_string(byte(random)) + "." +
                  std::to_string(byte(random));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(dns_port);
        ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
        if (::bind(handle, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return handle;
        error = errno;
    }
    ::close(handle);
    throw std::system_error{error, std::generic_category(), "no name server on port 53"};
}

}  // namespace

std::string SilentNameServer::lacking() {
    if (::geteuid() != 0) return "needs root, for port 53 and a private resolv.conf";
    static const bool mounts = run({"unshare", "-m", "true"}).code == 0;
    if (!std::filesystem::exists("/etc/resolv.conf")) return "needs an /etc/resolv.conf, to lay its own over it";
    return mounts ? "" : "needs the right to mount (unshare -m), for a private resolv.conf";
}

SilentNameServer::SilentNameServer() {
    std::string address;
    socket_ = bound(address);
    folder_.write("resolv.conf", "nameserver " + address + "\n");
    folder_.write("nsswitch.conf", "hosts: files dns\n");
}

SilentNameServer::~SilentNameServer() { ::close(socket_); }

Arguments SilentNameServer::wrapper() const {
    return {"unshare",
            "-m",
            "sh",
            "-c",
            "for file in resolv.conf nsswitch.conf; do [ ! -e \"/etc/$file\" ] || mount --bind \"$0/$file\" "
            "\"/etc/$file\" || exit; done\n"
            "exec \"$@\"",
            folder_.path().string()};
}

bool SilentNameServer::asked() const {
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) >= 0;
}

}  // namespace tocsin::testing
