#include "base/mistakes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <ostream>
#include <tuple>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::size_t longest_word = 100;
constexpr std::size_t longest_known_list = 12;
constexpr std::size_t most_kept = 2'000;
constexpr std::size_t most_warnings = 1'000;
constexpr std::size_t most_printed = 200;
constexpr std::size_t longest_text = 1'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string_view file_of(const Location& where) { return where.file ? std::string_view{*where.file} : ""; }

auto place_of(const Mistake& mistake) {
    return std::tuple{file_of(mistake.where), mistake.where.line, mistake.where.column};
}

/// What is kept of a text that may hold something very long out of a file.
std::string cut(std::string text) {
    if (text.size() <= longest_text) return text;
    auto end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.replace(end, std::string::npos, "...");
}

std::vector<const Mistake*> by_place(const std::vector<Mistake>& list) {
    std::vector<const Mistake*> sorted;
    sorted.reserve(list.size());
    for (const auto& mistake : list) sorted.push_back(&mistake);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Mistake* a, const Mistake* b) { return place_of(*a) < place_of(*b); });
    return sorted;
}

void print_line(const Mistake& mistake, std::string_view mark, std::ostream& out) {
    if (mistake.where.file) out << escaped(to_string(mistake.where)) << ": ";
    out << mark;
    if (!mistake.key.empty()) out << escaped(mistake.key) << ": ";
    out << escaped(mistake.text) << '\n';
}

}  // namespace

void Mistakes::add(Location where, std::string key, std::string text) {
    const bool kept = !is_full();
    ++count_;
    if (kept) list_.push_back({std::move(where), cut(std::move(key)), cut(std::move(text))});
}

bool Mistakes::is_full() const noexcept { return count_ >= most_kept; }

void Mistakes::warn(Location where, std::string key, std::string text) {
    if (warnings_.size() < most_warnings)
        warnings_.push_back({std::move(where), cut(std::move(key)), cut(std::move(text))});
}

void Mistakes::add_unknown(Location where, std::string key, std::string text, std::span<const std::string> valid,
                           std::optional<std::string_view> word) {
    if (is_full()) {
        ++count_;
        return;
    }
    const auto wanted = word.value_or(std::string_view{key}.substr(key.rfind('.') + 1));
    if (const auto meant = nearest(wanted, valid); !meant.empty()) {
        text.append(" (did you mean \"").append(meant).append("\"?)");
    } else if (!valid.empty() && valid.size() <= longest_known_list) {
        text += " (known: ";
        for (std::size_t i = 0; i < valid.size(); ++i) text.append(i == 0 ? "" : ", ").append(valid[i]);
        text += ')';
    }
    add(std::move(where), std::move(key), std::move(text));
}

void Mistakes::print(std::ostream& out) const {
    for (const auto* warning : by_place(warnings_)) print_line(*warning, "warning: ", out);
    auto mistakes = by_place(list_);
    mistakes.resize(std::min(mistakes.size(), most_printed));
    for (const auto* mistake : mistakes) print_line(*mistake, "", out);
    if (count_ > mistakes.size()) out << "and " << count_ - mistakes.size() << " more, which are not shown\n";
}

std::string to_string(const Location& where) {
    std::string text{file_of(where)};
    if (where.line > 0) text.append(":").append(std::to_string(where.line));
    if (where.line > 0 && where.column > 0) text.append(":").append(std::to_string(where.column));
    return text;
}

std::string_view nearest(std::string_view word, std::span<const std::string> valid) {
    std::string_view best;
    auto best_distance = std::string_view::npos;
    if (word.size() > longest_word) return best;
    for (const auto& candidate : valid) {
        const auto longer = std::max(word.size(), candidate.size());
        const auto shorter = std::min(word.size(), candidate.size());
        const auto allowed = longer == 0 ? 0 : std::min(std::max<std::size_t>(1, longer / 3), longer - 1);
        if (longer - shorter > allowed) continue;
        const auto distance = edit_distance(word, candidate);
        if (distance <= allowed && distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace tocsin::core
