#include "message.hpp"

#include "split.hpp"

#include <array>

namespace task_log {
namespace {

struct Type {
    std::string_view name;
    Family family;
};

constexpr std::array types{
    Type{"/scheduler-reload-failed/", Family::failed},     Type{"/scheduler-task-failed/", Family::failed},
    Type{"/scheduler-reloadtask-failed/", Family::failed}, Type{"/scheduler-reload-aborted/", Family::aborted},
    Type{"/scheduler-task-aborted/", Family::aborted},     Type{"/scheduler-reloadtask-success/", Family::success},
    Type{"/scheduler-task-success/", Family::success},     Type{"/scheduler-distribute/", Family::distribute},
    Type{"/engine-reload-failed/", Family::engine},        Type{"/qseow-proxy-session/", Family::session},
    Type{"/qseow-proxy-connection/", Family::session},     Type{"/proxy-session/", Family::session},
    Type{"/proxy-connection/", Family::session},
};

std::optional<Family> family_of(std::string_view type) noexcept {
    if (type.ends_with("//")) type.remove_suffix(1);
    for (const auto& known : types)
        if (equals_ignoring_case(type, known.name)) return known.family;
    return std::nullopt;
}

void split_at_semicolons(std::string_view text, std::vector<std::string_view>& fields) {
    fields.clear();
    for (;;) {
        const auto end = text.find(';');
        fields.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

// What has to be there so that the event can be told from others.
bool names_something(const Message& message) noexcept {
    switch (message.family) {
        case Family::engine: return !message.app_id.empty() || !message.session_id.empty() || !message.host.empty();
        case Family::session: return !message.user_directory.empty() || !message.user_id.empty();
        default: return !message.task_id.empty() || !message.task_name.empty() || !message.host.empty();
    }
}

}  // namespace

std::optional<Message> MessageParser::parse(std::string_view datagram) {
    while (datagram.ends_with('\n') || datagram.ends_with('\r')) datagram.remove_suffix(1);
    const auto family = family_of(datagram.substr(0, datagram.find(';')));
    if (!family) {
        problem_ = "unknown message type";
        return std::nullopt;
    }
    split_at_semicolons(datagram, fields_);
    Message message;
    message.family = *family;
    switch (*family) {
        case Family::engine: problem_ = split_engine(fields_, message); break;
        case Family::session: problem_ = split_session(fields_, message); break;
        default: problem_ = split_task(fields_, message); break;
    }
    if (!problem_.empty()) return std::nullopt;
    cleaner_.reset(datagram);
    clean(message);
    if (!names_something(message)) {
        problem_ = "the fields that name the task, app or user are all empty";
        return std::nullopt;
    }
    return message;
}

void MessageParser::clean(Message& message) {
    for (auto* field :
         {&message.host, &message.task_name, &message.app_name, &message.user, &message.task_id, &message.app_id,
          &message.session_id, &message.user_directory, &message.user_id, &message.command, &message.origin,
          &message.context, &message.timestamp, &message.level, &message.execution_id}) {
        *field = cleaner_.clean(*field, max_field);
        if (is_null(*field)) *field = {};
    }
    message.user = cleaner_.collapse_backslashes(message.user);
    message.text = cleaner_.clean(message.text, max_text);
}

}  // namespace task_log
