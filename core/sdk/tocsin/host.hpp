#pragma once

#include <tocsin/abi.h>
#include <tocsin/string.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace tocsin {

/// A counter of the host; copies count into the same one. Any thread.
class Counter {
  public:
    Counter() = default;
    Counter(const tocsin_host* host, std::uint64_t handle) noexcept : host_{host}, handle_{handle} {}

    void add(std::uint64_t amount = 1) const noexcept {
        if (host_ != nullptr) host_->add(host_->context, handle_, amount);
    }

  private:
    const tocsin_host* host_ = nullptr;
    std::uint64_t handle_ = 0;
};

/// What the host offers to every plugin instance: a handle, cheap to copy. Any thread, until stop has returned.
class Host {
  public:
    explicit Host(const tocsin_host* host) noexcept : host_{host} {}

    /// The instance's name; the kind's when it has none.
    std::string_view name() const noexcept { return view(host_->name); }

    void debug(std::string_view text) const noexcept { log(TOCSIN_LOG_DEBUG, text); }
    void info(std::string_view text) const noexcept { log(TOCSIN_LOG_INFO, text); }
    void warning(std::string_view text) const noexcept { log(TOCSIN_LOG_WARNING, text); }
    void error(std::string_view text) const noexcept { log(TOCSIN_LOG_ERROR, text); }

    Counter counter(std::string_view name, std::string_view help) const noexcept {
        return {host_, host_->counter(host_->context, abi(name), abi(help))};
    }

    /// Has `run` called once, serialised with the other calls to the instance. An exception out of it is logged.
    void post(std::function<void()> run) const {
        struct Task {
            const tocsin_host* host;
            std::function<void()> run;
        };
        auto task = std::make_unique<Task>(Task{host_, std::move(run)});
        host_->post(
            host_->context,
            [](void* argument) {
                const std::unique_ptr<Task> task{static_cast<Task*>(argument)};
                try {
                    task->run();
                } catch (const std::exception& error) {
                    Host{task->host}.error(error.what());
                } catch (...) {
                    Host{task->host}.error("unknown exception");
                }
            },
            task.release());
    }

    const tocsin_host* abi_host() const noexcept { return host_; }

  protected:
    void log(std::uint32_t severity, std::string_view text) const noexcept {
        host_->log(host_->context, severity, abi(text));
    }

    const tocsin_host* host_;
};

/// Runs `call`; an exception becomes `error` and TOCSIN_FAILED.
template <class Call>
std::int32_t guarded(tocsin_error* error, Call&& call) noexcept {
    try {
        std::forward<Call>(call)();
        return TOCSIN_OK;
    } catch (const std::exception& thrown) {
        write(error, thrown.what());
    } catch (...) {
        write(error, "unknown exception");
    }
    return TOCSIN_FAILED;
}

/// Runs `call`; an exception is logged.
template <class Call>
void guarded(const tocsin_host* host, Call&& call) noexcept {
    try {
        std::forward<Call>(call)();
    } catch (const std::exception& thrown) {
        Host{host}.error(thrown.what());
    } catch (...) {
        Host{host}.error("unknown exception");
    }
}

}  // namespace tocsin
