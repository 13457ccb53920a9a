#include "config/toml_outline.hpp"

#include <algorithm>

namespace tocsin::core {
namespace {

constexpr std::string_view blanks = " \t";

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_quote(char c) { return c == '"' || c == '\''; }

}  // namespace

std::optional<std::size_t> TomlOutline::deeper_than(std::size_t limit) {
    scan(limit, text_.size(), false);
    return too_deep_;
}

std::optional<TomlOutline::Doubled> TomlOutline::doubled_until(std::size_t end) {
    scan(std::string_view::npos, end, true);
    return doubled_;
}

void TomlOutline::scan(std::size_t limit, std::size_t end, bool compare) {
    *this = TomlOutline{text_};
    limit_ = limit;
    compare_ = compare;
    while (at_ < text_.size() && at_ <= end && !too_deep_) step();
}

void TomlOutline::step() {
    const char c = here();
    const bool in_table = !open_.empty() && open_.back().bracket == '{';
    const bool wants_key = open_.empty() ? line_is_fresh_ : open_.back().wants_key;
    if (c == '\n') {
        ++at_;
        line_is_fresh_ = true;
    } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (wants_key && c == '[' && open_.empty()) {
        header();
    } else if (wants_key && (is_key_character(c) || is_quote(c))) {
        pair();
    } else if (is_quote(c)) {
        skip_string();
    } else if (c == '[' || c == '{') {
        if (!open_.empty() && open_.back().bracket == '[') value_ = ++last_id_;
        open_.push_back({c, value_, c == '{'});
        if (open_.size() >= limit_) too_deep_ = at_;
        ++at_;
    } else if ((c == ']' || c == '}') && !open_.empty()) {
        open_.pop_back();
        ++at_;
    } else {
        if (c == ',' && in_table) open_.back().wants_key = true;
        ++at_;
    }
}

void TomlOutline::header() {
    const auto start = at_;
    const bool is_list = here(1) == '[';
    at_ += is_list ? 2 : 1;
    skip_blanks();
    const auto parts = key();
    line_is_fresh_ = false;
    table_ = enter(0, parts, is_list ? Meaning::list_of_tables : Meaning::table);
    if (at_ == start) ++at_;
    while (here() == ']' || here() == ' ' || here() == '\t') ++at_;
}

void TomlOutline::pair() {
    const auto start = at_;
    const auto parts = key();
    (open_.empty() ? line_is_fresh_ : open_.back().wants_key) = false;
    value_ = enter(open_.empty() ? table_ : open_.back().id, parts, Meaning::value);
    if (at_ == start) ++at_;
}

std::vector<TomlOutline::Part> TomlOutline::key() {
    std::vector<Part> parts;
    while (true) {
        const auto start = at_;
        if (is_quote(here())) {
            parts.push_back({start, quoted_key()});
        } else {
            while (is_key_character(here())) ++at_;
            parts.push_back({start, text_.substr(start, at_ - start)});
        }
        if (parts.size() > limit_) {
            too_deep_ = start;
            return parts;
        }
        skip_blanks();
        if (here() != '.') return parts;
        ++at_;
        skip_blanks();
    }
}

/// Escape sequences stay as they are: such a key is not recognised in another spelling.
std::string_view TomlOutline::quoted_key() {
    const char quote = here();
    const auto start = ++at_;
    while (at_ < text_.size() && here() != quote && here() != '\n') at_ += quote == '"' && here() == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    const auto name = text_.substr(start, at_ - start);
    if (here() == quote) ++at_;
    return name;
}

void TomlOutline::skip_string() {
    const char quote = here();
    const bool escapes = quote == '"';
    if (here(1) != quote || here(2) != quote) {
        quoted_key();
        return;
    }
    at_ += 3;
    while (at_ < text_.size() && !(here() == quote && here(1) == quote && here(2) == quote))
        at_ += escapes && here() == '\\' ? 2 : 1;
    at_ = std::min(at_ + 3, text_.size());
    // Up to two quotes may stand right before the closing ones.
    for (int i = 0; i < 2 && here() == quote; ++i) ++at_;
}

void TomlOutline::skip_blanks() { at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size()); }

/// The table that a whole key leads to.
std::size_t TomlOutline::enter(std::size_t table, const std::vector<Part>& parts, Meaning meaning) {
    if (!compare_) return 0;
    const auto on_the_way = meaning == Meaning::value ? Meaning::dotted_table : Meaning::implied_table;
    for (const auto& part : parts) table = enter(table, part, &part == &parts.back() ? meaning : on_the_way);
    return table;
}

std::size_t TomlOutline::enter(std::size_t table, const Part& part, Meaning meaning) {
    const auto [found, is_new] = known_.try_emplace(std::to_string(table).append(1, ' ').append(part.name),
                                                    Known{part.where, meaning, last_id_ + 1});
    auto& known = found->second;
    if (is_new) return ++last_id_;
    const auto before = known.meaning;
    bool fits = false;
    switch (meaning) {
        case Meaning::value: break;
        case Meaning::dotted_table: fits = before == Meaning::dotted_table || before == Meaning::implied_table; break;
        case Meaning::table: fits = before == Meaning::implied_table; break;
        case Meaning::implied_table: fits = before != Meaning::value; break;
        case Meaning::list_of_tables: fits = before == Meaning::list_of_tables; break;
    }
    if (!fits) {
        const auto is_header = [](Meaning of) { return of == Meaning::table || of == Meaning::list_of_tables; };
        doubled_ = Doubled{part.name, part.where, known.where, table == 0 && is_header(meaning) && is_header(before)};
    } else if (meaning == Meaning::table) {
        known.meaning = meaning;
        known.where = part.where;
    } else if (meaning == Meaning::list_of_tables) {
        known.id = ++last_id_;
    }
    return known.id;
}

}  // namespace tocsin::core
