#pragma once

#include "http/limits.hpp"
#include "http/routes.hpp"
#include "http/sessions.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace tocsin::core::http {

/// Serves one connection to its end. All that is referred to must outlive the socket's io_context, which one thread
/// runs.
void serve(boost::asio::ip::tcp::socket socket, Sessions& sessions, const Routes& routes, const Limits& limits);

}  // namespace tocsin::core::http
