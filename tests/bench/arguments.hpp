#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tocsin::bench {

/// A program's arguments, `--name VALUE` each.
class Arguments {
  public:
    /// Throws std::runtime_error when a name has no value.
    Arguments(int count, char** values) {
        for (int i = 1; i < count; i += 2) {
            const std::string_view name = values[i];
            if (!name.starts_with("--") || i + 1 == count)
                throw std::runtime_error{"expected --name VALUE, got " + std::string{name}};
            values_[std::string{name.substr(2)}] = values[i + 1];
        }
    }

    std::string text(const std::string& name, const std::string& otherwise) const {
        const auto found = values_.find(name);
        return found == values_.end() ? otherwise : found->second;
    }
    /// Throws when it was not given.
    std::string text(const std::string& name) const {
        const auto found = values_.find(name);
        if (found == values_.end()) throw std::runtime_error{"--" + name + " is missing"};
        return found->second;
    }
    double number(const std::string& name, double otherwise) const {
        const auto found = values_.find(name);
        return found == values_.end() ? otherwise : std::stod(found->second);
    }
    bool has(const std::string& name) const { return values_.contains(name); }

  private:
    std::map<std::string, std::string> values_;
};

}  // namespace tocsin::bench
