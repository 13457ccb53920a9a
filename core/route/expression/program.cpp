#include "route/expression/program.hpp"

#include <re2/re2.h>

namespace tocsin::core::expression {

Program::Program() = default;
Program::~Program() = default;

Outcome run(const Program& program, const Event& event) {
    Frame frame{&event};
    Value stack[stack_size];
    Value* top = stack;  // behind the last value
    const Step* const first = program.steps.data();
    const Step* const end = first + program.steps.size();
    for (const Step* step = first; step != end;) {
        const Step& now = *step++;
        switch (now.kind) {
            case Step::Kind::constant: *top++ = program.constants[now.index]; break;
            case Step::Kind::tag: {
                const auto value = event.tag(program.names[now.index]);
                if (!value) return Outcome::missing;
                *top++ = Value{*value};
                break;
            }
            case Step::Kind::present: *top++ = Value{event.tag(program.names[now.index]).has_value()}; break;
            case Step::Kind::call: {
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
        }
    }
    return top[-1].boolean ? Outcome::yes : Outcome::no;
}

}  // namespace tocsin::core::expression
