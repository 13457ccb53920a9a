#pragma once

#include "message.hpp"

#include <span>
#include <string_view>

namespace task_log {

/// A datagram cut at its semicolons, the type included. The pieces must be neighbours in one buffer: a field that holds
/// a ';' is put together again from several.
using Pieces = std::span<const std::string_view>;

/// Whether `text` is what log4net writes for a property that is not set.
constexpr bool is_null(std::string_view text) noexcept { return text == "(null)"; }

/// Scheduler messages: type, host, task name, app name, user, task id, app id, time, level, execution id, log message.
/// Exactly 11 pieces are taken by position, whatever they say. Of more, the five from task id to execution id lie where
/// most of their anchors hold: task id, app id and execution id are GUIDs (an empty one counts a little), the time can
/// be read. At least two must hold; the leftmost place wins a tie. What follows is the log message. Before them stand
/// task name, app name and user, of which only the whole is certain; they are told apart like this:
/// - the user begins at the rightmost piece that looks like `DIRECTORY\user` and leaves two pieces for the names; if
/// none
///   does, it is the last piece;
/// - the app name begins where the task name then ends in it (`Reload task of a;b`, `a;b`), else at the last piece that
///   is empty or does not begin with a blank (people write `a; b`), else at the last piece.
/// Answers why the message is malformed; empty if it is not.
std::string_view split_task(Pieces pieces, Message& message) noexcept;

/// Engine messages: type, host, app id, session id, user directory, user id, time, level, log message. Of more than 9
/// pieces the first readable time tells where the user id ends; without one the surplus belongs to the log message.
std::string_view split_engine(Pieces pieces, Message& message) noexcept;

/// Session messages: type, host, command, user directory, user id, origin, context, log message. The surplus of more
/// than 8 pieces belongs to the log message.
std::string_view split_session(Pieces pieces, Message& message) noexcept;

}  // namespace task_log
