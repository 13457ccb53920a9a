#include "wire.hpp"

#include "tls_context.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

std::string in_words(int error) { return std::strerror(error); }

struct AddressList {
    addrinfo* first = nullptr;
    AddressList(const std::string& address, std::uint16_t port) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &first) != 0) first = nullptr;
    }
    AddressList(const AddressList&) = delete;
    AddressList& operator=(const AddressList&) = delete;
    ~AddressList() {
        if (first != nullptr) ::freeaddrinfo(first);
    }
};

std::string tls_failure(SSL* tls, int system_error) {
    const auto verified = SSL_get_verify_result(tls);
    const auto reason = take_tls_error();
    if (verified != X509_V_OK && SSL_is_init_finished(tls) == 0)
        return std::string{"the broker's certificate is not accepted: "} + X509_verify_cert_error_string(verified);
    if (!reason.empty()) return "TLS: " + reason;
    return "TLS: " + (system_error != 0 ? in_words(system_error) : "the broker closed the connection");
}

}  // namespace

Wire::~Wire() {
    if (handle_ >= 0) ::close(handle_);
}

std::string Wire::open(const std::string& address, Clock::time_point deadline) {
    auto fault = connect(address, deadline);
    if (!fault.empty() || !settings_.url.tls) return fault;
    try {
        return shake_hands(deadline);
    } catch (const std::exception& error) {
        return error.what();  // a file that has become unusable since the start
    }
}

std::string Wire::connect(const std::string& address, Clock::time_point deadline) {
    const AddressList list{address, settings_.url.port};
    if (list.first == nullptr) return "'" + address + "' is no usable address";
    handle_ = ::socket(list.first->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle_ < 0) return in_words(errno);
    const int on = 1;
    ::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(handle_, list.first->ai_addr, list.first->ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return in_words(errno);
    if (!wait(true, deadline)) return in_words(ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(handle_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? std::string{} : in_words(error);
}

std::string Wire::shake_hands(Clock::time_point deadline) {
    const auto context = make_tls_context(settings_);
    tls_ = {SSL_new(context.get()), SSL_free};
    if (!tls_ || SSL_set_fd(tls_.get(), handle_) != 1) return "TLS: " + take_tls_error();
    SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const auto& host = settings_.url.host;
    if (kind_of_host(host) == HostKind::name) SSL_set_tlsext_host_name(tls_.get(), host.c_str());
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const int result = SSL_connect(tls_.get());
        const int system_error = errno;
        if (result == 1) break;
        const int error = SSL_get_error(tls_.get(), result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return tls_failure(tls_.get(), system_error);
        if (!wait(error == SSL_ERROR_WANT_WRITE, deadline)) return "TLS: the broker did not answer in time";
    }
    if (settings_.verify) {
        const std::shared_ptr<X509> certificate{SSL_get1_peer_certificate(tls_.get()), X509_free};
        if (X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) != 1 &&
            X509_check_ip_asc(certificate.get(), host.c_str(), 0) != 1)
            return "the broker's certificate is not for '" + host + "'";
    }
    return {};
}

bool Wire::wait(bool to_write, Clock::time_point deadline) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const auto limit = std::clamp<decltype(left)>(left, 0, 3'600'000);
    const auto wanted = static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN);
    pollfd entries[] = {{handle_, to_write && !tls_ ? static_cast<short>(POLLOUT) : wanted, 0}, {stop_, POLLIN, 0}};
    return ::poll(entries, 2, static_cast<int>(limit)) > 0 && entries[1].revents == 0;
}

std::size_t Wire::read(char* to, std::size_t size) {
    if (ended_) return 0;
    if (!tls_) {
        const auto count = ::recv(handle_, to, size, 0);
        if (count > 0) return static_cast<std::size_t>(count);
        if (count == 0)
            ended_ = true;
        else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            end(errno);
        return 0;
    }
    ERR_clear_error();
    errno = 0;
    const int count = SSL_read(tls_.get(), to, static_cast<int>(std::min<std::size_t>(size, 1 << 20)));
    return note(count, errno);
}

std::size_t Wire::write(std::string_view bytes) {
    if (ended_ || bytes.empty()) return 0;
    if (!tls_) {
        const auto count = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) end(errno);
        return 0;
    }
    ERR_clear_error();
    errno = 0;
    const int count =
        SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    return note(count, errno);
}

std::size_t Wire::note(int result, int system_error) {
    wants_to_write_ = false;
    if (result > 0) return static_cast<std::size_t>(result);
    const int error = SSL_get_error(tls_.get(), result);
    if (error == SSL_ERROR_WANT_READ) return 0;
    if (error == SSL_ERROR_WANT_WRITE) {
        wants_to_write_ = true;
        return 0;
    }
    ended_ = true;
    if (error != SSL_ERROR_ZERO_RETURN) failure_ = tls_failure(tls_.get(), system_error);
    ERR_clear_error();
    return 0;
}

void Wire::end(int system_error) {
    ended_ = true;
    failure_ = in_words(system_error);
}

bool Wire::holds_more() const { return tls_ && !ended_ && SSL_pending(tls_.get()) > 0; }

void Wire::close() {
    if (handle_ < 0) return;
    if (tls_ && !ended_) {
        ERR_clear_error();
        SSL_shutdown(tls_.get());
        ERR_clear_error();
    }
    ::shutdown(handle_, SHUT_WR);
}

}  // namespace mqtt
