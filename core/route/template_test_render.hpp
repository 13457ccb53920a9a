#pragma once

#include "base/text_error.hpp"
#include "route/template.hpp"
#include "route/template_test_event.hpp"

#include <string>
#include <string_view>

namespace tocsin::core {

/// The rendered text, "failed: ..." or "mistake: ...".
inline std::string render_template(std::string_view text, const Event& event,
                                   std::uint32_t escape = TOCSIN_ESCAPE_NONE) {
    std::string out = "before ";
    try {
        const auto failure = Template{text, escape}.render(event, out);
        if (failure) return out == "before " ? "failed: " + *failure : "failed and left " + out;
    } catch (const TextError& error) {
        return "mistake: " + std::to_string(error.offset()) + ": " + error.what();
    }
    return out.substr(7);
}

}  // namespace tocsin::core
