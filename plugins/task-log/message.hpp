#pragma once

#include "text.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace task_log {

enum class Family { failed, aborted, success, distribute, engine, session };

/// One log message, taken apart. Texts point into the datagram or into the parser; those a family does not have are
/// empty.
struct Message {
    Family family = Family::failed;
    std::string_view host;
    std::string_view task_name;
    std::string_view app_name;
    std::string_view user;  ///< `DIRECTORY\user`
    std::string_view task_id;
    std::string_view app_id;
    std::string_view session_id;
    std::string_view user_directory;
    std::string_view user_id;
    std::string_view command;
    std::string_view origin;
    std::string_view context;
    std::string_view timestamp;
    std::string_view level;
    std::string_view execution_id;
    std::string_view text;  ///< the log message itself
};

/// Takes the datagrams of Qlik Sense's UDP appenders apart. One datagram is one message: fields separated by ';',
/// nothing escaped, the type first.
///
/// - Line ends behind the message are dropped. The type's case does not count, nor does a second slash at its end.
/// - Control characters (C0, DEL) are removed from every field. The log message is cut at max_text code points, every
///   other field at max_field. Bytes that are no UTF-8 stay.
/// - `(null)`, which log4net writes for a property that is not set, reads as empty, except as log message.
/// - `\\` in the user of a task becomes `\`.
/// - What a ';' inside a field does to the fields' places: see split_task, split_engine and split_session.
///
/// Costs a few passes over the datagram and, once warm, no allocation.
class MessageParser {
  public:
    static constexpr std::size_t max_field = 500;
    static constexpr std::size_t max_text = 4096;

    /// The message, valid until the next call and as long as `datagram`; nothing when it is malformed.
    std::optional<Message> parse(std::string_view datagram);

    /// Why the last datagram was malformed.
    std::string_view problem() const noexcept { return problem_; }

  private:
    void clean(Message& message);

    std::vector<std::string_view> fields_;
    Cleaner cleaner_;
    std::string_view problem_;
};

}  // namespace task_log
