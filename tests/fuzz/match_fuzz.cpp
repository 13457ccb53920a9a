#include "base/text_error.hpp"
#include "fuzz/support.hpp"
#include "route/match.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace {

/// Whether the expression may hold a function whose result is another one each time.
bool may_vary(std::string_view text) {
    constexpr std::array<std::string_view, 5> varying{"count", "sigma", "spread", "now", "rand"};
    return std::any_of(varying.begin(), varying.end(),
                       [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

}  // namespace

/// A match expression: it is refused with a reason and a place in it, or answers every event, the same each time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin::fuzz;
    using tocsin::core::Match;
    const auto text = text_of(data, size);
    try {
        const Match match{text};
        const Match again{text};
        const bool varies = may_vary(text);
        for (const auto& event : events()) {
            const auto result = match(*event);
            if (varies) continue;
            require(match(*event) == result, "a pure match answers the same twice");
            require(again(*event) == result, "a match that is compiled again answers the same");
        }
    } catch (const tocsin::core::TextError& error) {
        require(*error.what() != '\0', "a mistake has words");
        require(error.offset() <= size, "a mistake lies within the text");
    }
    return 0;
}
