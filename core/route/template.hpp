#pragma once

#include "event/event.hpp"

#include <tocsin/abi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::core {

/// A compiled template in the syntax of Go's text/template over an event. Immutable, thread-safe, cheap to copy.
///
/// Known: text, trim markers, comments, if / else if / else / end, pipelines, parentheses, constants, `.` with
/// `.ID .Message .Level .Time .Duration .Details .Name .TaskName .Group .Tags .Fields`, entries of the last two
/// (`.Tags.host`), and the functions `and or not eq ne lt le gt ge len index print printf` of Go and `json` and
/// `levels` beyond it. What they print is what Go prints for Kapacitor's template data; a JSON field prints as it is.
/// `json` writes compact JSON without line end; `json .` has the names above as keys. `levels`, in MQTT topics only,
/// keeps the `/` of a value as separators (mqtt_topic.hpp) when it is the last thing done to it.
///
/// Where Go fails at run time whatever the event (unknown field, wrong number or kind of arguments), the template is a
/// mistake. What is missing is none: `.Tags.port` counts as a string.
///
/// Limits: 64 KiB of template, nesting 100, 1 MiB of output, and 1 MiB of text that functions make on the way.
class Template {
  public:
    /// Parses and checks; `escape` is TOCSIN_ESCAPE_... and holds for every value put in, constants included, not for
    /// literal text. Throws TextError; with TOCSIN_ESCAPE_MQTT_TOPIC also when the literal text can never make a valid
    /// MQTT topic (empty, a wildcard, a leading `$`, NUL and other control characters, longer than 65,535 bytes).
    Template(std::string_view text, std::uint32_t escape);

    /// Appends the rendered text to `out`. Returns what is wrong, with line and column in the template and without data
    /// of the event, or nothing when it succeeded. `out` is unchanged when it failed.
    std::optional<std::string> render(const Event& event, std::string& out) const;

    struct Program;

  private:
    std::shared_ptr<const Program> program_;
};

}  // namespace tocsin::core
