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
/// Known is the language of Go 1.25 with all its functions but `call`, over Kapacitor's template data, and beyond them
/// `default json levels lower replace upper` and a look into JSON; docs/templates.md tells all of it. What is written
/// is what Go writes for the same data. `levels`, in MQTT topics only, keeps the `/` of a value as separators
/// (mqtt_topic.hpp) when it is the last thing done to it before it is put in, anywhere else its result is common text:
/// neither a variable nor an invocation carries it on.
///
/// Where Go fails at run time whatever the event (unknown field, wrong number or kind of arguments, a template that is
/// not defined), the template is a mistake, also where no event leads to. What is missing is none: `.Tags.port` counts
/// as a string.
///
/// Limits: 64 KiB of template, nesting 100, 200 definitions; while rendering 1 MiB of output, 1 MiB of text that
/// functions make on the way, 500,000 steps, and blocks and templates 1,000 deep within each other
/// (gotemplate/run.hpp).
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
