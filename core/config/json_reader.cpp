#include "base/text.hpp"
#include "config/readers.hpp"
#include "config/table_builder.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace tocsin::core {
namespace {

namespace ondemand = simdjson::ondemand;

/// The file cannot be read any further, and why is told.
struct Stop {};

class JsonReader {
  public:
    JsonReader(const SourceText& source, Mistakes& mistakes)
        : source_{source}, mistakes_{mistakes}, json_{source.text()} {}

    Node read() {
        Node root = empty_table(source_);
        try {
            read_document(root);
        } catch (const Stop&) {
        }
        return root;
    }

  private:
    const SourceText& source_;
    Mistakes& mistakes_;
    simdjson::padded_string json_;
    ondemand::parser parser_;
    ondemand::document document_;
    std::size_t values_ = 0;

    std::size_t offset_of(const char* place) const { return static_cast<std::size_t>(place - json_.data()); }

    [[noreturn]] void stop(std::size_t offset, std::string text) {
        mistakes_.add(source_.at(offset), "", std::move(text));
        throw Stop{};
    }

    /// For what goes wrong between two values.
    [[noreturn]] void stop(simdjson::error_code error) {
        const char* place = nullptr;
        if (document_.current_location().get(place)) place = json_.data() + json_.size();
        if (error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT || offset_of(place) >= json_.size())
            stop(json_.size(), "the file must end with the } that closes it");
        stop(offset_of(place), "this is no valid JSON: a comma, a key in quotes, a colon, ] or } is missing near here");
    }

    template <class T>
    T take(simdjson::simdjson_result<T> result) {
        T value;
        if (const auto error = std::move(result).get(value)) stop(error);
        return value;
    }

    std::size_t unclosed_string() const {
        std::size_t opened = 0;
        bool inside = false;
        const auto text = source_.text();
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') {
                inside = !inside;
                opened = i;
            } else if (inside && text[i] == '\\') {
                ++i;
            }
        }
        return opened;
    }

    /// A line end or tab inside a string.
    std::size_t raw_control() const {
        bool inside = false;
        const auto text = source_.text();
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') inside = !inside;
            if (inside && static_cast<unsigned char>(text[i]) < 0x20) return i;
            if (inside && text[i] == '\\') ++i;
        }
        return 0;
    }

    void read_document(Node& root) {
        if (const auto error = parser_.iterate(json_).get(document_)) {
            if (error == simdjson::UNCLOSED_STRING) stop(unclosed_string(), "this string is not closed");
            if (error == simdjson::UNESCAPED_CHARS)
                stop(raw_control(), "a string may not hold a line end or tab; write an escape sequence");
            stop(0, std::string{"this is no valid JSON: "} + simdjson::error_message(error));
        }
        const auto start = source_.text().find_first_not_of(" \t\r\n");
        root.where = source_.at(start);
        if (source_.text()[start] != '{') {
            add_no_table(root.where, "a value", mistakes_);
            return;
        }
        read_object(take(document_.get_object()), root, 1);
        const char* more = nullptr;
        if (!document_.current_location().get(more)) stop(offset_of(more), "nothing may follow the closing }");
    }

    void read_object(ondemand::object object, Node& node, std::size_t depth) {
        node.kind = Node::Kind::table;
        if (depth > deepest_nesting) {
            add_too_deep(node.where, mistakes_);
            throw Stop{};
        }
        TableBuilder builder{mistakes_};
        for (auto element : object) {
            auto field = take(std::move(element));
            const auto key_at = offset_of(field.key().raw()) - 1;
            std::string_view key;
            if (field.unescaped_key().get(key)) stop(key_at, "this key holds an unknown escape sequence");
            if (!is_utf8(key)) {
                add_not_utf8(source_.at(key_at), mistakes_);
                throw Stop{};
            }
            std::string name{key};
            builder.add(node, std::move(name), source_.at(key_at), read_value(field.value(), depth));
        }
    }

    Node read_value(ondemand::value value, std::size_t depth) {
        const auto raw = value.raw_json_token();
        const auto at = offset_of(raw.data());
        Node node;
        node.where = source_.at(at);
        if (++values_ > most_values) {
            add_too_many(node.where, mistakes_);
            throw Stop{};
        }
        switch (at < json_.size() ? json_.data()[at] : '\0') {
            case '{': read_object(take(value.get_object()), node, depth + 1); break;
            case '[': read_list(take(value.get_array()), node, depth + 1); break;
            case '"': read_string(value, node, at); break;
            default: read_scalar(value, node, at); break;
        }
        return node;
    }

    void read_list(ondemand::array array, Node& node, std::size_t depth) {
        node.kind = Node::Kind::list;
        if (depth > deepest_nesting) {
            add_too_deep(node.where, mistakes_);
            throw Stop{};
        }
        for (auto element : array) node.list.push_back(read_value(take(element), depth));
    }

    void read_string(ondemand::value& value, Node& node, std::size_t at) {
        node.kind = Node::Kind::string;
        std::string_view text;
        if (value.get_string().get(text)) stop(at, "this string holds an unknown escape sequence");
        node.text = text;
        if (!is_utf8(text)) {
            add_not_utf8(node.where, mistakes_);
            return;
        }
        if (source_.text().substr(std::min(at + 1 + text.size(), source_.text().size())).starts_with('"'))
            source_.place(node, at + 1);
    }

    void read_scalar(ondemand::value& value, Node& node, std::size_t at) {
        const auto rest = source_.text().substr(std::min(at, source_.text().size()));
        node.text = rest.substr(0, rest.find_first_of(" \t\r\n,:[]{}\""));
        const char first = rest.empty() ? '\0' : rest.front();
        if (first == 't' || first == 'f') {
            node.kind = Node::Kind::boolean;
            if (value.get_bool().get(node.boolean)) stop(at, "unknown word: write true, false, null or a \"string\"");
        } else if (first == 'n') {
            bool is_null = false;
            if (value.is_null().get(is_null) || !is_null)
                stop(at, "unknown word: write true, false, null or a \"string\"");
        } else if (first == '-' || (first >= '0' && first <= '9')) {
            read_number(value, node, at);
        } else {
            stop(at, rest.empty() ? "the file ends too early: a value is missing" : "a value is missing here");
        }
        source_.place(node, at);
    }

    void read_number(ondemand::value& value, Node& node, std::size_t at) {
        ondemand::number number;
        if (value.get_number().get(number)) stop(at, "this is no number, or one that is too large");
        switch (number.get_number_type()) {
            case ondemand::number_type::signed_integer:
                node.kind = Node::Kind::integer;
                node.integer = number.get_int64();
                break;
            case ondemand::number_type::floating_point_number:
                node.kind = Node::Kind::real;
                node.real = number.get_double();
                break;
            default: stop(at, "this number is too large");
        }
    }
};

}  // namespace

Node read_json(const SourceText& source, Mistakes& mistakes) { return JsonReader{source, mistakes}.read(); }

}  // namespace tocsin::core
