/* The C interface of libtocsin-testing: a host for tests of plugins, made of the router's own parts. <tocsin/testing.hpp>
 * is its C++ face and says what is behind these functions; they are also there for tests in other languages.
 *
 * - All functions may be called from any thread; calls into one instance never overlap.
 * - Those that return int32_t give TOCSIN_OK or TOCSIN_FAILED with the error, if they take one. Readers of lists give
 *   1, or 0 when there is no such element.
 * - What they hand out (strings, events) stays valid until tocsin_testing_free.
 */
#ifndef TOCSIN_TESTING_LIBRARY_H
#define TOCSIN_TESTING_LIBRARY_H

#include <tocsin/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A host with at most one instance of a sink or a source. */
struct tocsin_testing;

/* What became of a ticket. */
struct tocsin_testing_answer {
    uint64_t ticket;
    uint32_t outcome; /* TOCSIN_DELIVERED, ... */
    uint32_t by_host; /* 1: not the sink's answer: not rendered, or given up unanswered */
    struct tocsin_string reason;
};

/* Where a source listens. */
struct tocsin_testing_listener {
    struct tocsin_string asked; /* the address the source asked for */
    int64_t handle;             /* the socket */
    uint16_t port;              /* on loopback */
    uint16_t is_v6;             /* 1: of ::1, 0: of 127.0.0.1 */
    uint32_t reserved;
};

struct tocsin_testing_numbers {
    uint64_t open;    /* deliveries the sink has and has not answered */
    uint64_t held;    /* deliveries the sink retains */
    uint64_t waiting; /* deliveries waiting for the sink's credit */
    uint64_t emits;   /* calls of emit, whatever their answer */
    uint64_t accepted;
    uint32_t max_in_flight;
    uint32_t reserved;
};

/* Loads a plugin's library as the router does; it stays loaded. NULL with the error when the router would refuse it. */
const struct tocsin_plugin_descriptor *tocsin_testing_load(struct tocsin_string file, struct tocsin_error *error);

/* A host without an instance; NULL when memory or threads run out. `name`: of the instance; empty: as the router would
 * name it. */
struct tocsin_testing *tocsin_testing_new(struct tocsin_string name);
/* Stops and destroys the instance if need be. */
void tocsin_testing_free(struct tocsin_testing *testing);
/* What the instance sees, for tests of parts of a plugin. */
const struct tocsin_host *tocsin_testing_host(struct tocsin_testing *testing);

/* `section`: TOML, with or without the header of the section. `directory`: where relative paths begin. */
int32_t tocsin_testing_create_sink(struct tocsin_testing *testing, const struct tocsin_sink_kind *kind,
                                   struct tocsin_string section, struct tocsin_string directory,
                                   struct tocsin_error *error);
int32_t tocsin_testing_create_source(struct tocsin_testing *testing, const struct tocsin_source_kind *kind,
                                     struct tocsin_string section, struct tocsin_string directory,
                                     struct tocsin_error *error);
int32_t tocsin_testing_start(struct tocsin_testing *testing, struct tocsin_error *error);
/* Nanoseconds, as in the plugin's own functions. */
int32_t tocsin_testing_stop(struct tocsin_testing *testing, int64_t timeout, struct tocsin_error *error);
void tocsin_testing_destroy(struct tocsin_testing *testing);

/* Sinks. `options`: YAML, what stands below `options:` in a handler file. */
int32_t tocsin_testing_bind(struct tocsin_testing *testing, struct tocsin_string options,
                            struct tocsin_string directory, uint64_t *handler, struct tocsin_error *error);
int32_t tocsin_testing_check(struct tocsin_testing *testing, int64_t timeout, struct tocsin_error *error);
/* Events in one call, as far as the sink's credit goes; `tickets` has room for `count`. */
int32_t tocsin_testing_submit(struct tocsin_testing *testing, uint64_t handler, const struct tocsin_event *events,
                              uint64_t count, uint64_t *tickets, struct tocsin_error *error);
/* One event with values that need not come from the handler's templates, whatever the credit. */
int32_t tocsin_testing_submit_values(struct tocsin_testing *testing, uint64_t handler,
                                     const struct tocsin_event *event, const struct tocsin_string *values,
                                     uint64_t count, uint64_t *ticket, struct tocsin_error *error);
/* The event of an ended ticket once more, as the next attempt. */
int32_t tocsin_testing_submit_again(struct tocsin_testing *testing, uint64_t ended, uint64_t *ticket,
                                    struct tocsin_error *error);
/* In the order they came. */
int32_t tocsin_testing_read_answer(struct tocsin_testing *testing, uint64_t index, struct tocsin_testing_answer *answer);

/* Sources. */
int32_t tocsin_testing_pause(struct tocsin_testing *testing, struct tocsin_error *error);
int32_t tocsin_testing_resume(struct tocsin_testing *testing, struct tocsin_error *error);
int32_t tocsin_testing_committed(struct tocsin_testing *testing, const uint64_t *tokens, uint64_t count,
                                 struct tocsin_error *error);
/* What emit answers from now on; TOCSIN_ACCEPTED becomes TOCSIN_FULL after `room` events. */
void tocsin_testing_answer_emit(struct tocsin_testing *testing, int32_t answer, uint64_t room);
/* `call` is called inside each emit before it answers, on its thread and without a lock; NULL for none. */
void tocsin_testing_on_emit(struct tocsin_testing *testing, void (*call)(void *argument), void *argument);
/* Accepted events, in the order they came, stamped. */
int32_t tocsin_testing_read_event(struct tocsin_testing *testing, uint64_t index, const struct tocsin_event **event,
                             uint64_t *token);
int32_t tocsin_testing_read_listener(struct tocsin_testing *testing, uint64_t index,
                                struct tocsin_testing_listener *listener);
/* Sends a datagram to a listener, from loopback. */
int32_t tocsin_testing_send(struct tocsin_testing *testing, uint64_t listener, struct tocsin_string datagram,
                            struct tocsin_error *error);

/* What the host saw. */
int32_t tocsin_testing_read_log_line(struct tocsin_testing *testing, uint64_t index, uint32_t *severity,
                                struct tocsin_string *text);
int32_t tocsin_testing_read_counter(struct tocsin_testing *testing, uint64_t index, struct tocsin_string *name,
                               uint64_t *value);
int32_t tocsin_testing_read_violation(struct tocsin_testing *testing, uint64_t index, struct tocsin_string *text);
void tocsin_testing_read_numbers(struct tocsin_testing *testing, struct tocsin_testing_numbers *numbers);

/* The host's clock, nanoseconds since 1970-01-01 UTC. It stands still but for `advance`. */
int64_t tocsin_testing_now(struct tocsin_testing *testing);
void tocsin_testing_advance(struct tocsin_testing *testing, int64_t nanoseconds);

#ifdef __cplusplus
}
#endif

#endif
