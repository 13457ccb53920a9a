#pragma once

#include "http/message.hpp"

#include <functional>
#include <map>
#include <string>

namespace tocsin::core::http {

/// What a server answers: for each path and method a function. Built before the server starts, then only read.
class Routes {
  public:
    /// Called on the server's thread, so it must not wait for anything. What it throws becomes a 500 and is logged.
    using Answer = std::function<Response(const Request&)>;

    /// HEAD is answered where GET is. A later one of the same method and path takes the place of an earlier one.
    void add(const std::string& method, const std::string& path, Answer answer);

    /// 404 for an unknown path, 405 for a method that the path does not have.
    Response answer(const Request& request) const;

  private:
    std::map<std::string, std::map<std::string, Answer>, std::less<>> by_path_;
};

}  // namespace tocsin::core::http
