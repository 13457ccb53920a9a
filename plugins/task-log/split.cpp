#include "split.hpp"

#include "log_time.hpp"

#include <algorithm>
#include <cstddef>

namespace task_log {
namespace {

constexpr std::size_t task_fields = 11;
constexpr std::size_t engine_fields = 9;
constexpr std::size_t session_fields = 8;

constexpr std::size_t first_name = 2;     // type and host stand before the names
constexpr std::size_t anchor_fields = 5;  // task id, app id, time, level, execution id

// Comparing the ends of two names costs as much as the names are long: more places than these are not compared.
constexpr std::size_t max_compared = 64;

// The text from piece `first` to before piece `end`, semicolons included.
std::string_view joined(Pieces pieces, std::size_t first, std::size_t end) noexcept {
    const char* begin = pieces[first].data();
    const auto& last = pieces[end - 1];
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

struct Score {
    int holding = 0;  // anchors that hold
    int points = 0;   // these, and the empty ones
};

Score score(Pieces pieces, std::size_t at) noexcept {
    Score score;
    for (const auto id : {at, at + 1, at + 4}) {
        if (is_guid(pieces[id])) {
            ++score.holding;
            score.points += 3;
        } else if (pieces[id].empty() || is_null(pieces[id])) {
            score.points += 1;
        }
    }
    if (parse_log_time(pieces[at + 2])) {
        ++score.holding;
        score.points += 3;
    }
    return score;
}

// Index of the task id; 0 if it cannot be told.
std::size_t find_anchors(Pieces pieces) noexcept {
    std::size_t best = 0;
    int best_points = 0;
    for (std::size_t at = first_name + 3; at + anchor_fields < pieces.size(); ++at) {
        const auto [holding, points] = score(pieces, at);
        if (holding < 2 || points <= best_points) continue;
        best = at;
        best_points = points;
    }
    return best;
}

bool looks_like_user(std::string_view text) noexcept {
    const auto slash = text.find('\\');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
    return text.substr(0, slash).find_first_of(" \t") == std::string_view::npos;
}

bool continues_a_name(std::string_view piece) noexcept { return piece.starts_with(' '); }

// Index of the app name among the pieces of both names, of which there are two or more.
std::size_t find_app_name(Pieces names) noexcept {
    const auto count = names.size();
    for (std::size_t app = 1; app < std::min(count, max_compared); ++app) {
        const auto app_name = joined(names, app, count);
        if (!app_name.empty() && joined(names, 0, app).ends_with(app_name)) return app;
    }
    for (std::size_t app = count - 1; app > 0; --app)
        if (!continues_a_name(names[app])) return app;
    return count - 1;
}

void split_names(Pieces pieces, std::size_t end, Message& message) noexcept {
    std::size_t user = end - 1;
    for (auto at = end - 1; at >= first_name + 2; --at) {
        if (!looks_like_user(pieces[at])) continue;
        user = at;
        break;
    }
    const auto names = pieces.subspan(first_name, user - first_name);
    const auto app = find_app_name(names);
    message.task_name = joined(names, 0, app);
    message.app_name = joined(names, app, names.size());
    message.user = joined(pieces, user, end);
}

}  // namespace

std::string_view split_task(Pieces pieces, Message& message) noexcept {
    if (pieces.size() < task_fields) return "fewer than 11 fields";
    std::size_t anchors = first_name + 3;
    if (pieces.size() > task_fields) anchors = find_anchors(pieces);
    if (anchors == 0) return "more than 11 fields, and no ids and time that tell them apart";
    message.host = pieces[1];
    split_names(pieces, anchors, message);
    message.task_id = pieces[anchors];
    message.app_id = pieces[anchors + 1];
    message.timestamp = pieces[anchors + 2];
    message.level = pieces[anchors + 3];
    message.execution_id = pieces[anchors + 4];
    message.text = joined(pieces, anchors + anchor_fields, pieces.size());
    return {};
}

std::string_view split_engine(Pieces pieces, Message& message) noexcept {
    if (pieces.size() < engine_fields) return "fewer than 9 fields";
    std::size_t time = 6;
    for (auto at = time; at + 2 < pieces.size(); ++at) {
        if (!parse_log_time(pieces[at])) continue;
        time = at;
        break;
    }
    message.host = pieces[1];
    message.app_id = pieces[2];
    message.session_id = pieces[3];
    message.user_directory = pieces[4];
    message.user_id = joined(pieces, 5, time);
    message.timestamp = pieces[time];
    message.level = pieces[time + 1];
    message.text = joined(pieces, time + 2, pieces.size());
    return {};
}

std::string_view split_session(Pieces pieces, Message& message) noexcept {
    if (pieces.size() < session_fields) return "fewer than 8 fields";
    message.host = pieces[1];
    message.command = pieces[2];
    message.user_directory = pieces[3];
    message.user_id = pieces[4];
    message.origin = pieces[5];
    message.context = pieces[6];
    message.text = joined(pieces, 7, pieces.size());
    return {};
}

}  // namespace task_log
