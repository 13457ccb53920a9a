#include "base/text.hpp"
#include "base/wall_clock.hpp"
#include "config/schema.hpp"
#include "config/shorten.hpp"
#include "daemon/spool_actions.hpp"
#include "daemon/spool_json.hpp"
#include "event/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <ostream>
#include <stdexcept>

namespace tocsin::core {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr int longest_cell = 40;
constexpr int longest_message = 100;

using Row = std::vector<std::string>;

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size(); ++width) next_code_point(text, at);
    return width;
}

/// Columns side by side; the last one is as wide as it wants.
void print_table(const std::vector<Row>& rows, std::ostream& out) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out << line << '\n';
    }
}

std::string moment(std::int64_t time) {
    std::string text;
    append_time(text, time);
    return text;
}

/// Without what is smaller than a second.
std::string short_moment(std::int64_t time) { return moment(time - ((time % second) + second) % second); }

std::string cell(std::string_view text, int longest = longest_cell) { return escaped(shortened(text, longest)); }

/// What a handler has in the spool.
struct Sum {
    std::uint64_t pending = 0;
    std::uint64_t bytes = 0;
    std::int64_t oldest = 0;
    std::uint64_t dead = 0;
};

int list_handlers(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    std::map<HandlerName, Sum> sums;
    auto view = place.read();
    auto& store = view.store;
    store.database().run("BEGIN");
    for (const auto& kept : store.handlers())
        sums[kept.handler] = {kept.deliveries, kept.bytes, store.oldest(kept.number), 0};
    for (const auto& [handler, count] : store.dead_letters_by_handler()) sums[handler].dead = count;
    store.database().run("ROLLBACK");
    view.must_be_unchanged();
    if (command.json) {
        for (const auto& [handler, sum] : sums) {
            std::string line = "{\"handler\":";
            append_handler(line, handler);
            line += fmt::format(R"(,"pending":{},"bytes":{},"oldest":{},"deadLetters":{}}})", sum.pending, sum.bytes,
                                sum.oldest == 0 ? "null" : '"' + moment(sum.oldest) + '"', sum.dead);
            out << line << '\n';
        }
        return 0;
    }
    std::vector<Row> rows{{"HANDLER", "PENDING", "BYTES", "OLDEST", "DEAD LETTERS"}};
    Sum all;
    for (const auto& [handler, sum] : sums) {
        const auto age = std::max<std::int64_t>(wall_clock() - sum.oldest, 0) / second * second;
        rows.push_back({escaped(handler.topic + "/" + handler.id), std::to_string(sum.pending),
                        std::to_string(sum.bytes), sum.oldest == 0 ? "-" : duration_text(age),
                        std::to_string(sum.dead)});
        all.pending += sum.pending;
        all.bytes += sum.bytes;
        all.dead += sum.dead;
    }
    rows.push_back({"all", std::to_string(all.pending), std::to_string(all.bytes), "", std::to_string(all.dead)});
    print_table(rows, out);
    out << escaped(place.says(place.is_in_use() ? "is in use by a router" : "is in use by no router")) << '\n';
    return 0;
}

/// Gathers the lines that are asked for, and counts the rest.
class Lines {
  public:
    Lines(const SpoolCommand& command, Row head) : command_{command} {
        if (!command.json) rows_.push_back(std::move(head));
    }

    /// Whether one more is wanted.
    bool has_room() const noexcept { return taken_ < command_.limit; }

    template <class Json>
    void add(Row row, const Event* event, const Json& json) {
        ++taken_;
        if (command_.json) return json_.push_back(json());
        if (event == nullptr) {
            row.insert(row.end(), {"", "", "", "cannot be read"});
        } else {
            row.insert(row.end(), {std::string{name_of(event->level())}, cell(event->topic()), cell(event->id()),
                                   cell(event->message(), longest_message)});
        }
        rows_.push_back(std::move(row));
    }

    void print(std::uint64_t all, std::ostream& out) const {
        for (const auto& line : json_) out << line << '\n';
        print_table(rows_, out);
        if (!command_.json && all > taken_) out << fmt::format("... and {} more: see --limit\n", all - taken_);
    }

  private:
    const SpoolCommand& command_;
    std::vector<Row> rows_;
    std::vector<std::string> json_;
    std::uint64_t taken_ = 0;
};

int list_deliveries(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    Lines lines{command, {"SEQUENCE", "TIME", "LEVEL", "TOPIC", "ID", "MESSAGE"}};
    std::uint64_t all = 0;
    auto view = place.read();
    view.must_know(command.handler);
    for (const auto& kept : view.store.handlers()) {
        if (kept.handler != command.handler) continue;
        all += kept.deliveries;
        view.store.read(kept.number, 0, command.limit, [&](const KeptDelivery& delivery) {
            const auto* event = delivery.event.get();
            lines.add({std::to_string(delivery.sequence), event == nullptr ? "" : short_moment(event->time())}, event,
                      [&] { return delivery_json(kept.handler, delivery); });
            return lines.has_room();
        });
    }
    view.must_be_unchanged();
    lines.print(all, out);
    return 0;
}

int list_dead_letters(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    Lines lines{command, {"NUMBER", "DIED", "HANDLER", "REASON", "LEVEL", "TOPIC", "ID", "MESSAGE"}};
    std::uint64_t all = 0;
    auto view = place.read();
    view.must_know(command.handler);
    for (const auto& [handler, count] : view.store.dead_letters_by_handler())
        if (!command.handler || handler == command.handler) all += count;
    if (command.limit != 0)
        view.store.read_dead_letters(lowest, [&](const DeadLetter& letter) {
            if (command.handler && letter.handler != command.handler) return true;
            lines.add({std::to_string(letter.number), short_moment(letter.died),
                       cell(letter.handler.topic + "/" + letter.handler.id), cell(letter.reason, longest_message)},
                      letter.event.get(), [&] { return dead_letter_json(letter); });
            return lines.has_room();
        });
    view.must_be_unchanged();
    lines.print(all, out);
    return 0;
}

void print_event(const Event& event, std::ostream& out) {
    const auto line = [&](const char* key, std::string_view value) {
        out << fmt::format("{:<15} {}\n", key, escaped(value));
    };
    line("alert topic", event.topic());
    line("id", event.id());
    line("level", fmt::format("{}, before {}", name_of(event.level()), name_of(event.previous_level())));
    line("time", moment(event.time()));
    line("duration", duration_text(event.duration()));
    line("message", event.message());
    line("details", event.details());
    line("name", event.name());
    line("task name", event.task_name());
    line("group", event.group());
    for (const auto& tag : event.tags())
        out << fmt::format("tag {} = {}\n", escaped(view(tag.key)), escaped(view(tag.value)));
    for (const auto& field : event.fields()) {
        std::string value;
        append_json(value, field);
        out << fmt::format("field {} = {}\n", escaped(view(field.key)), escaped(value));
    }
}

int show_dead_letter(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    const auto number = command.numbers.front();
    auto view = place.read();
    const auto letter = view.store.dead_letter(number);
    view.must_be_unchanged();
    if (letter.number == 0) throw std::runtime_error{place.says(fmt::format("has no dead letter {}", number))};
    if (command.json) {
        out << dead_letter_json(letter) << '\n';
        return 0;
    }
    out << fmt::format(
        "dead letter     {}\ndied            {}\nreason          {}\nhandler         {}\nreceived        {}\n",
        letter.number, moment(letter.died), escaped(letter.reason),
        escaped(letter.handler.topic + "/" + letter.handler.id), moment(letter.received));
    if (!letter.event) throw std::runtime_error{place.says(fmt::format("holds a damaged dead letter {}", number))};
    print_event(*letter.event, out);
    return 0;
}

int show_delivery(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    const auto sequence = static_cast<std::uint64_t>(*command.sequence);
    auto view = place.read();
    KeptDelivery found;
    std::vector<HandlerName> handlers;
    const auto numbers = view.store.handlers_of(sequence);
    for (const auto& kept : view.store.handlers()) {
        if (std::find(numbers.begin(), numbers.end(), kept.number) == numbers.end()) continue;
        handlers.push_back(kept.handler);
        view.store.read(kept.number, sequence, 1, [&](KeptDelivery delivery) {
            found = std::move(delivery);
            return false;
        });
    }
    view.must_be_unchanged();
    if (handlers.empty() || found.sequence != sequence)
        throw std::runtime_error{place.says(fmt::format("has no pending delivery of an event {}", sequence))};
    if (command.json) {
        for (const auto& handler : handlers) out << delivery_json(handler, found) << '\n';
        return 0;
    }
    out << fmt::format("sequence        {}\n", sequence);
    for (const auto& handler : handlers)
        out << fmt::format("pending for     {}\n", escaped(handler.topic + "/" + handler.id));
    out << fmt::format("received        {}\n", moment(found.received));
    if (!found.event) throw std::runtime_error{place.says(fmt::format("holds a damaged event {}", sequence))};
    print_event(*found.event, out);
    return 0;
}

}  // namespace

int list_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    if (command.dead) return list_dead_letters(command, place, out);
    return command.handler ? list_deliveries(command, place, out) : list_handlers(command, place, out);
}

int show_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    return command.dead ? show_dead_letter(command, place, out) : show_delivery(command, place, out);
}

}  // namespace tocsin::core
