#include "base/text.hpp"
#include "config/readers.hpp"
#include "config/table_builder.hpp"
#include "config/yaml_scalar.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

/// The file cannot be read any further, and why is told.
struct Stop {};

constexpr const char* no_aliases = "aliases (*name) are not allowed; put text that begins with * in quotes";

constexpr std::string_view plain_tag = "?";
constexpr std::string_view quoted_tag = "!";
constexpr std::string_view string_tag = "tag:yaml.org,2002:str";
constexpr std::string_view list_tag = "tag:yaml.org,2002:seq";
constexpr std::string_view table_tag = "tag:yaml.org,2002:map";

/// The parser adds a blank last line without a line end to a block scalar before it.
std::string_view without_blank_end(std::string_view text) {
    const auto end = text.find_last_not_of(" \t") + 1;
    return end > 0 && text[end - 1] == '\n' ? text.substr(0, end) : text;
}

class YamlReader final : public YAML::EventHandler {
  public:
    YamlReader(const SourceText& source, Mistakes& mistakes) : source_{source}, mistakes_{mistakes} {}

    Node read() {
        try {
            std::istringstream in{std::string{without_blank_end(source_.text())}};
            YAML::Parser parser{in};
            while (parser.HandleNextDocument(*this)) {
            }
            check_end();
        } catch (const Stop&) {
        } catch (const YAML::Exception& error) {
            add_parse_error(error);
        }
        if (root_.kind != Node::Kind::table) root_ = empty_table(source_);
        return std::move(root_);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) stop(mark, "the file holds more than one document; put each into a file of its own");
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        const auto at = offset_of(mark);
        auto word = word_at(at);
        if (wants_key()) {
            if (word.empty()) stop(mark, "a key is missing before the colon");
            take_key(std::string{word}, mark);
            return;
        }
        // A value that was left out is reported where the next thing stands.
        Node node;
        node.where = source_.at(at);
        if (!open_.empty() && open_.back().node.kind == Node::Kind::table) {
            const auto& key = open_.back().key_where;
            if (at == open_.back().key_at && !without_colon_) without_colon_ = open_.back().key_at;
            if (node.where.line != key.line || node.where.column <= key.column) {
                node.where = key;
                word = {};
            }
        }
        node.plain = true;
        node.text = word;
        if (!word.empty()) source_.place(node, at);
        take_value(std::move(node));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        mistakes_.add(place_of(mark), "", no_aliases);
        if (wants_key()) throw Stop{};
        take_value({});
    }

    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        mistakes_.add(place_of(mark), "", "anchors (&name) are not allowed; put text that begins with & in quotes");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& text) override {
        Node node;
        node.where = place_of(mark);
        node.kind = Node::Kind::string;
        node.text = text;
        if (tag != plain_tag && tag != quoted_tag && tag != string_tag) add_tag(node.where);
        if (!is_utf8(text)) {
            add_not_utf8(node.where, mistakes_);
            throw Stop{};
        }
        if (tag != plain_tag) {
            last_quoted_ = after_tag(offset_of(mark));
            last_quoted_is_value_ = !wants_key();
        }
        if (wants_key()) {
            if (tag == plain_tag && text == "<<") mistakes_.add(node.where, text, "merge keys are not allowed");
            take_key(text, mark);
            return;
        }
        if (tag == plain_tag) {
            node.plain = true;
            resolve_plain_scalar(node);
        }
        place(node, after_tag(offset_of(mark)));
        take_value(std::move(node));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        if (tag != plain_tag && tag != quoted_tag && tag != list_tag) add_tag(place_of(mark));
        open(mark, Node::Kind::list);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        if (tag != plain_tag && tag != quoted_tag && tag != table_tag) add_tag(place_of(mark));
        open(mark, Node::Kind::table);
    }

    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

  private:
    struct Open {
        Node node;
        TableBuilder builder;
        std::optional<std::string> key;  ///< read, its value not yet
        Location key_where;
        std::size_t key_at = 0;
    };

    const SourceText& source_;
    Mistakes& mistakes_;
    Node root_;
    std::vector<Open> open_;
    int documents_ = 0;
    std::size_t values_ = 0;
    std::optional<std::size_t> without_colon_;  ///< the first key that no colon follows
    std::size_t last_quoted_ = 0;               ///< where the last scalar that is not plain begins
    bool last_quoted_is_value_ = false;

    static std::size_t offset_of(const YAML::Mark& mark) {
        return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
    }

    Location place_of(const YAML::Mark& mark) const { return source_.at(offset_of(mark)); }

    [[noreturn]] void stop(const YAML::Mark& mark, std::string text) {
        mistakes_.add(place_of(mark), "", std::move(text));
        throw Stop{};
    }

    void add_parse_error(const YAML::Exception& error) {
        if (error.mark.is_null()) {
            mistakes_.add(source_.whole(), "", "this is no valid YAML: " + error.msg);
            return;
        }
        const auto text = source_.text();
        const auto at = std::min(offset_of(error.mark), text.size());
        const auto line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
        const auto first = text.find_first_not_of(' ', line);
        if (first < text.size() && text[first] == '\t')
            mistakes_.add(source_.at(first), "", "this is no valid YAML: indent with spaces, not with tabs");
        else if (at < text.size() && text[at] == '*')
            mistakes_.add(source_.at(at), "", no_aliases);
        else if (at < text.size() && std::string_view{"@`%"}.find(text[at]) != std::string_view::npos)
            mistakes_.add(source_.at(at), "", "put text that begins with this character in quotes");
        else if (const auto behind = text_behind_quotes(); behind && *behind <= at)
            mistakes_.add(source_.at(*behind), "",
                          "this is no valid YAML: a value that begins with a quote ends at the next one; write a value "
                          "that goes on behind it in a | block");
        else
            mistakes_.add(source_.at(at), "", "this is no valid YAML: " + error.msg);
    }

    /// The parser takes the end of the file for the end of a quoted scalar, and a last line without a colon for a key.
    void check_end() {
        if (without_colon_) mistakes_.add(source_.at(*without_colon_), "", "a colon is missing after this key");
        if (is_quoted(last_quoted_) && !end_of_quoted(last_quoted_))
            mistakes_.add(source_.at(last_quoted_), "", "this string is not closed");
    }

    bool is_quoted(std::size_t at) const {
        const auto text = source_.text();
        return at < text.size() && (text[at] == '"' || text[at] == '\'');
    }

    /// Behind the closing quote of what begins with one; nothing when there is none.
    std::optional<std::size_t> end_of_quoted(std::size_t begin) const {
        const auto text = source_.text();
        const char quote = text[begin];
        for (auto at = begin + 1; at < text.size(); ++at) {
            const bool doubled = quote == '\'' && text.substr(at, 2) == "''";
            if (text[at] == quote && !doubled) return at + 1;
            if (doubled || (text[at] == '\\' && quote == '"')) ++at;
        }
        return std::nullopt;
    }

    /// What follows the last value in quotes on its line and can be no YAML.
    std::optional<std::size_t> text_behind_quotes() const {
        if (!last_quoted_is_value_ || !is_quoted(last_quoted_)) return std::nullopt;
        const auto end = end_of_quoted(last_quoted_);
        if (!end) return std::nullopt;
        const auto text = source_.text();
        const auto behind = text.find_first_not_of(" \t", *end);
        constexpr std::string_view may_follow = "\r\n#:,]}";
        if (behind == std::string_view::npos || may_follow.find(text[behind]) != std::string_view::npos)
            return std::nullopt;
        return behind;
    }

    /// What a tagged scalar is marked with is its tag.
    std::size_t after_tag(std::size_t at) const {
        const auto text = source_.text();
        if (at >= text.size() || text[at] != '!') return at;
        return text.find_first_not_of(" \t\r\n", std::min(text.find_first_of(" \t\r\n", at), text.size()));
    }

    void add_tag(const Location& where) {
        mistakes_.add(where, "", "tags other than !!str are not allowed; put text that begins with ! in quotes");
    }

    bool wants_key() const {
        return !open_.empty() && open_.back().node.kind == Node::Kind::table && !open_.back().key;
    }

    void take_key(std::string key, const YAML::Mark& mark) {
        open_.back().key = std::move(key);
        open_.back().key_where = place_of(mark);
        open_.back().key_at = offset_of(mark);
    }

    void open(const YAML::Mark& mark, Node::Kind kind) {
        if (wants_key()) stop(mark, "a key must be a string (or a ] or } is missing)");
        Node node;
        node.kind = kind;
        node.where = place_of(mark);
        if (open_.size() == deepest_nesting) {
            add_too_deep(node.where, mistakes_);
            throw Stop{};
        }
        open_.push_back({std::move(node), TableBuilder{mistakes_}, std::nullopt, {}, 0});
    }

    void close() {
        auto node = std::move(open_.back().node);
        open_.pop_back();
        take_value(std::move(node));
    }

    void take_value(Node node) {
        if (open_.empty()) {
            if (node.kind != Node::Kind::table && node.kind != Node::Kind::null)
                add_no_table(node.where, node.kind_name(), mistakes_);
            root_ = std::move(node);
            return;
        }
        if (++values_ > most_values) {
            add_too_many(node.where, mistakes_);
            throw Stop{};
        }
        auto& parent = open_.back();
        if (parent.node.kind == Node::Kind::list) {
            parent.node.list.push_back(std::move(node));
            return;
        }
        parent.builder.add(parent.node, std::move(*parent.key), parent.key_where, std::move(node));
        parent.key.reset();
    }

    /// The word for null that stands there, if any.
    std::string_view word_at(std::size_t at) const {
        const auto rest = source_.text().substr(std::min(at, source_.text().size()));
        const auto word = rest.substr(0, rest.find_first_of(" \t\r\n,:]}#"));
        return word == "~" || word == "null" || word == "Null" || word == "NULL" ? word : std::string_view{};
    }

    void place(Node& node, std::size_t at) const {
        const auto text = source_.text();
        const char first = at < text.size() ? text[at] : '\0';
        if (node.plain) {
            source_.place(node, at);
        } else if (first == '"' || first == '\'') {
            const auto end = at + 1 + node.text.size();
            if (end < text.size() && text[end] == first) source_.place(node, at + 1);
        } else if (first == '|' || first == '>') {
            place_block(node, at);
        }
    }

    /// The block's indentation is that of its first line that is not empty.
    void place_block(Node& node, std::size_t at) const {
        const auto file = source_.text();
        const auto begin = file.find('\n', at);
        if (begin == std::string_view::npos) return;
        const std::string_view text = node.text;
        const auto blank_lines = text.find_first_not_of('\n');
        if (blank_lines == std::string_view::npos) return;
        auto line = begin + 1;
        for (std::size_t i = 0; i < blank_lines; ++i) {
            line = file.find('\n', line);
            if (line == std::string_view::npos) return;
            ++line;
        }
        const auto content = file.find_first_not_of(' ', line);
        if (content == std::string_view::npos) return;
        const auto own_spaces = text.find_first_not_of(' ', blank_lines) - blank_lines;
        if (content - line < own_spaces) return;
        const auto indentation = content - line - own_spaces;
        const auto first_spaces = file.find_first_not_of(' ', begin + 1) - begin - 1;
        source_.place(node, begin + 1 + std::min(first_spaces, indentation), indentation);
    }
};

}  // namespace

Node read_yaml(const SourceText& source, Mistakes& mistakes) { return YamlReader{source, mistakes}.read(); }

}  // namespace tocsin::core
