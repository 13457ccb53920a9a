#include "tap.hpp"

#include "wait.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tocsin::testing {
namespace {

constexpr int suback = 9;
constexpr int publish = 3;

/// A text with its length before it.
std::string counted(std::string_view text) {
    return std::string{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xff)}.append(text);
}

std::string packet(char first, const std::string& body) {
    if (body.size() > 127) throw std::runtime_error{"the filter is too long"};
    return std::string{first, static_cast<char>(body.size())} + body;
}

std::size_t two_bytes(std::string_view text) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[0]) << 8 | static_cast<unsigned char>(text[1]));
}

/// The sizes of the packet that `bytes` begins with: of its fixed header, and of all of it. False when it is not whole.
bool sizes(std::string_view bytes, std::size_t& header, std::size_t& all) {
    std::size_t body = 0;
    header = 1;
    for (unsigned shift = 0;; shift += 7) {
        if (header >= bytes.size()) return false;
        const auto byte = static_cast<unsigned char>(bytes[header++]);
        body |= static_cast<std::size_t>(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) break;
    }
    all = header + body;
    return all <= bytes.size();
}

}  // namespace

Tap::Tap(std::uint16_t port, std::string_view filter) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const auto client = "tap-" + std::to_string(::getpid()) + "-" + std::to_string(port);
    using namespace std::string_literals;
    const auto hello = packet(0x10, counted("MQTT") + "\x04\x02\0\0"s + counted(client)) +
                       packet('\x82', "\0\1"s + counted(filter) + "\0"s);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::send(socket_, hello.data(), hello.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(hello.size())) {
        const int error = errno;
        ::close(socket_);
        throw std::system_error{error, std::generic_category(), "no subscription"};
    }
    thread_ = std::thread{[this] { run(); }};
    wait_until([this] { return subscribed_ || ended_; });
    if (subscribed_) return;
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
    throw std::runtime_error{"the broker does not confirm the subscription"};
}

Tap::~Tap() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
}

std::vector<Tap::Message> Tap::messages() const {
    const std::lock_guard lock{mutex_};
    return messages_;
}

void Tap::run() {
    char bytes[65536];
    for (;;) {
        const auto size = ::recv(socket_, bytes, sizeof bytes, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        pending_.append(bytes, static_cast<std::size_t>(size));
        std::size_t taken = 0;
        std::size_t header = 0;
        for (std::size_t all = 0; sizes(std::string_view{pending_}.substr(taken), header, all); taken += all)
            take_in(std::string_view{pending_}.substr(taken, all), header);
        pending_.erase(0, taken);
    }
    ended_ = true;
}

void Tap::take_in(std::string_view packet, std::size_t header) {
    const int type = static_cast<unsigned char>(packet[0]) >> 4;
    if (type == suback && packet.back() == 0) subscribed_ = true;
    if (type != publish) return;
    const auto topic = two_bytes(packet.substr(header));
    Message message{std::string{packet.substr(header + 2, topic)}, std::string{packet.substr(header + 2 + topic)},
                    std::chrono::steady_clock::now()};
    const std::lock_guard lock{mutex_};
    messages_.push_back(std::move(message));
    ++count_;
}

}  // namespace tocsin::testing
