#include "base/text_error.hpp"
#include "route/expression/advice.hpp"
#include "route/expression/functions.hpp"
#include "route/match.hpp"

#include <tocsin/event.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {
namespace {

// Reads docs/match.md and tries out what it says. A table is known by the heading of its last column.

std::vector<std::string> cells(std::string_view row) {
    std::vector<std::string> found;
    std::string cell;
    for (std::size_t at = 1; at < row.size(); ++at) {
        if (row[at] == '|') {
            found.push_back(cell);
            cell.clear();
        } else {
            cell += row[at];
        }
    }
    return found;
}

/// What stands between backticks.
std::vector<std::string> codes(std::string_view text) {
    std::vector<std::string> found;
    for (std::size_t open = text.find('`'); open != std::string_view::npos; open = text.find('`', open)) {
        const std::size_t close = text.find('`', open + 1);
        REQUIRE(close != std::string_view::npos);
        found.emplace_back(text.substr(open + 1, close - open - 1));
        open = close + 1;
    }
    return found;
}

struct Table {
    std::string last_heading;
    std::vector<std::vector<std::string>> rows;
};

struct Document {
    std::vector<Table> tables;
    std::vector<std::string> matches;  // of code blocks

    std::vector<std::vector<std::string>> rows(std::string_view last_heading) const {
        std::vector<std::vector<std::string>> all;
        for (const Table& table : tables) {
            if (table.last_heading == last_heading) all.insert(all.end(), table.rows.begin(), table.rows.end());
        }
        return all;
    }
};

Document read_document() {
    std::ifstream in{TOCSIN_MATCH_DOCUMENT};
    REQUIRE(in);
    Document document;
    bool in_table = false;
    bool in_match = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) {
            in_match = line == "```match";
        } else if (in_match) {
            document.matches.push_back(line);
        } else if (!line.starts_with('|')) {
            in_table = false;
        } else if (!in_table) {
            in_table = true;
            document.tables.push_back({cells(line).back(), {}});
        } else if (!line.starts_with("|---")) {
            document.tables.back().rows.push_back(cells(line));
        }
    }
    return document;
}

Event described_event(const Document& document) {
    EventDraft draft;
    draft.topic = "system";
    draft.id = "cpu:host=db1";
    draft.level = Level::critical;
    draft.name = "cpu";
    draft.task_name = "cpu_alert";
    static std::vector<std::pair<std::string, std::string>> tags;
    tags.clear();
    for (const auto& row : document.rows(" value ")) tags.emplace_back(codes(row[0]).at(0), codes(row[1]).at(0));
    for (const auto& [name, value] : tags) draft.tag(name, value);
    return Event{draft.to_abi(), Stamp{1, Level::ok, 90'000'000'000}};
}

TEST_CASE("match document: its examples hold") {
    const Document document = read_document();
    const Event event = described_event(document);
    CHECK(event.tags().size() == 8);
    std::vector<std::string> examples = document.matches;
    for (const auto& row : document.rows(" examples that hold ")) {
        const auto found = codes(row.back());
        CAPTURE(row[0]);
        CHECK_FALSE(found.empty());
        examples.insert(examples.end(), found.begin(), found.end());
    }
    CHECK(examples.size() > 100);
    for (const std::string& example : examples) {
        CAPTURE(example);
        try {
            CHECK((Match{example}(event) == Match::Result::yes));
        } catch (const TextError& error) {
            FAIL_CHECK("refused at ", error.offset(), ": ", error.what());
        }
    }
}

TEST_CASE("match document: its mistakes are told as it says") {
    const auto rows = read_document().rows(" told ");
    CHECK(rows.size() > 5);
    for (const auto& row : rows) {
        CAPTURE(row[0]);
        try {
            Match{codes(row[0]).at(0)};
            FAIL_CHECK("accepted");
        } catch (const TextError& error) {
            CHECK(error.offset() + 1 == std::stoul(row[1]));
            CHECK(std::string_view{error.what()} == codes(row[2]).at(0));
        }
    }
}

TEST_CASE("match document: has every function, with an example, and no other") {
    std::set<std::string> described;
    for (const auto& row : read_document().rows(" examples that hold ")) {
        for (const std::string& code : codes(row[0])) {
            const std::size_t end = code.find('(');
            if (end == std::string::npos || end == 0) continue;
            const std::string name = code.substr(0, end);
            CAPTURE(name);
            described.insert(name);
            CHECK(row.back().find(name + "(") != std::string::npos);
        }
    }
    std::set<std::string> known{std::string{expression::is_present_name}, std::string{expression::if_name}};
    for (const std::string& name : expression::function_names()) known.insert(name);
    CHECK(described == known);
}

}  // namespace
}  // namespace tocsin::core
