#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt::websocket {

/// A client's side of RFC 6455 with the subprotocol `mqtt`: texts and frames, no sockets.

/// 16 random bytes in base64. Throws std::runtime_error.
std::string make_key();

/// The HTTP request that asks for a WebSocket. `host` as in a URL, brackets of an IPv6 address included.
std::string request(std::string_view host, std::uint16_t port, bool tls, std::string_view path, std::string_view key);

/// What is wrong with the answer, which ends with an empty line; empty when it opens the WebSocket.
std::string fault_in_answer(std::string_view answer, std::string_view key);

/// Appends one final binary frame, masked.
void append_frame(std::string& out, std::string_view payload);
/// The frame that says goodbye.
std::string close_frame();

/// Takes frames apart as they arrive. Payload is passed on without being kept, so a frame may be of any length.
class Frames {
  public:
    /// Once `most_answer` bytes wait in `answer`, pings are left unanswered (RFC 6455, 5.5.3, allows that).
    explicit Frames(std::size_t most_answer) : most_answer_{most_answer} {}

    /// Appends payload to `payload`, and what must be answered (pongs) to `answer`. Returns what is wrong, or an empty
    /// text; a close of the broker is wrong too. After that nothing more may be fed.
    std::string feed(std::string_view bytes, std::string& payload, std::string& answer);

  private:
    std::string begin_frame();

    std::size_t most_answer_;
    std::string header_;
    std::string control_;
    unsigned opcode_ = 0;
    std::uint64_t left_ = 0;  ///< of the frame's payload
    bool in_frame_ = false;
    bool in_message_ = false;
};

}  // namespace mqtt::websocket
