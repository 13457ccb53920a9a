#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tocsin::testing {

/// An answer as it came.
struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// A connection to a loopback port that sends what it is told, well-formed or not.
class HttpClient {
  public:
    static constexpr auto patience = std::chrono::seconds{20};

    explicit HttpClient(std::uint16_t port) : handle_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        if (handle_ < 0) throw std::system_error{errno, std::generic_category(), "socket"};
        const timeval wait{patience.count(), 0};
        ::setsockopt(handle_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
        const int error = errno;
        ::close(handle_);
        throw std::system_error{error, std::generic_category(), "connect"};
    }
    ~HttpClient() {
        if (handle_ >= 0) ::close(handle_);
    }
    HttpClient(HttpClient&& other) noexcept
        : handle_{std::exchange(other.handle_, -1)}, read_{std::move(other.read_)} {}
    HttpClient& operator=(HttpClient&&) = delete;

    /// False when the other end has closed.
    bool send(std::string_view text) const {
        while (!text.empty()) {
            const auto sent = ::send(handle_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// The next answer. Throws when the connection ends before it does, or it does not come.
    HttpAnswer read(bool head = false) {
        const auto end = [&] {
            for (;;) {
                if (const auto found = read_.find("\r\n\r\n"); found != std::string::npos) return found + 4;
                must_read();
            }
        }();
        HttpAnswer answer;
        if (read_.compare(0, 7, "HTTP/1.") != 0) throw std::runtime_error{"no HTTP: " + read_};
        answer.status = std::stoi(read_.substr(9, 3));
        for (auto at = read_.find("\r\n") + 2; at + 2 < end;) {
            const auto line_end = read_.find("\r\n", at);
            auto name = read_.substr(at, read_.find(':', at) - at);
            for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            answer.headers[name] = read_.substr(at + name.size() + 2, line_end - at - name.size() - 2);
            at = line_end + 2;
        }
        read_.erase(0, end);
        const auto size = head ? 0 : std::stoul(answer.headers.at("content-length"));
        while (read_.size() < size) must_read();
        answer.body = read_.substr(0, size);
        read_.erase(0, size);
        return answer;
    }

    /// `headers`: whole lines.
    HttpAnswer request(const std::string& method, const std::string& target, const std::string& headers = "",
                       const std::string& body = "") {
        send(method + " " + target + " HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n" + body);
        return read(method == "HEAD");
    }
    HttpAnswer get(const std::string& target) { return request("GET", target); }

    /// Whether the other end closes within the time; what it still sends is dropped.
    bool closes(std::chrono::milliseconds within = patience) {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (read_some(deadline)) read_.clear();
        return ended_;
    }

    int handle() const noexcept { return handle_; }

  private:
    void must_read() {
        if (!read_some(std::chrono::steady_clock::now() + patience))
            throw std::runtime_error{(ended_ ? "the connection ended in an answer: " : "no answer comes: ") + read_};
    }

    bool read_some(std::chrono::steady_clock::time_point deadline) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd poll{handle_, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&poll, 1, static_cast<int>(left.count())) <= 0) return false;
        char text[16384];
        const auto size = ::recv(handle_, text, sizeof text, 0);
        ended_ = size <= 0;
        if (size > 0) read_.append(text, static_cast<std::size_t>(size));
        return size > 0;
    }

    int handle_;
    std::string read_;
    bool ended_ = false;
};

/// One GET on a connection of its own.
inline HttpAnswer http_get(std::uint16_t port, const std::string& target) { return HttpClient{port}.get(target); }

}  // namespace tocsin::testing
