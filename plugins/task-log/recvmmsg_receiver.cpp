#include "receiver.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

namespace task_log {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch = 64;
constexpr std::chrono::seconds rest_after_trouble{1};
// The kernel tells drops with the next datagram that it takes; when none follows, they are asked for after this.
constexpr std::chrono::seconds drops_after{1};

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

Address sender_of(const sockaddr_storage& from) noexcept {
    if (from.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return Address{bytes};
    }
    if (from.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &from, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return Address{bytes};
    }
    return Address{};
}

struct Socket {
    int fd;
    std::uint32_t drops;  // the kernel's running number, as told last
    Clock::time_point resting_until;

    // How many came since. Numbers arrive out of order: a datagram carries the one of the time it was queued.
    std::uint64_t advance(std::uint32_t number) noexcept {
        const auto more = static_cast<std::int32_t>(number - drops);
        if (more <= 0) return 0;
        drops = number;
        return static_cast<std::uint64_t>(more);
    }
};

// Nothing to go on (kernels before 4.12): the number told last.
std::uint32_t drops_now(int fd, std::uint32_t otherwise) noexcept {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return otherwise;
    return size > SK_MEMINFO_DROPS * sizeof info[0] ? info[SK_MEMINFO_DROPS] : otherwise;
}

int buffer_of(int fd) {
    int given = 0;
    socklen_t size = sizeof given;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &size) != 0) fail("SO_RCVBUF");
    return given / 2;  // Linux reports twice what may be used
}

// What an unprivileged process gets that asks for so much.
int allowed_buffer(int bytes) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return bytes;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    const int given = buffer_of(fd);
    close(fd);
    return given;
}

// A socket that was passed may have more than we may ask for: it keeps that.
std::size_t set_receive_buffer(int fd, std::size_t wanted) {
    const int bytes = static_cast<int>(wanted);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 &&
        allowed_buffer(bytes) >= std::min(bytes, buffer_of(fd)))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return static_cast<std::size_t>(buffer_of(fd));
}

class RecvmmsgReceiver final : public Receiver {
  public:
    RecvmmsgReceiver(Listener& listener, std::size_t max_datagram)
        : listener_{listener},
          max_datagram_{max_datagram},
          buffer_{std::make_unique_for_overwrite<char[]>(batch * max_datagram)},
          wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
        if (wake_ < 0) fail("eventfd");
    }

    RecvmmsgReceiver(const RecvmmsgReceiver&) = delete;
    RecvmmsgReceiver& operator=(const RecvmmsgReceiver&) = delete;

    ~RecvmmsgReceiver() override { close(wake_); }

    std::size_t add(std::int64_t handle, std::size_t receive_buffer) override {
        const int fd = static_cast<int>(handle);
        const auto given = set_receive_buffer(fd, receive_buffer);
        const int on = 1;
        if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0) fail("SO_RXQ_OVFL");
        sockets_.push_back({fd, drops_now(fd, 0), {}});
        return given;
    }

    void interrupt() noexcept override {
        interrupted_ = true;
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
    }

    void run() override {
        while (!wait()) {
            for (std::size_t i = 0; i < sockets_.size() && !interrupted_; ++i)
                if (polled_[i + 1].revents != 0) read(sockets_[i]);
        }
    }

    void count_drops() override {
        has_read_ = false;
        for (auto& socket : sockets_) tell_drops(socket, drops_now(socket.fd, socket.drops));
    }

  private:
    // Answers whether to end the run.
    bool wait() {
        const auto now = Clock::now();
        auto timeout = has_read_ ? Clock::duration{drops_after} : Clock::duration::max();
        polled_.assign(1, {wake_, POLLIN, 0});
        for (const auto& socket : sockets_) {
            const bool resting = socket.resting_until > now;
            if (resting) timeout = std::min(timeout, socket.resting_until - now);
            polled_.push_back({resting ? -1 : socket.fd, POLLIN, 0});
        }
        const int milliseconds = timeout == Clock::duration::max()
                                     ? -1
                                     : static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count());
        const int ready = poll(polled_.data(), polled_.size(), milliseconds);
        if (ready < 0) {
            if (errno != EINTR) fail("poll");
            for (auto& entry : polled_) entry.revents = 0;
        }
        if (ready == 0) count_drops();
        if (polled_.front().revents == 0) return false;
        std::uint64_t count = 0;
        [[maybe_unused]] const auto size = ::read(wake_, &count, sizeof count);
        interrupted_ = false;
        return true;
    }

    void prepare(std::size_t i) noexcept {
        parts_[i] = {buffer_.get() + i * max_datagram_, max_datagram_};
        auto& header = messages_[i].msg_hdr;
        header = {};
        header.msg_name = &senders_[i];
        header.msg_namelen = sizeof senders_[i];
        header.msg_iov = &parts_[i];
        header.msg_iovlen = 1;
        header.msg_control = controls_[i].bytes;
        header.msg_controllen = sizeof controls_[i].bytes;
    }

    void read(Socket& socket) {
        for (std::size_t i = 0; i < used_; ++i) prepare(i);
        used_ = 0;
        const int count = recvmmsg(socket.fd, messages_.data(), batch, MSG_DONTWAIT, nullptr);
        if (count < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return;
            socket.resting_until = Clock::now() + rest_after_trouble;
            listener_.on_trouble(std::generic_category().message(errno));
            return;
        }
        has_read_ = true;
        used_ = static_cast<std::size_t>(count);
        const auto received = std::chrono::system_clock::now();
        for (std::size_t i = 0; i < used_; ++i) {
            read_control(socket, messages_[i].msg_hdr);
            const auto& header = messages_[i].msg_hdr;
            listener_.on_datagram({{buffer_.get() + i * max_datagram_, messages_[i].msg_len},
                                   sender_of(senders_[i]),
                                   (header.msg_flags & MSG_TRUNC) != 0,
                                   received});
        }
    }

    void read_control(Socket& socket, msghdr& header) {
        for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
            if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
            std::uint32_t number = 0;
            std::memcpy(&number, CMSG_DATA(control), sizeof number);
            tell_drops(socket, number);
        }
    }

    void tell_drops(Socket& socket, std::uint32_t number) {
        if (const auto count = socket.advance(number)) listener_.on_drops(count);
    }

    struct alignas(cmsghdr) Control {
        char bytes[CMSG_SPACE(sizeof(std::uint32_t))];
    };

    Listener& listener_;
    std::size_t max_datagram_;
    std::unique_ptr<char[]> buffer_;
    int wake_;
    std::atomic<bool> interrupted_ = false;
    bool has_read_ = false;  // since drops were counted
    std::vector<Socket> sockets_;
    std::vector<pollfd> polled_;
    std::size_t used_ = batch;  // of the messages, whose headers the kernel has written over; at low rates few
    std::array<mmsghdr, batch> messages_{};
    std::array<iovec, batch> parts_{};
    std::array<sockaddr_storage, batch> senders_{};
    std::array<Control, batch> controls_{};
};

}  // namespace

std::unique_ptr<Receiver> make_recvmmsg_receiver(Listener& listener, std::size_t max_datagram) {
    return std::make_unique<RecvmmsgReceiver>(listener, max_datagram);
}

}  // namespace task_log
