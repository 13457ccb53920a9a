#include "event_builder.hpp"

#include "text.hpp"

#include <initializer_list>
#include <utility>

namespace task_log {
namespace {

using Level = tocsin::Level;

Level level_of(Family family) noexcept {
    switch (family) {
        case Family::failed:
        case Family::engine: return Level::critical;
        case Family::aborted: return Level::warning;
        case Family::success: return Level::ok;
        case Family::distribute:
        case Family::session: break;
    }
    return Level::info;
}

std::string_view predicate_of(Family family) noexcept {
    switch (family) {
        case Family::failed: return " failed";
        case Family::aborted: return " was aborted";
        case Family::success: return " succeeded";
        default: return " finished distributing";
    }
}

void assign(std::string& target, std::initializer_list<std::string_view> parts) {
    target.clear();
    for (const auto part : parts) target += part;
}

void append_end(std::string& sentence, const Message& message) {
    if (!message.host.empty()) (sentence += " on ") += message.host;
    if (!message.text.empty()) (sentence += ": ") += message.text;
}

}  // namespace

std::string_view outcome_of(Family family) noexcept {
    switch (family) {
        case Family::failed: return "failed";
        case Family::aborted: return "aborted";
        case Family::success: return "success";
        case Family::distribute: return "distribute";
        case Family::engine:
        case Family::session: break;
    }
    return {};
}

// Tags come in the order of their names, in which the router keeps them: then it has nothing to sort.
const tocsin::EventDraft& EventBuilder::build(const Message& message,
                                              std::chrono::sys_time<std::chrono::nanoseconds> received) {
    draft_ = {};
    draft_.level = level_of(message.family);
    draft_.name = "task-log";
    const auto logged = parse_log_time(message.timestamp);
    draft_.time = logged ? zone_.moment(*logged) : received;
    switch (message.family) {
        case Family::engine: build_engine(message); break;
        case Family::session: build_session(message); break;
        default: build_task(message); break;
    }
    append_end(sentence_, message);
    make_utf8(id_);
    draft_.message = sentence_;
    draft_.id = id_;
    return draft_;
}

void EventBuilder::build_task(const Message& message) {
    draft_.topic = "qlik.task";
    draft_.task_name = message.task_name;
    if (!message.task_id.empty())
        id_ = message.task_id;
    else
        assign(id_, {message.host, "/", message.task_name});
    if (!message.task_name.empty())
        assign(sentence_, {"Task '", message.task_name, "'", predicate_of(message.family)});
    else
        assign(sentence_,
               {"Task ", message.task_id.empty() ? "without a name" : message.task_id, predicate_of(message.family)});
    draft_.tag("appId", message.app_id);
    draft_.tag("appName", message.app_name);
    draft_.tag("executionId", message.execution_id);
    draft_.tag("hostName", message.host);
    draft_.tag("logLevel", message.level);
    draft_.tag("logMessage", message.text);
    draft_.tag("logTimeStamp", message.timestamp);
    draft_.tag("outcome", outcome_of(message.family));
    draft_.tag("taskId", message.task_id);
    draft_.tag("taskName", message.task_name);
    draft_.tag("taskType", "unknown");
    draft_.tag("user", message.user);
}

void EventBuilder::build_engine(const Message& message) {
    draft_.topic = "qlik.engine";
    if (!message.app_id.empty())
        id_ = message.app_id;
    else
        assign(id_, {message.host, "/", message.session_id});
    if (!message.app_id.empty())
        assign(sentence_, {"Reload of app ", message.app_id, " failed"});
    else
        assign(sentence_, {"Reload in engine session ",
                           message.session_id.empty() ? "without an id" : message.session_id, " failed"});
    draft_.tag("appId", message.app_id);
    draft_.tag("hostName", message.host);
    draft_.tag("logLevel", message.level);
    draft_.tag("logMessage", message.text);
    draft_.tag("logTimeStamp", message.timestamp);
    draft_.tag("sessionId", message.session_id);
    draft_.tag("userDirectory", message.user_directory);
    draft_.tag("userId", message.user_id);
}

void EventBuilder::build_session(const Message& message) {
    draft_.topic = "qlik.session";
    assign(id_, {message.user_directory, "\\", message.user_id});
    assign(sentence_, {message.command.empty() ? "Session event" : message.command, " of user ", id_});
    draft_.tag("command", message.command);
    draft_.tag("context", message.context);
    draft_.tag("hostName", message.host);
    draft_.tag("origin", message.origin);
    draft_.tag("userDirectory", message.user_directory);
    draft_.tag("userId", message.user_id);
}

}  // namespace task_log
