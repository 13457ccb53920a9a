#include "dedupe.hpp"

namespace task_log {

bool Dedupe::set_key(std::string_view execution_id, std::string_view outcome) {
    if (window_.count() <= 0 || capacity_ == 0) return false;
    if (execution_id.empty() || execution_id == "00000000-0000-0000-0000-000000000000") return false;
    key_ = outcome;
    key_ += ';';
    key_ += execution_id;
    return true;
}

void Dedupe::forget_oldest() {
    known_.erase(known_.find(oldest_first_.front()->first));
    oldest_first_.pop_front();
}

bool Dedupe::knows(std::string_view execution_id, std::string_view outcome, Time now) {
    if (!set_key(execution_id, outcome)) return false;
    while (!oldest_first_.empty() && now - oldest_first_.front()->second >= window_) forget_oldest();
    return known_.contains(key_);
}

void Dedupe::remember(std::string_view execution_id, std::string_view outcome, Time now) {
    if (!set_key(execution_id, outcome) || known_.contains(key_)) return;
    if (known_.size() >= capacity_) forget_oldest();
    oldest_first_.push_back(&*known_.emplace(key_, now).first);
}

}  // namespace task_log
