#include "config/option_value.hpp"

#include "config/option_text.hpp"
#include "config/readers.hpp"
#include "config/reference.hpp"
#include "config/shorten.hpp"
#include "config/yaml_scalar.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

using Kind = Node::Kind;

/// Where an unquoted YAML scalar is as good as a string.
bool is_text(const Node& node) { return node.kind == Kind::string || (node.plain && node.kind != Kind::null); }

class OptionReader {
  public:
    OptionReader(const OptionSpec& spec, const std::string& key, const Node& node,
                 const std::filesystem::path& directory, Mistakes& mistakes)
        : spec_{spec}, key_{key}, node_{node}, directory_{directory}, mistakes_{mistakes} {}

    OptionValue read() {
        const auto already = mistakes_.size();
        value_.where = node_.where;
        value_.is_set = true;
        switch (spec_.type) {
            case OptionType::string: string(); break;
            case OptionType::integer: integer(); break;
            case OptionType::real: real(); break;
            case OptionType::boolean: boolean(); break;
            case OptionType::duration: duration(); break;
            case OptionType::path: path(); break;
            case OptionType::list: list(); break;
            case OptionType::choice: choice(); break;
            case OptionType::rendered: rendered(); break;
            case OptionType::rendered_table: rendered_table(); break;
        }
        if (mistakes_.size() != already) return {};
        return std::move(value_);
    }

  private:
    const OptionSpec& spec_;
    const std::string& key_;
    const Node& node_;
    const std::filesystem::path& directory_;
    Mistakes& mistakes_;
    OptionValue value_;

    void add(const Node& node, std::string text) { mistakes_.add(node.where, key_, std::move(text)); }

    void add_wrong_kind(const Node& node, std::string_view wanted, std::string_view hint = "") {
        std::string text{"must be "};
        text.append(wanted).append(", not ").append(node.kind_name());
        if (!hint.empty()) text.append(" (").append(hint).append(")");
        add(node, std::move(text));
    }

    /// ", not ..." for a value that may be shown.
    std::string instead(std::string_view found) const {
        if (spec_.secret) return "";
        return ", not \"" + shortened(found) + "\"";
    }

    std::string string(const Node& node) {
        if (!is_text(node)) {
            const bool is_scalar = node.kind != Kind::list && node.kind != Kind::table && node.kind != Kind::null;
            add_wrong_kind(node, "a string", is_scalar ? "put it in quotes" : "");
        } else if (node.text.find('\0') != std::string::npos) {
            add(node, "must not contain a NUL character");
        }
        return node.text;
    }

    void string() {
        const bool is_reference = node_.kind == Kind::table && spec_.references != References::refused;
        value_.fetched = is_reference;
        value_.text = is_reference ? read_reference(spec_, key_, node_, directory_, mistakes_) : string(node_);
    }

    void integer() {
        const auto wanted = "a whole number" + range_text(spec_);
        if (node_.kind != Kind::integer) {
            add_wrong_kind(node_, wanted, node_.kind == Kind::string && !node_.plain ? "leave out the quotes" : "");
        } else if (spec_.ranged && (node_.integer < spec_.minimum || node_.integer > spec_.maximum)) {
            add(node_, "must be " + wanted + instead(node_.text));
        }
        value_.integer = node_.integer;
    }

    void real() {
        const auto wanted = "a number" + range_text(spec_);
        value_.real = node_.kind == Kind::integer ? static_cast<double>(node_.integer) : node_.real;
        if (node_.kind != Kind::integer && node_.kind != Kind::real) {
            add_wrong_kind(node_, wanted, node_.kind == Kind::string && !node_.plain ? "leave out the quotes" : "");
        } else if (!std::isfinite(value_.real) ||
                   (spec_.ranged && (value_.real < static_cast<double>(spec_.minimum) ||
                                     value_.real > static_cast<double>(spec_.maximum)))) {
            add(node_, "must be " + wanted + instead(node_.text));
        }
    }

    void boolean() {
        if (node_.kind != Kind::boolean)
            add_wrong_kind(node_, "true or false",
                           node_.kind == Kind::string && !node_.plain ? "leave out the quotes" : "");
        value_.integer = node_.boolean ? 1 : 0;
    }

    void duration() {
        const auto wanted = "a duration" + range_text(spec_) + ", such as \"5s\"";
        if (node_.kind == Kind::integer || node_.kind == Kind::real) {
            add(node_, "must be " + wanted + ": write a unit (ms, s, m, h, d)");
            return;
        }
        if (node_.kind != Kind::string) {
            add_wrong_kind(node_, wanted);
            return;
        }
        const auto duration = parse_duration(node_.text);
        if (!duration || (spec_.ranged && (*duration < spec_.minimum || *duration > spec_.maximum)))
            add(node_, "must be " + wanted + instead(node_.text));
        value_.integer = duration.value_or(0);
    }

    void path() {
        const auto already = mistakes_.size();
        const std::filesystem::path given = string(node_);
        if (mistakes_.size() != already) return;
        if (given.empty()) {
            if (spec_.required) add(node_, "must be a path, not an empty string");
            value_.is_set = false;
            return;
        }
        std::error_code error;
        const auto absolute = std::filesystem::absolute(directory_ / given, error);
        if (error) {
            add(node_, "cannot be made an absolute path: " + error.message());
            return;
        }
        value_.text = absolute.lexically_normal().string();
    }

    void list() {
        if (is_text(node_)) {
            value_.items.push_back(string(node_));
            return;
        }
        if (node_.kind != Kind::list) {
            add_wrong_kind(node_, "a list of strings");
            return;
        }
        for (const auto& item : node_.list) value_.items.push_back(string(item));
    }

    void choice() {
        const bool is_scalar = is_text(node_) || node_.kind == Kind::integer || node_.kind == Kind::boolean;
        if (is_scalar && std::find(spec_.choices.begin(), spec_.choices.end(), node_.text) != spec_.choices.end()) {
            value_.text = node_.text;
            return;
        }
        std::string wanted{"must be one of "};
        for (std::size_t i = 0; i < spec_.choices.size(); ++i)
            wanted.append(i == 0 ? "" : ", ").append(spec_.choices[i]);
        if (!is_scalar) {
            add(node_, wanted.append(", not ").append(node_.kind_name()));
            return;
        }
        wanted += instead(node_.text);
        if (const auto meant = nearest(node_.text, spec_.choices); !meant.empty() && !spec_.secret)
            wanted.append(" (did you mean \"").append(meant).append("\"?)");
        add(node_, std::move(wanted));
    }

    void rendered() {
        if (!is_text(node_) && node_.kind != Kind::table) add_wrong_kind(node_, "a template (a string)");
        value_.node = &node_;
    }

    void rendered_table() {
        if (node_.kind != Kind::table) {
            add_wrong_kind(node_, "a table of templates, such as { name: \"{{ .ID }}\" }");
            return;
        }
        for (const auto& entry : node_.table) {
            const auto key = key_ + "." + shortened(entry.key);
            if (entry.key.find('\0') != std::string::npos)
                mistakes_.add(entry.where, key, "a name must not contain a NUL character");
            if (entry.value.kind == Kind::list || entry.value.kind == Kind::table || entry.value.kind == Kind::null)
                mistakes_.add(entry.value.where, key,
                              "must be a template (a string), not " + std::string{entry.value.kind_name()});
        }
        value_.node = &node_;
    }
};

/// The default as the file would give it.
Node default_node(const OptionSpec& spec, Mistakes& mistakes) {
    Node node;
    node.kind = Kind::string;
    node.text = *spec.default_value;
    switch (spec.type) {
        case OptionType::integer:
        case OptionType::real:
        case OptionType::boolean:
            node.plain = true;
            resolve_plain_scalar(node);
            break;
        case OptionType::list:
            if (node.text.empty()) {
                node.kind = Kind::list;
            } else if (node.text.starts_with('[') && node.text.ends_with(']')) {
                const SourceText source{"default = " + node.text, ""};
                auto root = read_toml(source, mistakes);
                if (const auto* read = root.find("default"); read != nullptr) node = *read;
            }
            break;
        default: break;
    }
    return node;
}

}  // namespace

OptionValue read_option(const OptionSpec& spec, const std::string& key, const Node& node,
                        const std::filesystem::path& directory, Mistakes& mistakes) {
    return OptionReader{spec, key, node, directory, mistakes}.read();
}

OptionValue default_option(const OptionSpec& spec, const std::filesystem::path& directory) {
    if (!spec.default_value) return {};
    Mistakes mistakes;
    const auto node = std::make_shared<const Node>(default_node(spec, mistakes));
    OptionValue value;
    if (mistakes.empty()) value = read_option(spec, spec.name, *node, directory, mistakes);
    if (!mistakes.empty())
        throw std::logic_error{"the default of option \"" + spec.name + "\" " + mistakes.list().front().text};
    value.where = {};
    if (value.node != nullptr) value.default_node = node;
    return value;
}

}  // namespace tocsin::core
