#include "config/shorten.hpp"

#include "base/text.hpp"

namespace tocsin::core {

std::string shortened(std::string_view text, int longest) {
    std::size_t end = 0;
    for (int i = 0; i < longest && end < text.size(); ++i) next_code_point(text, end);
    std::string shown{text.substr(0, end)};
    if (end < text.size()) shown += "...";
    return shown;
}

}  // namespace tocsin::core
