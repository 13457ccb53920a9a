#include "look_up.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

namespace mqtt {

struct LookUp::State {
    std::string host;
    std::shared_ptr<Mailbox> mailbox;
    Function function;
    std::atomic<bool> busy{false};

    void answer(Addresses addresses) {
        busy = false;
        Notice notice;
        notice.kind = Notice::Kind::looked_up;
        notice.addresses = std::move(addresses.list);
        notice.text = std::move(addresses.error);
        mailbox->post(std::move(notice));
    }
};

Addresses look_up_host(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    Addresses addresses;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        addresses.error = ::gai_strerror(error);
        return addresses;
    }
    for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST];
        if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
            continue;
        const std::string address{text};
        // Paho cannot use an address with a zone.
        if (address.find('%') != std::string::npos) continue;
        if (std::find(addresses.list.begin(), addresses.list.end(), address) == addresses.list.end())
            addresses.list.push_back(address);
    }
    ::freeaddrinfo(found);
    if (addresses.list.empty()) addresses.error = "it has no usable address";
    return addresses;
}

LookUp::LookUp(std::string host, std::shared_ptr<Mailbox> mailbox, Function function)
    : state_{std::make_shared<State>()} {
    state_->host = std::move(host);
    state_->mailbox = std::move(mailbox);
    state_->function = std::move(function);
}

void LookUp::start() {
    if (state_->busy.exchange(true)) return;
    try {
        std::thread{[state = state_] {
            try {
                state->answer(state->function(state->host));
            } catch (const std::exception& error) {
                state->answer({{}, error.what()});
            }
        }}.detach();
    } catch (const std::exception& error) {
        state_->answer({{}, error.what()});
    }
}

}  // namespace mqtt
