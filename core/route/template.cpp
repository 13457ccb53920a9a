#include "route/template.hpp"

#include "base/text.hpp"
#include "base/text_error.hpp"
#include "route/gotemplate/compiler.hpp"
#include "route/gotemplate/execute.hpp"
#include "route/gotemplate/parser.hpp"
#include "route/gotemplate/termination.hpp"
#include "route/gotemplate/topic_check.hpp"
#include "route/mqtt_topic.hpp"

#include <algorithm>

namespace tocsin::core {
namespace {

constexpr std::size_t largest_template = 64 * 1024;

void check_text(std::string_view text) {
    if (text.size() > largest_template) throw TextError{0, "a template can have 64 KiB at most"};
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        if (next_code_point(text, at) < 0) throw TextError{start, "a template must be UTF-8"};
    }
}

}  // namespace

struct Template::Program {
    std::string text;
    bool for_topic = false;
    gotemplate::Bodies bodies;

    /// "line 1, column 5: what": columns count characters.
    std::string located(std::size_t offset, const std::string& what) const {
        const auto before = std::string_view{text}.substr(0, offset);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        std::size_t column = 1;
        for (auto at = before.rfind('\n') + 1; at < before.size(); ++column) next_code_point(before, at);
        return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what;
    }
};

Template::Template(std::string_view text, std::uint32_t escape) {
    check_text(text);
    auto program = std::make_shared<Program>();
    program->text = text;
    program->for_topic = escape == TOCSIN_ESCAPE_MQTT_TOPIC;
    program->bodies = gotemplate::compile(gotemplate::parse(text), program->for_topic);
    gotemplate::check_termination(program->bodies);
    if (program->for_topic) gotemplate::check_topic(program->bodies);
    program_ = std::move(program);
}

std::optional<std::string> Template::render(const Event& event, std::string& out) const {
    const auto start = out.size();
    gotemplate::Run run{event};
    gotemplate::execute(program_->bodies, program_->for_topic, run, out);
    if (run.failed()) {
        out.resize(start);
        return program_->located(run.offset(), run.failure());
    }
    if (program_->for_topic) {
        if (const auto fault = mqtt_topic_fault(std::string_view{out}.substr(start))) {
            out.resize(start);
            return std::string{*fault};
        }
    }
    return std::nullopt;
}

}  // namespace tocsin::core
