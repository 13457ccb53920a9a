#pragma once

#include <tocsin/abi.h>
#include <tocsin/option.hpp>
#include <tocsin/source.hpp>
#include <tocsin/string.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace task_log::test {

inline constexpr std::string_view failed_sample =
    R"(/scheduler-reload-failed/;sense1;Reload sales;Sales app;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;ERROR;00000001-1111-4222-8333-444444444444;Max retries reached)";
inline constexpr std::string_view aborted_sample =
    R"(/scheduler-task-aborted/;sense1;T5;App;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;INFO;00000005-1111-4222-8333-444444444444;Execution State Change to Aborting)";
inline constexpr std::string_view success_sample =
    R"(/scheduler-task-success//;sense1;T6;App;LAB\goran;7552d9fc-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;INFO;00000006-1111-4222-8333-444444444444;Execution State Change to FinishedSuccess)";
inline constexpr std::string_view engine_sample =
    R"(/engine-reload-failed/;sense1;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;s-1;LAB;goran;2024-05-06 07:08:09,123;ERROR;Script line 45)";
inline constexpr std::string_view session_sample =
    R"(/qseow-proxy-session/;sense1;Start session;LAB;goran;10.0.0.7;AppAccess;Session started; all well)";

/// Polls `condition` until it holds; false when it does not within five seconds.
inline bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

struct SeenEvent {
    std::string topic;
    std::string id;
    std::uint32_t level = 0;
    std::string message;
    std::string name;
    std::string task_name;
    std::int64_t time = 0;
    std::vector<std::pair<std::string, std::string>> tags;

    std::string tag(std::string_view key) const {
        for (const auto& [name, value] : tags)
            if (name == key) return value;
        return "(no such tag)";
    }
};

inline SeenEvent seen(const tocsin_event& event) {
    SeenEvent copy;
    copy.topic = tocsin::view(event.topic);
    copy.id = tocsin::view(event.id);
    copy.level = event.level;
    copy.message = tocsin::view(event.message);
    copy.name = tocsin::view(event.name);
    copy.task_name = tocsin::view(event.task_name);
    copy.time = event.time;
    for (std::uint64_t i = 0; i < event.tag_count; ++i)
        copy.tags.emplace_back(tocsin::view(event.tags[i].key), tocsin::view(event.tags[i].value));
    return copy;
}

/// A host that records. Its sockets live as long as it does, on free ports of the address asked for.
class FakeHost {
  public:
    FakeHost() {
        host_.struct_size = sizeof host_;
        host_.abi_major = TOCSIN_ABI_MAJOR;
        host_.abi_minor = TOCSIN_ABI_MINOR;
        host_.context = this;
        host_.name = tocsin::abi("task-log");
        host_.log = [](void* context, std::uint32_t, tocsin_string text) {
            auto& self = of(context);
            const std::lock_guard lock{self.mutex_};
            self.lines_.emplace_back(tocsin::view(text));
        };
        host_.counter = [](void* context, tocsin_string name, tocsin_string) {
            auto& self = of(context);
            const std::lock_guard lock{self.mutex_};
            self.counters_.emplace_back(tocsin::view(name), 0);
            return std::uint64_t{self.counters_.size() - 1};
        };
        host_.add = [](void* context, std::uint64_t counter, std::uint64_t amount) {
            auto& self = of(context);
            const std::lock_guard lock{self.mutex_};
            self.counters_[counter].second += amount;
        };
        host_.emit = [](void* context, const tocsin_event* event, std::uint64_t) {
            return of(context).on_emit(*event);
        };
        host_.listen = [](void* context, tocsin_string address, std::uint32_t, tocsin_error* error) {
            return of(context).on_listen(tocsin::view(address), error);
        };
    }
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    ~FakeHost() {
        for (const auto& socket : sockets_) close(socket.fd);
    }

    const tocsin_host* abi() const { return &host_; }

    /// What emit answers from now on. Without room, it answers full once that many more are accepted.
    void answer(std::int32_t answer) {
        const std::lock_guard lock{mutex_};
        answer_ = answer;
        room_.reset();
    }
    void room_for(std::size_t events) {
        const std::lock_guard lock{mutex_};
        answer_ = TOCSIN_ACCEPTED;
        room_ = events;
    }
    /// Called inside emit, before it answers, without the lock.
    void on_emit_do(std::function<void()> action) {
        const std::lock_guard lock{mutex_};
        in_emit_ = std::move(action);
    }

    std::vector<SeenEvent> events() const {
        const std::lock_guard lock{mutex_};
        return events_;
    }
    std::size_t accepted() const {
        const std::lock_guard lock{mutex_};
        return events_.size();
    }
    std::size_t emits() const {
        const std::lock_guard lock{mutex_};
        return emits_;
    }
    std::uint64_t count(std::string_view name) const {
        const std::lock_guard lock{mutex_};
        for (const auto& [known, value] : counters_)
            if (known == name) return value;
        return ~std::uint64_t{0};
    }
    std::size_t lines_with(std::string_view text) const {
        const std::lock_guard lock{mutex_};
        std::size_t count = 0;
        for (const auto& line : lines_) count += line.find(text) != std::string::npos ? 1 : 0;
        return count;
    }
    int socket(std::size_t index) const { return sockets_.at(index).fd; }
    std::size_t sockets() const { return sockets_.size(); }

    /// Sends to the socket that was asked for as the `index`th; false when the system refuses.
    bool send(std::string_view datagram, std::size_t index = 0) const {
        const auto& to = sockets_.at(index);
        const int fd = ::socket(to.address.ss_family, SOCK_DGRAM, 0);
        const auto sent =
            sendto(fd, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to.address), to.size);
        close(fd);
        return sent == static_cast<ssize_t>(datagram.size());
    }

  private:
    struct Bound {
        int fd;
        sockaddr_storage address;
        socklen_t size;
    };

    static FakeHost& of(void* context) { return *static_cast<FakeHost*>(context); }

    std::int32_t on_emit(const tocsin_event& event) {
        std::function<void()> action;
        {
            const std::lock_guard lock{mutex_};
            action = in_emit_;
        }
        if (action) action();
        const std::lock_guard lock{mutex_};
        ++emits_;
        if (answer_ != TOCSIN_ACCEPTED) return answer_;
        if (room_ && *room_ == 0) return TOCSIN_FULL;
        if (room_) --*room_;
        events_.push_back(seen(event));
        return TOCSIN_ACCEPTED;
    }

    std::int64_t on_listen(std::string_view address, tocsin_error* error) {
        Bound bound{};
        if (address.starts_with('[')) {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_addr = in6addr_loopback;
            store(bound, v6);
        } else {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            store(bound, v4);
        }
        bound.fd = ::socket(bound.address.ss_family, SOCK_DGRAM, 0);
        auto* name = reinterpret_cast<sockaddr*>(&bound.address);
        if (bound.fd < 0 || bind(bound.fd, name, bound.size) != 0 || getsockname(bound.fd, name, &bound.size) != 0) {
            if (bound.fd >= 0) close(bound.fd);
            tocsin::write(error, "no such address here");
            return -1;
        }
        sockets_.push_back(bound);
        return bound.fd;
    }

    template <class SockAddr>
    static void store(Bound& bound, const SockAddr& address) {
        *reinterpret_cast<SockAddr*>(&bound.address) = address;
        bound.size = sizeof address;
    }

    tocsin_host host_{};
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::vector<std::pair<std::string, std::uint64_t>> counters_;
    std::vector<SeenEvent> events_;
    std::size_t emits_ = 0;
    std::int32_t answer_ = TOCSIN_ACCEPTED;
    std::optional<std::size_t> room_;
    std::function<void()> in_emit_;
    std::vector<Bound> sockets_;
};

/// Option values as the host passes them: what is given, and otherwise the defaults.
class Values {
  public:
    struct Given {
        std::vector<std::string> items;
        std::string text;
        std::int64_t integer = 0;
    };

    Values(std::span<const tocsin::Option> declared, const std::map<std::string, Given>& given) {
        for (const auto& option : declared) {
            auto& value = values_.emplace_back();
            value.type = option.type;
            const auto found = given.find(std::string{tocsin::view(option.name)});
            if (found == given.end() && option.default_value.data == nullptr) continue;
            value.is_set = 1;
            const auto& kept =
                kept_.emplace_back(found != given.end() ? found->second : read(tocsin::view(option.default_value)));
            value.text = tocsin::abi(kept.text);
            value.integer = kept.integer;
            auto& items = items_.emplace_back();
            for (const auto& item : kept.items) items.push_back(tocsin::abi(item));
            value.items = items.data();
            value.item_count = items.size();
        }
    }

    const tocsin_value* data() const { return values_.data(); }
    std::uint64_t size() const { return values_.size(); }

  private:
    static Given read(std::string_view text) {
        Given given{{std::string{text}}, std::string{text}, 0};
        for (const char c : text) {
            if (c >= '0' && c <= '9') given.integer = given.integer * 10 + (c - '0');
            if (c == 'm') given.integer *= 60'000'000'000;
        }
        return given;
    }

    std::vector<tocsin_value> values_;
    std::deque<Given> kept_;
    std::deque<std::vector<tocsin_string>> items_;
};

using Given = std::map<std::string, Values::Given>;

inline Given with(std::string name, Values::Given value) { return {{std::move(name), std::move(value)}}; }

/// A message of its own for each number.
inline std::string failed(int execution) {
    return "/scheduler-task-failed/;h;T;A;u;i;j;2024-05-06 07:08:09;l;e" + std::to_string(execution) + ";m";
}

/// One instance of a source, driven as the host drives it.
template <class T>
class Instance {
  public:
    explicit Instance(FakeHost& host, const Given& given = {}) {
        const Values values{T::instance_options, given};
        char text[512];
        tocsin_error error{text, sizeof text, 0};
        if (kind.create(host.abi(), values.data(), values.size(), &instance_, &error) != TOCSIN_OK) {
            instance_ = nullptr;
            error_.assign(text, error.size);
        }
    }
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    ~Instance() {
        if (instance_ != nullptr) kind.destroy(instance_);
    }

    bool start() {
        char text[512];
        tocsin_error error{text, sizeof text, 0};
        const bool started = kind.start(instance_, &error) == TOCSIN_OK;
        if (!started) error_.assign(text, error.size);
        return started;
    }
    void pause() { kind.pause(instance_); }
    void resume() { kind.resume(instance_); }
    void stop() { kind.stop(instance_, 5'000'000'000); }
    /// Why create or start failed.
    const std::string& error() const { return error_; }

  private:
    static constexpr const tocsin_source_kind& kind = tocsin::detail::source_kind<T>;
    void* instance_ = nullptr;
    std::string error_;
};

}  // namespace task_log::test
