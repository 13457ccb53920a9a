#pragma once

#include "message.hpp"
#include "time_zone.hpp"

#include <tocsin/event.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace task_log {

/// "failed", "aborted", "success" or "distribute"; empty for messages that are not about a task.
std::string_view outcome_of(Family family) noexcept;

/// Makes events of messages:
///
/// | family     | alert topic  | id                                    | level    |
/// |------------|--------------|---------------------------------------|----------|
/// | failed     | qlik.task    | task id, else `<host>/<task name>`    | CRITICAL |
/// | aborted    | qlik.task    | same                                  | WARNING  |
/// | success    | qlik.task    | same                                  | OK       |
/// | distribute | qlik.task    | same                                  | INFO     |
/// | engine     | qlik.engine  | app id, else `<host>/<session id>`    | CRITICAL |
/// | session    | qlik.session | `<user directory>\<user id>`          | INFO     |
///
/// An id that is not UTF-8, which no event may have, is read as ISO 8859-1 where it is not.
///
/// The tags carry Butler's field names and are all there, empty or not. The time is the log line's in `zone`, or that
/// of receipt where the line has none that can be read.
class EventBuilder {
  public:
    explicit EventBuilder(TimeZone zone) : zone_{zone} {}

    /// Valid until the next call and as long as the texts of `message`.
    const tocsin::EventDraft& build(const Message& message, std::chrono::sys_time<std::chrono::nanoseconds> received);

  private:
    void build_task(const Message& message);
    void build_engine(const Message& message);
    void build_session(const Message& message);

    TimeZone zone_;
    tocsin::EventDraft draft_;
    std::string id_;
    std::string sentence_;
};

}  // namespace task_log
