#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::core::http {

/// A request as a client sent it, within the limits of the server.
struct Request {
    std::string method;  ///< "GET"; of a HEAD request too
    std::string path;    ///< "/metrics", as sent: nothing is decoded
    std::string query;   ///< what followed the first '?'
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    /// The first header of that name, in whatever case; empty when there is none.
    std::string_view header(std::string_view name) const noexcept;
};

struct Response {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::string allow{};  ///< of a 405: the methods there are
};

}  // namespace tocsin::core::http
