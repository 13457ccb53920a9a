#pragma once

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>

namespace tocsin::soak {

/// "[COUNT] [--seed N]". The seed that a program has used stands in its last line, so that a run can be had again as
/// far as time lets it.
struct Arguments {
    unsigned count;
    std::uint32_t seed = std::random_device{}();

    /// Throws std::invalid_argument or std::out_of_range for anything else.
    Arguments(int size, char** words, unsigned usual_count) : count{usual_count} {
        for (int at = 1; at < size; ++at) {
            const std::string word = words[at];
            if (word != "--seed") {
                count = static_cast<unsigned>(number(word));
            } else if (++at < size) {
                seed = static_cast<std::uint32_t>(number(words[at]));
            } else {
                throw std::invalid_argument{"--seed wants a number"};
            }
        }
    }

  private:
    static unsigned long number(const std::string& word) {
        std::size_t used = 0;
        const auto value = std::stoul(word, &used);
        if (used != word.size()) throw std::invalid_argument{word + " is no number"};
        return value;
    }
};

}  // namespace tocsin::soak
