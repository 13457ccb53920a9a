#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "event/event.hpp"
#include "route/template.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tocsin::core {

/// What a handler option of type template compiles to. Immutable, thread-safe, cheap to copy. In a file it is
/// - a string: a Template;
/// - `json: event`: the event as Kapacitor's AlertData, one compact object;
/// - `json: [ ... ]`: one compact object of the listed entries, in that order, strings escaped as JSON.stringify does.
///   An entry is
///   - a name: the tag of that name, else the field; left out when the event has neither;
///   - `.ID .Message .Level .PreviousLevel .Time .Duration .Details .Name .TaskName .Group .Topic` of the event itself,
///     under the key `id`, `message`, ... `taskName`; time as RFC 3339, duration in nanoseconds;
///   - `{ key: entry }`: the same under another key.
/// The two forms with `json` are for options whose values are not escaped.
class Payload {
  public:
    /// Compiles the value of an option. Nothing when it holds mistakes, which go to `mistakes` with their places; `key`
    /// is the option's name in messages. `escape` is TOCSIN_ESCAPE_...
    static std::optional<Payload> compile(const Node& node, std::uint32_t escape, const std::string& key,
                                          Mistakes& mistakes);

    /// Appends the rendered value to `out`. Returns what is wrong, or nothing when it succeeded.
    std::optional<std::string> render(const Event& event, std::string& out) const;

    struct Entry;

  private:
    struct WholeEvent {};
    using Entries = std::shared_ptr<const std::vector<Entry>>;

    explicit Payload(std::variant<Template, WholeEvent, Entries> form) : form_{std::move(form)} {}

    std::variant<Template, WholeEvent, Entries> form_;
};

}  // namespace tocsin::core
