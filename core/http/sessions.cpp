#include "http/sessions.hpp"

#include <iterator>
#include <vector>

namespace tocsin::core::http {

void Sessions::make_room(bool anyway) {
    if (!by_step_.empty() && (anyway || by_step_.size() >= limits_.connections)) give_up(by_step_.begin());
}

void Sessions::begin_answer(Session& session, std::size_t bytes) {
    begin_step(session, bytes);
    for (auto next = by_step_.begin(); answer_bytes_ > limits_.answer_bytes && next->second != &session;) {
        const auto slowest = next++;
        if (slowest->second->answer_bytes_ != 0) give_up(slowest);
    }
}

void Sessions::forget(Session& session) {
    leave_step(session);
    if (closing_ && by_step_.empty()) on_last_();
}

void Sessions::close() {
    closing_ = true;
    std::vector<Steps::iterator> waiting;
    for (auto session = by_step_.begin(); session != by_step_.end(); ++session)
        if (session->second->answer_bytes_ == 0) waiting.push_back(session);
    for (const auto session : waiting) give_up(session);
    if (by_step_.empty()) on_last_();
}

void Sessions::begin_step(Session& session, std::size_t answer_bytes) {
    leave_step(session);
    session.step_ = ++steps_;
    session.answer_bytes_ = answer_bytes;
    answer_bytes_ += answer_bytes;
    by_step_.emplace(session.step_, &session);
}

void Sessions::leave_step(Session& session) {
    by_step_.erase(session.step_);
    answer_bytes_ -= session.answer_bytes_;
    session.answer_bytes_ = 0;
    session.step_ = 0;
}

void Sessions::give_up(Steps::iterator session) {
    auto& slowest = *session->second;
    leave_step(slowest);
    slowest.close();
}

}  // namespace tocsin::core::http
