#include "route/expression/program.hpp"

#include <re2/re2.h>

#include <mutex>
#include <optional>

namespace tocsin::core::expression {
namespace {

// What the tags of one event are, each looked up once.
class Tags {
  public:
    Tags(const Program& program, const Event& event) noexcept : program_{program}, event_{event} {}

    const std::optional<std::string_view>& operator[](std::size_t name) noexcept {
        if (name < kept && (known_ & (1u << name)) != 0) return tags_[name];
        std::optional<std::string_view>& tag = tags_[name < kept ? name : kept];
        tag = event_.tag(program_.names[name]);
        if (name < kept) known_ |= 1u << name;
        return tag;
    }

  private:
    static constexpr std::size_t kept = 8;

    const Program& program_;
    const Event& event_;
    std::uint32_t known_ = 0;
    std::optional<std::string_view> tags_[kept + 1];
};

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
                const auto& value = tags[now.index];
                if (!value) return Outcome::missing;
                *top++ = Value{*value};
                break;
            }
            case Step::Kind::present: *top++ = Value{tags[now.index].has_value()}; break;
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
            case Step::Kind::tag_differs: {
                const auto& value = tags[now.index];
                if (!value) return Outcome::missing;
                const bool equal = *value == program.constants[now.constant].text;
                *top++ = Value{equal == (now.kind == Step::Kind::tag_equal)};
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
