#include "route/match.hpp"

#include "route/expression/compiler.hpp"
#include "route/expression/program.hpp"

namespace tocsin::core {

struct Match::Program {
    std::unique_ptr<const expression::Program> expression;
};

Match::Match(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    program_ = std::make_shared<const Program>(Program{expression::compile(text)});
}

Match::Result Match::operator()(const Event& event) const noexcept {
    if (!program_) return Result::yes;
    try {
        switch (expression::run(*program_->expression, event)) {
            case expression::Outcome::yes: return Result::yes;
            case expression::Outcome::no: return Result::no;
            case expression::Outcome::missing: break;
        }
    } catch (...) {
    }
    return Result::missing;
}

}  // namespace tocsin::core
