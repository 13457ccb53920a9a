#include "http/routes.hpp"

#include "base/log.hpp"

#include <strings.h>

#include <exception>
#include <utility>

namespace tocsin::core::http {

std::string_view Request::header(std::string_view name) const noexcept {
    for (const auto& [known, value] : headers)
        if (known.size() == name.size() && ::strncasecmp(known.data(), name.data(), name.size()) == 0) return value;
    return {};
}

void Routes::add(const std::string& method, const std::string& path, Answer answer) {
    by_path_[path][method] = std::move(answer);
}

Response Routes::answer(const Request& request) const {
    const auto path = by_path_.find(request.path);
    if (path == by_path_.end()) return {.status = 404, .body = "there is nothing here\n"};
    const auto& methods = path->second;
    const auto found = methods.find(request.method);
    if (found == methods.end()) {
        Response refusal{.status = 405, .body = "this method is not for this path\n"};
        for (const auto& [method, answer] : methods) {
            refusal.allow += (refusal.allow.empty() ? "" : ", ") + method;
            if (method == "GET") refusal.allow += ", HEAD";
        }
        return refusal;
    }
    try {
        return found->second(request);
    } catch (const std::exception& error) {
        log::error("a request could not be answered", {{"path", request.path}, {"reason", error.what()}});
    } catch (...) {
        log::error("a request could not be answered", {{"path", request.path}});
    }
    return {.status = 500, .body = "something went wrong; the log says what\n"};
}

}  // namespace tocsin::core::http
