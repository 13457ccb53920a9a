#include "http/session.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace tocsin::core::http {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t read_size = 4096;
constexpr auto linger = std::chrono::seconds{1};
constexpr std::size_t most_discarded = 2 * 1024 * 1024;

using Parser = beast::http::request_parser<beast::http::string_body>;
using Message = Parser::value_type;

/// An absolute target ("http://host/path"), as for a proxy, is as good as its path.
std::string_view origin_form(std::string_view target) {
    const auto scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos) return target;
    const auto path = target.find('/', scheme + 3);
    return path == std::string_view::npos ? "/" : target.substr(path);
}

std::string_view std_view(beast::string_view text) { return {text.data(), text.size()}; }

Request request_of(Message message) {
    Request request;
    request.method = message.method() == beast::http::verb::head ? "GET" : std_view(message.method_string());
    const auto target = origin_form(std_view(message.target()));
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    for (const auto& field : message)
        request.headers.emplace_back(std_view(field.name_string()), std_view(field.value()));
    request.body = std::move(message.body());
    return request;
}

/// The answer to what could not be read; nothing when nobody waits for one.
std::optional<Response> refusal(const error_code& failure) {
    using beast::http::error;
    if (failure == error::end_of_stream || failure == error::partial_message) return std::nullopt;
    if (failure == error::header_limit || failure == error::buffer_overflow)
        return Response{.status = 431, .body = "the headers are too long\n"};
    if (failure == error::body_limit) return Response{.status = 413, .body = "the body is too long\n"};
    if (failure.category() == make_error_code(error::end_of_stream).category())
        return Response{.status = 400, .body = "this is no HTTP request\n"};
    return std::nullopt;
}

class TcpSession final : public Session, public std::enable_shared_from_this<TcpSession> {
  public:
    TcpSession(tcp::socket socket, Sessions& sessions, const Routes& routes, const Limits& limits)
        : stream_{std::move(socket)},
          buffer_{limits.header_bytes},
          sessions_{sessions},
          routes_{routes},
          limits_{limits} {
        error_code ignored;
        stream_.socket().set_option(tcp::no_delay{true}, ignored);
    }
    ~TcpSession() override { sessions_.forget(*this); }

    void begin() { wait_for_request(limits_.request); }

    void close() override {
        given_up_ = true;
        stream_.close();
    }

  private:
    /// What has been read of the next request is not waited for.
    void wait_for_request(std::chrono::milliseconds limit) {
        sessions_.begin_request(*this);
        if (buffer_.size() != 0) return read_request();
        stream_.expires_after(limit);
        stream_.async_read_some(buffer_.prepare(read_size),
                                [self = shared_from_this()](const error_code& error, std::size_t size) {
                                    if (error || self->given_up_) return;
                                    self->buffer_.commit(size);
                                    self->sessions_.begin_request(*self);
                                    self->read_request();
                                });
    }

    void read_request() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser_->body_limit(limits_.body_bytes);
        header_bytes_ = 0;
        stream_.expires_after(limits_.request);
        read_more();
    }

    /// The parser's own limit is for what arrives at once; many short headers pass it.
    void read_more() {
        beast::http::async_read_some(stream_, buffer_, *parser_,
                                     [self = shared_from_this(), in_header = !parser_->is_header_done()](
                                         const error_code& error, std::size_t size) {
                                         if (self->given_up_) return;
                                         if (in_header) self->header_bytes_ += size;
                                         self->has_read(error);
                                     });
    }

    void has_read(error_code error) {
        if (!error && header_bytes_ > limits_.header_bytes) error = beast::http::error::header_limit;
        if (error) {
            if (auto response = refusal(error)) send(std::move(*response), 11, false, false);
        } else if (parser_->is_done()) {
            answer();
        } else {
            read_more();
        }
    }

    void answer() {
        auto message = parser_->release();
        const auto version = message.version();
        const bool keep_alive = message.keep_alive() && !sessions_.closing();
        const bool only_head = message.method() == beast::http::verb::head;
        if (version >= 11 && message.count(beast::http::field::host) != 1)
            return send({.status = 400, .body = "a request needs one Host header\n"}, version, false, only_head);
        send(routes_.answer(request_of(std::move(message))), version, keep_alive, only_head);
    }

    void send(Response response, unsigned version, bool keep_alive, bool only_head) {
        response_ = {static_cast<beast::http::status>(response.status), version};
        response_.set(beast::http::field::content_type, response.content_type);
        response_.set(beast::http::field::cache_control, "no-store");
        if (!response.allow.empty()) response_.set(beast::http::field::allow, response.allow);
        response_.keep_alive(keep_alive);
        response_.content_length(response.body.size());
        if (!only_head) response_.body() = std::move(response.body);
        sessions_.begin_answer(*this, response_.body().size() + 1);
        stream_.expires_after(limits_.answer);
        beast::http::async_write(stream_, response_,
                                 [self = shared_from_this(), keep_alive](const error_code& error, std::size_t) {
                                     if (!error && !self->given_up_) self->answered(keep_alive);
                                 });
    }

    void answered(bool keep_alive) {
        response_ = {};
        if (keep_alive && !sessions_.closing()) return wait_for_request(limits_.idle);
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        if (sessions_.closing()) return;
        sessions_.begin_request(*this);
        stream_.expires_after(linger);
        buffer_.clear();
        discard(most_discarded);
    }

    /// Reads on for a while what the client sends after its last answer: a socket closed with unread bytes in it takes
    /// the answer back.
    void discard(std::size_t most) {
        stream_.async_read_some(buffer_.prepare(buffer_.max_size()),
                                [self = shared_from_this(), most](const error_code& error, std::size_t size) {
                                    if (!error && !self->given_up_ && size < most) self->discard(most - size);
                                });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    Sessions& sessions_;
    const Routes& routes_;
    const Limits& limits_;
    std::optional<Parser> parser_;
    beast::http::response<beast::http::string_body> response_;
    std::size_t header_bytes_ = 0;
    bool given_up_ = false;
};

}  // namespace

void serve(tcp::socket socket, Sessions& sessions, const Routes& routes, const Limits& limits) {
    std::make_shared<TcpSession>(std::move(socket), sessions, routes, limits)->begin();
}

}  // namespace tocsin::core::http
