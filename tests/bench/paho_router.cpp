// What Paho can do as a router, and nothing more: datagrams in by recvmmsg, each out by MQTTAsync_send as it came, with
// so many unanswered. No parsing, no routing, no retry: the first failure ends it.
//
// paho_router --udp PORT --broker PORT [--qos N] [--window N] [--receive-buffer BYTES]
//
// Prints `connected`.

#include "arguments.hpp"
#include "ending.hpp"
#include "sockets.hpp"

#include <MQTTAsync.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <semaphore>
#include <string>

using namespace tocsin::bench;

namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t longest = 2048;

std::counting_semaphore<65535> room{0};
std::binary_semaphore connected{0};

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "paho_router: %s\n", what);
    std::_Exit(1);
}

MQTTAsync connect(const std::string& port, int window) {
    MQTTAsync client = nullptr;
    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
    create.maxBufferedMessages = window;
    if (MQTTAsync_createWithOptions(&client, ("tcp://127.0.0.1:" + port).c_str(), "paho_router",
                                    MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create) != MQTTASYNC_SUCCESS)
        give_up("no client");
    MQTTAsync_setCallbacks(
        client, nullptr, [](void*, char*) { give_up("the connection is lost"); },
        [](void*, char*, int, MQTTAsync_message*) { return 1; }, nullptr);
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
    options.maxInflight = window;
    options.cleansession = 1;
    options.onSuccess = [](void*, MQTTAsync_successData*) { connected.release(); };
    options.onFailure = [](void*, MQTTAsync_failureData*) { give_up("not connected"); };
    if (MQTTAsync_connect(client, &options) != MQTTASYNC_SUCCESS) give_up("not connected");
    connected.acquire();
    return client;
}

void route(int socket, MQTTAsync client, int qos) {
    static std::array<std::array<char, longest>, batch> buffers;
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    for (std::size_t i = 0; i < batch; ++i) {
        parts[i] = {buffers[i].data(), longest};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.onSuccess = [](void*, MQTTAsync_successData*) { room.release(); };
    response.onFailure = [](void*, MQTTAsync_failureData*) { give_up("a message was not taken"); };
    while (!told_to_end()) {
        const int count = ::recvmmsg(socket, messages.data(), batch, MSG_WAITFORONE, nullptr);
        for (int i = 0; i < count; ++i) {
            room.acquire();
            auto options = response;
            if (MQTTAsync_send(client, "bench", static_cast<int>(messages[static_cast<std::size_t>(i)].msg_len),
                               buffers[static_cast<std::size_t>(i)].data(), qos, 0, &options) != MQTTASYNC_SUCCESS)
                give_up("a message was refused");
        }
    }
}

}  // namespace

int main(int count, char** values) {
    try {
        const Arguments arguments{count, values};
        const int window = static_cast<int>(arguments.number("window", 100));
        const int socket = bound_socket(SOCK_DGRAM, static_cast<std::uint16_t>(std::stoul(arguments.text("udp"))));
        set_receive_buffer(socket, static_cast<int>(arguments.number("receive-buffer", 8388608)));
        const auto client = connect(arguments.text("broker"), window);
        room.release(window);
        note_signals_to_end();
        std::printf("connected\n");
        std::fflush(stdout);
        route(socket, client, static_cast<int>(arguments.number("qos", 1)));
        std::_Exit(0);
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}
