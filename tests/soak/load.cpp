#include "load.hpp"

#include "integration/datagrams.hpp"

#include <linux/sock_diag.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace tocsin::soak {
namespace {

using namespace std::chrono_literals;

constexpr auto between_bursts = 5ms;
constexpr int wanted_buffer = 8 * 1024 * 1024;

std::array<std::uint32_t, SK_MEMINFO_VARS> memory_of(int handle) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    if (::getsockopt(handle, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0)
        throw std::system_error{errno, std::generic_category(), "SO_MEMINFO"};
    return memory;
}

std::string datagram(const Load::Sent& sent, unsigned number) {
    auto line = sent.level == Load::Level::critical  ? testing::failed_line
                : sent.level == Load::Level::warning ? testing::aborted_line
                                                     : testing::success_line;
    line.task_id = testing::guid(sent.id);
    line.app_name = std::to_string(number);
    line.execution_id = testing::guid(number);
    return line.text();
}

}  // namespace

Load::Load(std::uint32_t seed, unsigned per_second)
    : random_{seed}, most_in_burst_{static_cast<unsigned>(2 * per_second * between_bursts / 1s)} {
    // What an unprivileged process may have is enough too.
    if (::setsockopt(handle(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted_buffer, sizeof wanted_buffer) != 0)
        ::setsockopt(handle(), SOL_SOCKET, SO_RCVBUF, &wanted_buffer, sizeof wanted_buffer);
}

Load::~Load() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
}

void Load::start() {
    thread_ = std::thread{[this] { run(); }};
}

void Load::stop() {
    ends_ = true;
    thread_.join();
    for (unsigned id = 0; id < ids; ++id) {
        testing::wait_until([this] { return has_room(); });
        send(id);
    }
}

void Load::run() {
    // On one processor the loopback keeps the order of datagrams.
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ::sched_setaffinity(0, sizeof one, &one);
    auto next = std::chrono::steady_clock::now();
    while (!ends_) {
        next += between_bursts;
        std::this_thread::sleep_until(next);
        if (!has_room()) continue;
        const auto count = std::uniform_int_distribution<unsigned>{0, most_in_burst_}(random_);
        for (unsigned i = 0; i < count; ++i) send(std::uniform_int_distribution<unsigned>{0, ids - 1}(random_));
    }
}

void Load::send(unsigned id) {
    auto& level = levels_[id];
    if (std::uniform_int_distribution{0, 2}(random_) == 0)
        level = static_cast<Level>(std::uniform_int_distribution{0, 2}(random_));
    const std::scoped_lock lock{mutex_};
    sent_.push_back({id, level});
    from_.send(port(), datagram(sent_.back(), static_cast<unsigned>(sent_.size() - 1)));
}

bool Load::has_room() const {
    const auto memory = memory_of(handle());
    return memory[SK_MEMINFO_RMEM_ALLOC] < memory[SK_MEMINFO_RCVBUF] / 2;
}

bool Load::all_read() const { return memory_of(handle())[SK_MEMINFO_RMEM_ALLOC] == 0; }

unsigned Load::kernel_drops() const { return memory_of(handle())[SK_MEMINFO_DROPS]; }

unsigned Load::first_unread() const {
    const std::scoped_lock lock{mutex_};
    std::array<char, 1000> bytes{};
    const auto size = ::recv(handle(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (size < 0) return static_cast<unsigned>(sent_.size());
    std::string_view rest{bytes.data(), static_cast<std::size_t>(size)};
    for (int field = 0; field < 3; ++field) rest.remove_prefix(rest.find(';') + 1);
    return static_cast<unsigned>(std::stoul(std::string{rest.substr(0, rest.find(';'))}));
}

}  // namespace tocsin::soak
