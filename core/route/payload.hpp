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

/// What a handler option of type template, or table of templates, compiles to. Immutable, thread-safe, cheap to copy.
/// In a file it is
/// - a string: a Template;
/// - `json: event`: the event as Kapacitor's AlertData, one compact object;
/// - `json: [ ... ]`: one compact object of the listed entries, in that order, strings escaped as JSON.stringify does.
///   An entry is
///   - a name: the tag of that name, else the field; left out when the event has neither;
///   - `.ID .Message .Level .PreviousLevel .Time .Duration .Details .Name .TaskName .Group .Topic` of the event itself,
///     under the key `id`, `message`, ... `taskName`; time as RFC 3339, duration in nanoseconds;
///   - `{ key: entry }`: the same under another key.
/// The two forms with `json` are for options whose values are not escaped.
///
/// A table of templates renders to one compact JSON object of strings, in the order of the file.
class Payload {
  public:
    /// Compiles the value of an option. Nothing when it holds mistakes, which go to `mistakes` with their places; `key`
    /// is the option's name in messages. `escape` is TOCSIN_ESCAPE_...
    static std::optional<Payload> compile(const Node& node, std::uint32_t escape, const std::string& key,
                                          Mistakes& mistakes);

    /// The same for a table of templates.
    static std::optional<Payload> compile_table(const Node& table, const std::string& key, Mistakes& mistakes);

    /// Appends the rendered value to `out`. Returns what is wrong, or nothing when it succeeded.
    std::optional<std::string> render(const Event& event, std::string& out) const;

    struct Entry;

  private:
    struct WholeEvent {};
    using Entries = std::shared_ptr<const std::vector<Entry>>;
    struct Named {
        std::string start;  ///< the key as JSON, and the colon
        Template value;
    };
    using Table = std::shared_ptr<const std::vector<Named>>;
    using Form = std::variant<Template, WholeEvent, Entries, Table>;

    explicit Payload(Form form) : form_{std::move(form)} {}

    Form form_;
};

}  // namespace tocsin::core
