#include "event/event.hpp"

#include "base/text.hpp"
#include "event/json_check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace tocsin::core {
namespace {

constexpr std::size_t size_1_0 = offsetof(tocsin_event, sequence) + sizeof(std::uint64_t);
constexpr std::size_t few_keys = 16;

constexpr tocsin_string tocsin_event::*texts[] = {
    &tocsin_event::topic, &tocsin_event::id,        &tocsin_event::message, &tocsin_event::details,
    &tocsin_event::name,  &tocsin_event::task_name, &tocsin_event::group,
};

bool has_text(const tocsin_field& field) {
    return field.type == TOCSIN_FIELD_STRING || field.type == TOCSIN_FIELD_JSON;
}

/// Adds up sizes that an event may lie about.
class Size {
  public:
    /// False when there is no data behind the size, or when the event is too large with it.
    template <class T>
    bool add(const T* data, std::uint64_t count) {
        sound_ = sound_ && (data != nullptr || count == 0);
        if (count > (max_event_size - sum_) / sizeof(T)) fits_ = false;
        if (fits_) sum_ += count * sizeof(T);
        return sound_ && fits_;
    }
    bool add(tocsin_string text) { return add(text.data, text.size); }

    std::string_view fault() const {
        return sound_ ? "the event is larger than 16 MiB" : "a string or list has a size, but no data";
    }

  private:
    std::uint64_t sum_ = 0;
    bool sound_ = true;
    bool fits_ = true;
};

std::optional<std::string_view> size_fault(const tocsin_event& event) {
    Size size;
    for (const auto text : texts)
        if (!size.add(event.*text)) return size.fault();
    if (!size.add(event.tags, event.tag_count) || !size.add(event.fields, event.field_count)) return size.fault();
    for (const auto& tag : std::span{event.tags, event.tag_count})
        if (!size.add(tag.key) || !size.add(tag.value)) return size.fault();
    for (const auto& field : std::span{event.fields, event.field_count})
        if (!size.add(field.key) || (has_text(field) && !size.add(field.text))) return size.fault();
    return std::nullopt;
}

template <class Entry>
bool has_doubled_key(std::span<const Entry> entries) {
    const auto not_ascending = [](const Entry& a, const Entry& b) { return view(a.key) >= view(b.key); };
    if (std::adjacent_find(entries.begin(), entries.end(), not_ascending) == entries.end()) return false;
    if (entries.size() <= few_keys) {
        for (std::size_t i = 1; i < entries.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (view(entries[i].key) == view(entries[j].key)) return true;
        return false;
    }
    std::vector<std::string_view> keys;
    keys.reserve(entries.size());
    for (const auto& entry : entries) keys.push_back(view(entry.key));
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

template <class Entry>
std::optional<std::string_view> key_fault(std::span<const Entry> entries) {
    for (const auto& entry : entries) {
        if (entry.key.size == 0) return "a key of a tag or field is empty";
        if (!is_utf8(view(entry.key))) return "a key of a tag or field is not UTF-8";
    }
    if (has_doubled_key(entries)) return "two tags or two fields have the same key";
    return std::nullopt;
}

std::optional<std::string_view> value_fault(const tocsin_field& field) {
    switch (field.type) {
        case TOCSIN_FIELD_STRING:
        case TOCSIN_FIELD_INTEGER:
        case TOCSIN_FIELD_FLOAT: return std::nullopt;
        case TOCSIN_FIELD_BOOLEAN:
            if (field.boolean > 1) return "a boolean field is neither 0 nor 1";
            return std::nullopt;
        case TOCSIN_FIELD_JSON:
            if (!is_compact_json(view(field.text))) return "a JSON field is not well-formed compact JSON";
            return std::nullopt;
        default: return "a field has an unknown type";
    }
}

/// Fills a block that is large enough from its beginning on.
class Block {
  public:
    explicit Block(std::byte* at) : at_{at} {}

    /// Before any string, and what has the stricter alignment first.
    template <class T>
    std::span<T> make(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T> && sizeof(T) % alignof(std::uint64_t) == 0);
        auto* const first = new (at_) T[count]{};
        at_ += count * sizeof(T);
        return {first, count};
    }

    tocsin_string copy(tocsin_string from) {
        const tocsin_string to{reinterpret_cast<const char*>(at_), from.size};
        if (from.size > 0) std::memcpy(at_, from.data, from.size);
        at_ += from.size;
        return to;
    }

  private:
    std::byte* at_;
};

std::size_t block_size(const tocsin_event& event, std::size_t text) {
    return text + event.tag_count * sizeof(tocsin_tag) + event.field_count * sizeof(tocsin_field);
}

constexpr auto by_key = [](const auto& a, const auto& b) { return view(a.key) < view(b.key); };

template <class Entry>
void sort_by_key(std::span<Entry> entries) {
    if (!std::is_sorted(entries.begin(), entries.end(), by_key)) std::sort(entries.begin(), entries.end(), by_key);
}

std::size_t text_size(const tocsin_event& event) {
    std::size_t size = 0;
    for (const auto text : texts) size += (event.*text).size;
    for (const auto& tag : std::span{event.tags, event.tag_count}) size += tag.key.size + tag.value.size;
    for (const auto& field : std::span{event.fields, event.field_count})
        size += field.key.size + (has_text(field) ? field.text.size : 0);
    return size;
}

/// Only what the type says: the rest of a source's struct may hold anything.
tocsin_field copy_field(const tocsin_field& from, Block& block) {
    tocsin_field to{};
    to.key = block.copy(from.key);
    to.type = from.type;
    switch (from.type) {
        case TOCSIN_FIELD_INTEGER: to.integer = from.integer; break;
        case TOCSIN_FIELD_FLOAT: to.number = from.number; break;
        case TOCSIN_FIELD_BOOLEAN: to.boolean = from.boolean; break;
        case TOCSIN_FIELD_STRING:
        case TOCSIN_FIELD_JSON: to.text = block.copy(from.text); break;
        default: break;
    }
    return to;
}

template <class Entry>
const Entry* find(std::span<const Entry> entries, std::string_view key) noexcept {
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), key,
                         [](const Entry& entry, std::string_view wanted) { return view(entry.key) < wanted; });
    return found == entries.end() || view(found->key) != key ? nullptr : &*found;
}

}  // namespace

std::optional<std::string_view> Event::fault(const tocsin_event& event) {
    if (event.struct_size < size_1_0) return "struct_size is too small";
    if (event.level > TOCSIN_LEVEL_CRITICAL) return "the level is unknown";
    if (const auto fault = size_fault(event)) return fault;
    if (event.topic.size == 0) return "the topic is empty";
    if (event.id.size == 0) return "the id is empty";
    if (!is_utf8(view(event.topic))) return "the topic is not UTF-8";
    if (!is_utf8(view(event.id))) return "the id is not UTF-8";
    if (const auto fault = key_fault(std::span{event.tags, event.tag_count})) return fault;
    const std::span fields{event.fields, event.field_count};
    if (const auto fault = key_fault(fields)) return fault;
    for (const auto& field : fields)
        if (const auto fault = value_fault(field)) return fault;
    return std::nullopt;
}

Event::Event(const tocsin_event& from, const Stamp& stamp)
    : size_{text_size(from)}, block_{std::make_unique_for_overwrite<std::byte[]>(block_size(from, size_))}, event_{} {
    Block block{block_.get()};
    tags_ = block.make<tocsin_tag>(from.tag_count);
    fields_ = block.make<tocsin_field>(from.field_count);
    event_.struct_size = sizeof event_;
    event_.level = from.level;
    for (const auto text : texts) event_.*text = block.copy(from.*text);
    event_.time = from.time;

    for (std::size_t i = 0; i < tags_.size(); ++i)
        tags_[i] = {block.copy(from.tags[i].key), block.copy(from.tags[i].value)};
    sort_by_key(tags_);
    event_.tags = tags_.data();
    event_.tag_count = tags_.size();

    for (std::size_t i = 0; i < fields_.size(); ++i) fields_[i] = copy_field(from.fields[i], block);
    sort_by_key(fields_);
    event_.fields = fields_.data();
    event_.field_count = fields_.size();

    event_.duration = stamp.duration;
    event_.previous_level = static_cast<std::uint32_t>(stamp.previous_level);
    event_.sequence = stamp.sequence;
}

std::optional<std::string_view> Event::tag(std::string_view key) const noexcept {
    const auto* found = find(tags(), key);
    if (found == nullptr) return std::nullopt;
    return view(found->value);
}

const tocsin_field* Event::field(std::string_view key) const noexcept { return find(fields(), key); }

}  // namespace tocsin::core
