#include "route/template_test_render.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {
namespace {

std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file{path};
    REQUIRE(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

/// The event of the document.
Event document_event() {
    EventDraft draft;
    draft.topic = "task.failure";
    draft.id = "7552d9fc";
    draft.message = "Reload failed: Sales & more";
    draft.level = Level::critical;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{1'700'000'000'500'000'000}};
    draft.name = "task.failure";
    draft.task_name = "Sales/EU";
    draft.group = "nil";
    draft.tag("host", "sense1");
    draft.tag("user", "LAB\\anna");
    draft.tag("app", "Sales & more");
    draft.field("value", 97.531);
    draft.field("count", std::int64_t{42});
    draft.field("up", true);
    draft.json_field("disks", R"([{"name":"C:","free":7.5},{"name":"D:","free":80}])");
    return Event{draft.to_abi(), Stamp{1, Level::ok, 90'500'000'000}};
}

/// The cells of a table's row, without spaces around and back quotes; `\|` is a bar.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
            cell += line[++i];
        } else if (line[i] == '|') {
            const auto first = cell.find_first_not_of(' ');
            cell = first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') + 1 - first);
            if (cell.size() > 1 && cell.front() == '`' && cell.back() == '`') cell = cell.substr(1, cell.size() - 2);
            cells.push_back(cell);
            cell.clear();
        } else {
            cell += line[i];
        }
    }
    return cells;
}

std::size_t column(const std::vector<std::string>& header, std::string_view name) {
    for (std::size_t i = 0; i < header.size(); ++i)
        if (header[i] == name) return i;
    return header.size();
}

TEST_CASE("what docs/templates.md says is so") {
    const auto* const source = std::getenv("TOCSIN_SOURCE");
    REQUIRE(source != nullptr);
    const auto event = document_event();
    std::size_t rows = 0;
    std::vector<std::string> header;
    for (const auto& line : read_lines(std::string{source} + "/docs/templates.md")) {
        if (line.empty() || line[0] != '|') {
            header.clear();
            continue;
        }
        const auto cells = cells_of(line);
        if (header.empty()) {
            header = cells;
            continue;
        }
        if (line.starts_with("|-")) continue;
        CAPTURE(line);
        REQUIRE(cells.size() == header.size());
        const bool is_topic = column(header, "MQTT topic") < header.size();
        const auto text = column(header, is_topic ? "MQTT topic" : "example");
        const auto escape = is_topic ? TOCSIN_ESCAPE_MQTT_TOPIC : TOCSIN_ESCAPE_NONE;
        REQUIRE(text < header.size());
        const auto told = render_template(cells[text], event, escape);
        if (const auto result = column(header, "result"); result < header.size()) {
            CHECK(told == cells[result]);
        } else if (const auto failure = column(header, "failure"); failure < header.size()) {
            CHECK(told == "failed: " + cells[failure]);
        } else {
            const auto mistake = column(header, "mistake");
            REQUIRE(mistake < header.size());
            CHECK(told.starts_with("mistake: "));
            CHECK(told.ends_with(": " + cells[mistake]));
        }
        ++rows;
    }
    CHECK(rows > 90);
}

TEST_CASE("the long examples of docs/templates.md are so") {
    const auto event = document_event();
    std::string block;
    std::string text;
    std::string language;
    int results = 0;
    for (const auto& line : read_lines(std::string{std::getenv("TOCSIN_SOURCE")} + "/docs/templates.md")) {
        if (!line.starts_with("```")) {
            if (!language.empty()) (block += block.empty() ? "" : "\n") += line;
            continue;
        }
        if (language == "template") text = block;
        if (language == "result") {
            CHECK(render_template(text, event) == block);
            ++results;
        }
        language = language.empty() ? line.substr(3) : "";
        block.clear();
    }
    CHECK(results > 0);
}

}  // namespace
}  // namespace tocsin::core
