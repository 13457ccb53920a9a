#include "route/expression/program.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <string_view>

namespace tocsin::core::expression {
namespace {

std::string_view view(const tocsin_string& text) noexcept { return {text.data, text.size}; }

const tocsin_tag* search(std::span<const tocsin_tag> tags, std::string_view key) noexcept {
    constexpr std::size_t few = 8;
    const auto is_key = [key](const tocsin_tag& tag) { return view(tag.key) == key; };
    auto found = tags.begin();
    if (tags.size() <= few) {
        found = std::find_if(tags.begin(), tags.end(), is_key);
    } else {
        const auto before = [](const tocsin_tag& tag, std::string_view wanted) { return view(tag.key) < wanted; };
        found = std::lower_bound(tags.begin(), tags.end(), key, before);
    }
    return found != tags.end() && is_key(*found) ? &*found : nullptr;
}

/// The tags of one event; the first ones are looked up once. Pointers are kept: a text that was just copied would be
/// copied again before it has arrived in memory, which costs more than the look-up.
class Tags {
  public:
    Tags(const Program& program, const Event& event) noexcept : program_{program}, event_{event} {}

    /// nullptr when it is not there.
    const tocsin_tag* find(std::size_t name) noexcept {
        if (name >= kept) return search(event_.tags(), program_.names[name]);
        const std::uint32_t bit = 1u << name;
        if ((looked_up_ & bit) == 0) {
            looked_up_ |= bit;
            found_[name] = search(event_.tags(), program_.names[name]);
        }
        return found_[name];
    }

  private:
    static constexpr std::size_t kept = 8;

    const Program& program_;
    const Event& event_;
    std::uint32_t looked_up_ = 0;
    const tocsin_tag* found_[kept];
};

bool compare(Step::Kind kind, std::string_view tag, const Value& constant) {
    switch (kind) {
        case Step::Kind::tag_equal: return tag == constant.text;
        case Step::Kind::tag_differs: return tag != constant.text;
        default: break;
    }
    const bool found = constant.regex->Match({tag.data(), tag.size()}, 0, tag.size(), re2::RE2::UNANCHORED, nullptr, 0);
    return found == (kind == Step::Kind::tag_matches);
}

Outcome evaluate(const Program& program, const Event& event) {
    Frame frame{&event, program.history.get()};
    Tags tags{program, event};
    Value stack[stack_size];
    Value* top = stack;  // behind the last value
    const Step* const first = program.steps.data();
    const Step* const end = first + program.steps.size();
    for (const Step* step = first; step != end;) {
        const Step& now = *step++;
        switch (now.kind) {
            case Step::Kind::constant: *top++ = program.constants[now.index]; break;
            case Step::Kind::tag: {
                const tocsin_tag* const tag = tags.find(now.index);
                if (tag == nullptr) return Outcome::missing;
                *top++ = Value{view(tag->value)};
                break;
            }
            case Step::Kind::present: *top++ = Value{tags.find(now.index) != nullptr}; break;
            case Step::Kind::call:
            case Step::Kind::call_varying: {
                top -= now.count;
                if (!now.native(frame, top)) return Outcome::missing;
                ++top;
                break;
            }
            case Step::Kind::skip_no:
            case Step::Kind::skip_yes:
                if (top[-1].boolean == (now.kind == Step::Kind::skip_yes)) {
                    step = first + now.index;
                } else {
                    --top;
                }
                break;
            case Step::Kind::jump_no:
                if (!(--top)->boolean) step = first + now.index;
                break;
            case Step::Kind::jump: step = first + now.index; break;
            case Step::Kind::facts:
                *top++ = Value{
                    ((now.index >> facts_bit(static_cast<std::int64_t>(event.level()), event.changed())) & 1u) != 0};
                break;
            case Step::Kind::tag_equal:
            case Step::Kind::tag_differs:
            case Step::Kind::tag_matches:
            case Step::Kind::tag_matches_not: {
                const tocsin_tag* const tag = tags.find(now.index);
                if (tag == nullptr) return Outcome::missing;
                *top++ = Value{compare(now.kind, view(tag->value), program.constants[now.constant])};
                break;
            }
        }
    }
    return top[-1].boolean ? Outcome::yes : Outcome::no;
}

}  // namespace

Program::Program() = default;
Program::~Program() = default;

Outcome run(const Program& program, const Event& event) {
    if (!program.history) return evaluate(program, event);
    const std::lock_guard lock{program.history->mutex};
    return evaluate(program, event);
}

}  // namespace tocsin::core::expression
