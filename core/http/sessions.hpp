#pragma once

#include "http/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

namespace tocsin::core::http {

/// One connection, as Sessions keeps it.
class Session {
  public:
    virtual ~Session() = default;
    /// Breaks it off; it forgets itself soon.
    virtual void close() = 0;

  private:
    friend class Sessions;
    std::uint64_t step_ = 0;
    std::size_t answer_bytes_ = 0;
};

/// The connections of one server in the order in which their current steps began, so that the slowest goes when there
/// are too many. Touched by the server's thread only.
class Sessions {
  public:
    /// `on_last`: called when the server is closing and the last connection has gone.
    Sessions(const Limits& limits, std::function<void()> on_last) : limits_{limits}, on_last_{std::move(on_last)} {}

    /// Closes the slowest if there are as many as there may be, or (`anyway`) if there is one.
    void make_room(bool anyway = false);
    /// `session`, new or known, begins to wait for a request or to read one.
    void begin_request(Session& session) { begin_step(session, 0); }
    /// `session` begins to send so many bytes. Closes the slowest of the others that do while there are too many bytes.
    void begin_answer(Session& session, std::size_t bytes);
    void forget(Session& session);

    /// From now on nothing begins: closes all connections that are not sending an answer.
    void close();
    bool closing() const noexcept { return closing_; }
    bool empty() const noexcept { return by_step_.empty(); }

  private:
    using Steps = std::map<std::uint64_t, Session*>;

    void begin_step(Session& session, std::size_t answer_bytes);
    void leave_step(Session& session);
    void give_up(Steps::iterator session);

    const Limits limits_;
    const std::function<void()> on_last_;
    Steps by_step_;
    std::uint64_t steps_ = 0;
    std::size_t answer_bytes_ = 0;
    bool closing_ = false;
};

}  // namespace tocsin::core::http
