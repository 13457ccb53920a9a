#include "route/gotemplate/range.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace tocsin::core::gotemplate {

Rounds::Rounds(Run& run, const Value& over) : run_{run} {
    const auto value = opened(run, over);
    kind_ = value.kind;
    switch (value.kind) {
        case Kind::none: break;
        case Kind::tags: count_ = std::ssize(run.event().tags()); break;
        case Kind::fields: count_ = std::ssize(run.event().fields()); break;
        case Kind::json:
            run.count(value);
            items_ = JsonEntries{value.text};
            is_object_ = is_json_object(value.text);
            if (is_object_) sort_object(value.text);
            break;
        default:
            if (!integers.has(value.kind)) {
                run.fail("range goes over the tags, the fields, JSON or an integer, not over " +
                         std::string{describe(value.kind)});
                break;
            }
            kind_ = Kind::integer;
            count_ = value.integer;
            break;
    }
}

void Rounds::sort_object(std::string_view json) {
    run_.count_steps(json_size(json));
    if (run_.failed()) return;
    while (const auto entry = items_.next()) entries_.push_back({json_text(run_, entry->key), entry->value});
    std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    std::vector<Entry> last;
    for (const auto& entry : entries_) {
        if (!last.empty() && last.back().key == entry.key)
            last.back() = entry;
        else
            last.push_back(entry);
    }
    entries_ = std::move(last);
    count_ = std::ssize(entries_);
}

std::optional<Rounds::Round> Rounds::next() {
    if (kind_ == Kind::json && !is_object_) {
        const auto item = items_.next();
        if (!item) return std::nullopt;
        return Round{Value::of(Kind::integer, at_++), json_value(run_, item->value)};
    }
    if (at_ >= count_) return std::nullopt;
    const auto place = static_cast<std::size_t>(at_++);
    switch (kind_) {
        case Kind::tags: {
            const auto& tag = run_.event().tags()[place];
            return Round{Value::of(view(tag.key)), Value::of(view(tag.value))};
        }
        case Kind::fields: {
            const auto& field = run_.event().fields()[place];
            return Round{Value::of(view(field.key)), Value::of(field)};
        }
        case Kind::json: return Round{Value::of(entries_[place].key), json_value(run_, entries_[place].value)};
        default: return Round{Value{}, Value::of(Kind::integer, at_ - 1)};
    }
}

}  // namespace tocsin::core::gotemplate
