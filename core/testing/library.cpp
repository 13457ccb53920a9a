#include <tocsin/testing/library.h>

#include "testing/host.hpp"

#include <tocsin/string.hpp>

#include <exception>
#include <span>
#include <string>

/// What the C interface calls a host.
struct tocsin_testing final : tocsin::core::TestHost {
    using TestHost::TestHost;
};

namespace {

/// Runs `call`; what it throws becomes the error.
template <class Call>
std::int32_t guarded(tocsin_error* error, Call&& call) noexcept {
    try {
        call();
        return TOCSIN_OK;
    } catch (const std::exception& thrown) {
        tocsin::write(error, thrown.what());
    } catch (...) {
        tocsin::write(error, "unknown exception");
    }
    return TOCSIN_FAILED;
}

}  // namespace

extern "C" {

const tocsin_plugin_descriptor* tocsin_testing_load(tocsin_string file, tocsin_error* error) {
    const tocsin_plugin_descriptor* descriptor = nullptr;
    guarded(error, [&] { descriptor = tocsin::core::load_library(tocsin::view(file)).abi; });
    return descriptor;
}

tocsin_testing* tocsin_testing_new(tocsin_string name) {
    tocsin_testing* made = nullptr;
    guarded(nullptr, [&] { made = new tocsin_testing{tocsin::view(name)}; });
    return made;
}
void tocsin_testing_free(tocsin_testing* testing) { delete testing; }
const tocsin_host* tocsin_testing_host(tocsin_testing* testing) { return &testing->abi(); }

int32_t tocsin_testing_create_sink(tocsin_testing* testing, const tocsin_sink_kind* kind, tocsin_string section,
                                   tocsin_string directory, tocsin_error* error) {
    return guarded(error, [&] { testing->create(*kind, tocsin::view(section), tocsin::view(directory)); });
}

int32_t tocsin_testing_create_source(tocsin_testing* testing, const tocsin_source_kind* kind, tocsin_string section,
                                     tocsin_string directory, tocsin_error* error) {
    return guarded(error, [&] { testing->create(*kind, tocsin::view(section), tocsin::view(directory)); });
}

int32_t tocsin_testing_start(tocsin_testing* testing, tocsin_error* error) {
    return guarded(error, [&] { testing->start(); });
}

int32_t tocsin_testing_stop(tocsin_testing* testing, int64_t timeout, tocsin_error* error) {
    return guarded(error, [&] { testing->stop(timeout); });
}

void tocsin_testing_destroy(tocsin_testing* testing) { testing->destroy(); }

int32_t tocsin_testing_bind(tocsin_testing* testing, tocsin_string options, tocsin_string directory, uint64_t* handler,
                            tocsin_error* error) {
    return guarded(error, [&] { *handler = testing->bind(tocsin::view(options), tocsin::view(directory)); });
}

int32_t tocsin_testing_check(tocsin_testing* testing, int64_t timeout, tocsin_error* error) {
    return guarded(error, [&] { testing->check(timeout); });
}

int32_t tocsin_testing_submit(tocsin_testing* testing, uint64_t handler, const tocsin_event* events, uint64_t count,
                              uint64_t* tickets, tocsin_error* error) {
    return guarded(error, [&] { testing->submit(handler, {events, count}, tickets); });
}

int32_t tocsin_testing_submit_values(tocsin_testing* testing, uint64_t handler, const tocsin_event* event,
                                     const tocsin_string* values, uint64_t count, uint64_t* ticket,
                                     tocsin_error* error) {
    return guarded(error, [&] { *ticket = testing->submit_values(handler, *event, {values, count}); });
}

int32_t tocsin_testing_submit_again(tocsin_testing* testing, uint64_t ended, uint64_t* ticket, tocsin_error* error) {
    return guarded(error, [&] { *ticket = testing->submit_again(ended); });
}

int32_t tocsin_testing_pause(tocsin_testing* testing, tocsin_error* error) {
    return guarded(error, [&] { testing->pause(); });
}

int32_t tocsin_testing_resume(tocsin_testing* testing, tocsin_error* error) {
    return guarded(error, [&] { testing->resume(); });
}

int32_t tocsin_testing_committed(tocsin_testing* testing, const uint64_t* tokens, uint64_t count, tocsin_error* error) {
    return guarded(error, [&] { testing->committed({tokens, count}); });
}

void tocsin_testing_answer_emit(tocsin_testing* testing, int32_t answer, uint64_t room) {
    testing->emitted().answer(answer, room);
}

void tocsin_testing_on_emit(tocsin_testing* testing, void (*call)(void*), void* argument) {
    testing->emitted().call_first({call, argument});
}

int32_t tocsin_testing_send(tocsin_testing* testing, uint64_t listener, tocsin_string datagram, tocsin_error* error) {
    return guarded(error, [&] { testing->loopback().send(listener, tocsin::view(datagram)); });
}

int32_t tocsin_testing_read_answer(tocsin_testing* testing, uint64_t index, tocsin_testing_answer* answer) {
    const auto* found = testing->tickets().answer_at(index);
    if (found == nullptr) return 0;
    *answer = {found->ticket, found->outcome, found->by_host ? 1u : 0u, tocsin::abi(found->reason)};
    return 1;
}

int32_t tocsin_testing_read_event(tocsin_testing* testing, uint64_t index, const tocsin_event** event,
                                  uint64_t* token) {
    const auto* found = testing->emitted().accepted_at(index);
    if (found == nullptr) return 0;
    *event = &found->event->abi();
    *token = found->token;
    return 1;
}

int32_t tocsin_testing_read_listener(tocsin_testing* testing, uint64_t index, tocsin_testing_listener* listener) {
    const auto* found = testing->loopback().at(index);
    if (found == nullptr) return 0;
    *listener = {};
    listener->asked = tocsin::abi(found->asked);
    listener->handle = found->handle;
    listener->port = found->port;
    listener->is_v6 = found->is_v6 ? 1 : 0;
    return 1;
}

int32_t tocsin_testing_read_log_line(tocsin_testing* testing, uint64_t index, uint32_t* severity, tocsin_string* text) {
    const auto* found = testing->records().log_line(index);
    if (found == nullptr) return 0;
    *severity = found->severity;
    *text = tocsin::abi(found->text);
    return 1;
}

int32_t tocsin_testing_read_counter(tocsin_testing* testing, uint64_t index, tocsin_string* name, uint64_t* value) {
    const auto found = testing->records().counter_value(index);
    if (!found) return 0;
    *name = tocsin::abi(found->name);
    *value = found->value;
    return 1;
}

int32_t tocsin_testing_read_violation(tocsin_testing* testing, uint64_t index, tocsin_string* text) {
    const auto* found = testing->records().violation(index);
    if (found == nullptr) return 0;
    *text = tocsin::abi(*found);
    return 1;
}

void tocsin_testing_read_numbers(tocsin_testing* testing, tocsin_testing_numbers* numbers) {
    const auto deliveries = testing->tickets().numbers();
    *numbers = {};
    numbers->open = deliveries.open;
    numbers->held = deliveries.held;
    numbers->waiting = deliveries.waiting;
    numbers->emits = testing->emitted().emits();
    numbers->accepted = testing->emitted().accepted();
    numbers->max_in_flight = deliveries.max_in_flight;
}

int64_t tocsin_testing_now(tocsin_testing* testing) { return testing->now(); }
void tocsin_testing_advance(tocsin_testing* testing, int64_t nanoseconds) { testing->advance(nanoseconds); }

}  // extern "C"
