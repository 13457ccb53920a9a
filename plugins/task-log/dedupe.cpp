#include "dedupe.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace task_log {
namespace {

constexpr std::size_t first_size = 64;

}  // namespace

bool Dedupe::set_key(std::string_view execution_id, std::string_view outcome) {
    if (window_.count() <= 0 || capacity_ == 0) return false;
    if (execution_id.empty() || execution_id == "00000000-0000-0000-0000-000000000000") return false;
    key_ = outcome;
    key_ += ';';
    key_ += execution_id;
    hash_ = static_cast<std::uint32_t>(std::hash<std::string_view>{}(key_));
    return true;
}

bool Dedupe::known() const {
    if (table_.empty()) return false;
    const auto mask = table_.size() - 1;
    for (auto at = hash_ & mask; table_[at].place != 0; at = (at + 1) & mask)
        if (table_[at].hash == hash_ && entries_[table_[at].place - 1].key == key_) return true;
    return false;
}

void Dedupe::insert(std::uint32_t number, std::uint32_t hash) {
    const auto mask = table_.size() - 1;
    auto at = hash & mask;
    while (table_[at].place != 0) at = (at + 1) & mask;
    table_[at] = {place_of(number) + 1, hash};
}

void Dedupe::grow() {
    std::vector<Entry> old(std::max(first_size, 2 * entries_.size()));
    old.swap(entries_);
    table_.assign(2 * entries_.size(), {});
    for (auto number = oldest_; number != next_; ++number) {
        entry(number) = std::move(old[number & (old.size() - 1)]);
        insert(number, entry(number).hash);
    }
}

void Dedupe::forget_oldest() {
    const auto mask = table_.size() - 1;
    auto hole = entry(oldest_).hash & mask;
    while (table_[hole].place != place_of(oldest_) + 1) hole = (hole + 1) & mask;
    // What stands behind the hole moves up unless it stands where it belongs.
    for (auto at = (hole + 1) & mask; table_[at].place != 0; at = (at + 1) & mask) {
        const auto wanted = table_[at].hash & mask;
        if (((at - wanted) & mask) < ((at - hole) & mask)) continue;
        table_[hole] = table_[at];
        hole = at;
    }
    table_[hole] = {};
    ++oldest_;
}

bool Dedupe::knows(std::string_view execution_id, std::string_view outcome, Time now) {
    if (!set_key(execution_id, outcome)) return false;
    while (oldest_ != next_ && now - entry(oldest_).when >= window_) forget_oldest();
    return known();
}

void Dedupe::remember(std::string_view execution_id, std::string_view outcome, Time now) {
    if (!set_key(execution_id, outcome) || known()) return;
    if (size() >= capacity_) forget_oldest();
    if (size() == entries_.size()) grow();
    auto& made = entry(next_);
    made.key = key_;
    made.hash = hash_;
    made.when = now;
    insert(next_, hash_);
    ++next_;
}

}  // namespace task_log
