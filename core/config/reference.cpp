#include "config/reference.hpp"

#include "base/text.hpp"
#include "config/load_file.hpp"
#include "config/shorten.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

constexpr std::size_t largest_file = 64 * 1024;
constexpr int longest_name = 200;

std::string without_line_end(std::string text) {
    if (!text.ends_with('\n')) return text;
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

class ReferenceReader {
  public:
    ReferenceReader(const OptionSpec& spec, const std::string& key, const Node& table,
                    const std::filesystem::path& directory, Mistakes& mistakes)
        : spec_{spec}, key_{key}, table_{table}, directory_{directory}, mistakes_{mistakes} {}

    std::string read() {
        if (!check_keys()) return "";
        const auto& [from, where, value] = table_.table.front();
        if (value.kind != Node::Kind::string || value.text.empty()) {
            const std::string wanted = from == "file" ? "the path of a file" : "the name of a variable";
            mistakes_.add(value.where, key_ + "." + from, "must be a string, " + wanted);
            return "";
        }
        if (spec_.references != References::resolved) return "";
        return from == "file" ? from_file(value) : from_environment(value);
    }

  private:
    const OptionSpec& spec_;
    const std::string& key_;
    const Node& table_;
    const std::filesystem::path& directory_;
    Mistakes& mistakes_;

    bool check_keys() {
        const std::vector<std::string> known_keys{"file", "env"};
        bool known = true;
        for (const auto& [name, where, value] : table_.table) {
            if (name == "file" || name == "env") continue;
            mistakes_.add_unknown(where, key_ + "." + shortened(name), "unknown key", known_keys, name);
            known = false;
        }
        if (!known) return false;
        if (table_.table.size() == 1) return true;
        mistakes_.add(table_.where, key_,
                      table_.table.empty() ? R"(must be a string, { file = "..." } or { env = "..." })"
                                           : "has both a file and a variable: remove one");
        return false;
    }

    static std::string sentence(const Node& node, std::string_view what) {
        return "\"" + shortened(node.text, longest_name) + "\" " + std::string{what};
    }

    void add(const Node& node, std::string_view what) { mistakes_.add(node.where, key_, sentence(node, what)); }

    std::string from_file(const Node& node) {
        if (node.text.find('\0') != std::string::npos) {
            mistakes_.add(node.where, key_ + ".file", "must not contain a NUL character");
            return "";
        }
        std::string problem;
        auto loaded = load_file(directory_ / node.text, largest_file, problem);
        if (!loaded) {
            add(node, problem);
            return "";
        }
        auto text = without_line_end(std::move(loaded->bytes));
        if (text.empty())
            add(node, "is empty");
        else if (text.find('\0') != std::string::npos)
            add(node, "holds a NUL byte");
        else if (!is_utf8(text))
            add(node, "is not UTF-8");
        else if (spec_.secret && loaded->others_may_read)
            mistakes_.warn(node.where, key_, sentence(node, "can be read by every user of this machine: chmod o-r it"));
        return text;
    }

    std::string from_environment(const Node& node) {
        const bool possible = node.text.find_first_of(std::string_view{"=\0", 2}) == std::string::npos;
        const char* value = possible ? std::getenv(node.text.c_str()) : nullptr;
        if (value == nullptr) {
            add(node, "is no variable that is set in the environment");
            return "";
        }
        std::string text{value};
        if (text.empty()) add(node, "is empty in the environment");
        if (!is_utf8(text)) add(node, "is not UTF-8 in the environment");
        return text;
    }
};

}  // namespace

std::string read_reference(const OptionSpec& spec, const std::string& key, const Node& table,
                           const std::filesystem::path& directory, Mistakes& mistakes) {
    return ReferenceReader{spec, key, table, directory, mistakes}.read();
}

}  // namespace tocsin::core
