#include "probe.hpp"

#include "tls_context.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mqtt {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
  public:
    explicit Socket(int handle) noexcept : handle_{handle} {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (handle_ >= 0) ::close(handle_);
    }
    int get() const noexcept { return handle_; }

  private:
    int handle_;
};

bool wait_for(int socket, short events, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{socket, events, 0};
    return ::poll(&entry, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) > 0;
}

std::string in_words(int error) { return std::strerror(error); }

struct AddressList {
    addrinfo* first = nullptr;
    AddressList(const std::string& address, std::uint16_t port) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &first);
    }
    AddressList(const AddressList&) = delete;
    AddressList& operator=(const AddressList&) = delete;
    ~AddressList() {
        if (first != nullptr) ::freeaddrinfo(first);
    }
};

std::string connect(int socket, const addrinfo& to, Clock::time_point deadline) {
    if (::connect(socket, to.ai_addr, to.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return in_words(errno);
    if (!wait_for(socket, POLLOUT, deadline)) return in_words(ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? std::string{} : in_words(error);
}

std::string tls_failure(SSL* ssl, int system_error) {
    const auto verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) {
        ERR_clear_error();
        return std::string{"the broker's certificate is not accepted: "} + X509_verify_cert_error_string(verified);
    }
    const auto reason = take_tls_error();
    if (!reason.empty()) return "TLS: " + reason;
    return "TLS: " + (system_error != 0 ? in_words(system_error) : "the broker closed the connection");
}

/// Repeats `step` until it is done, fails or has to wait beyond the deadline. Whether it is done.
template <class Step>
bool complete(SSL* ssl, int socket, Clock::time_point deadline, std::string& failure, Step&& step) {
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const int result = step();
        const int system_error = errno;
        if (result == 1) return true;
        const int error = SSL_get_error(ssl, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
            failure = tls_failure(ssl, system_error);
            return false;
        }
        if (!wait_for(socket, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return false;
    }
}

std::string shake_hands(const Settings& settings, int socket, Clock::time_point deadline) {
    const auto context = make_tls_context(settings);
    const std::shared_ptr<SSL> ssl{SSL_new(context.get()), SSL_free};
    if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return "TLS: " + take_tls_error();
    const auto& host = settings.url.host;
    if (kind_of_host(host) == HostKind::name) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    std::string failure;
    if (!complete(ssl.get(), socket, deadline, failure, [&] { return SSL_connect(ssl.get()); }))
        return failure.empty() ? "TLS: the broker did not answer in time" : failure;
    if (settings.verify) {
        const std::shared_ptr<X509> certificate{SSL_get1_peer_certificate(ssl.get()), X509_free};
        if (X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) != 1 &&
            X509_check_ip_asc(certificate.get(), host.c_str(), 0) != 1)
            return "the broker's certificate is not for '" + host + "'";
    }
    // With TLS 1.3 a broker that wants a certificate says so only now.
    char byte = 0;
    complete(ssl.get(), socket, deadline, failure, [&] { return SSL_read(ssl.get(), &byte, 1); });
    return failure;
}

}  // namespace

std::string probe(const Settings& settings, const std::string& address, std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    const AddressList list{address, settings.url.port};
    if (list.first == nullptr) return {};
    const Socket socket{::socket(list.first->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (socket.get() < 0) return in_words(errno);
    if (auto failure = connect(socket.get(), *list.first, deadline); !failure.empty()) return failure;
    if (!settings.url.tls) return {};
    try {
        return shake_hands(settings, socket.get(), deadline);
    } catch (const std::exception& error) {
        return error.what();  // a file that has become unusable since the start
    }
}

}  // namespace mqtt
