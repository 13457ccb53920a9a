/* The binary interface between Tocsin and its plugins, version 1.1.
 *
 * A plugin is a shared library that exports one constant, `tocsin_plugin`. It may be written in any language that can
 * lay out C structs. The host reads `abi_major` and `abi_minor` before it calls anything.
 *
 * Rules
 * - Same major version, and the plugin's minor version not above the host's.
 * - A struct that begins with `struct_size` grows at its end only: set it to sizeof, and look at a field only when the
 *   other side's `struct_size` covers it. Structs without `struct_size` never change within a major version.
 * - Strings are pointer and length, UTF-8 unless a field says otherwise, not terminated, valid during the call.
 * - Nothing may be thrown across a call, in either direction.
 * - Calls to one instance never overlap. The functions of `tocsin_host` may be called from any thread, also from
 *   inside a call, until `stop` of the instance has returned; from then on none may be called. None of them calls
 *   back into the instance before it returns, so a plugin may hold a lock of its own around them.
 */
#ifndef TOCSIN_ABI_H
#define TOCSIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOCSIN_ABI_MAJOR 1
#define TOCSIN_ABI_MINOR 1

/* Name of the exported constant of type `struct tocsin_plugin_descriptor`. */
#define TOCSIN_ENTRY_SYMBOL "tocsin_plugin"

/* Result of create, bind, start and check. */
#define TOCSIN_OK 0
#define TOCSIN_FAILED 1

/* Levels of an event, in rising order. */
#define TOCSIN_LEVEL_OK 0u
#define TOCSIN_LEVEL_INFO 1u
#define TOCSIN_LEVEL_WARNING 2u
#define TOCSIN_LEVEL_CRITICAL 3u

/* Types of an event's fields. */
#define TOCSIN_FIELD_STRING 0u
#define TOCSIN_FIELD_INTEGER 1u
#define TOCSIN_FIELD_FLOAT 2u
#define TOCSIN_FIELD_BOOLEAN 3u
#define TOCSIN_FIELD_JSON 4u /* compact JSON in `text`, checked by the host, written out verbatim */

/* Types of an option. */
#define TOCSIN_OPTION_STRING 0u
#define TOCSIN_OPTION_INTEGER 1u
#define TOCSIN_OPTION_FLOAT 2u
#define TOCSIN_OPTION_BOOLEAN 3u
#define TOCSIN_OPTION_DURATION 4u /* "5s"; arrives in nanoseconds */
#define TOCSIN_OPTION_PATH 5u     /* relative to the file it stands in; arrives absolute */
#define TOCSIN_OPTION_LIST 6u     /* strings; a single string is a list of one */
#define TOCSIN_OPTION_CHOICE 7u   /* one of `choices` */
#define TOCSIN_OPTION_TEMPLATE 8u /* handler options only; compiled by the host, arrives rendered with each delivery */
#define TOCSIN_OPTION_TEMPLATE_TABLE 9u /* since 1.1; handler options only: a table of templates, compiled by the host,
                                           arrives rendered as one compact JSON object of strings in the file's order */

/* Flags of an option. */
#define TOCSIN_OPTION_REQUIRED 1u
#define TOCSIN_OPTION_SECRET 2u /* never shown in logs, samples or answers */
#define TOCSIN_OPTION_RANGE 4u  /* `minimum` and `maximum` hold, both included; durations in nanoseconds */

/* What the host itself uses an option for. */
#define TOCSIN_ROLE_NONE 0u
#define TOCSIN_ROLE_NAME 1u     /* instance: a string, the unique name of the instance */
#define TOCSIN_ROLE_DEFAULT 2u  /* instance: a boolean, marks the instance used when a handler names none */
#define TOCSIN_ROLE_ENABLED 3u  /* instance: a boolean, the instance exists only when it is true */
#define TOCSIN_ROLE_INSTANCE 4u /* handler: a string, the name of the instance to use */

/* How values put into a rendered template are escaped. */
#define TOCSIN_ESCAPE_NONE 0u
#define TOCSIN_ESCAPE_MQTT_TOPIC 1u /* data can neither add topic levels nor wildcards; the result is a valid MQTT topic */

/* Outcomes of a delivery. */
#define TOCSIN_DELIVERED 0u
#define TOCSIN_RETRY 1u    /* try again later */
#define TOCSIN_REJECTED 2u /* never try again: becomes a dead letter with the reason */

/* Answers of emit. */
#define TOCSIN_ACCEPTED 0
#define TOCSIN_FULL 1     /* keep the event and emit it again after `resume` */
#define TOCSIN_STOPPING 2 /* keep the event unacknowledged, nothing is taken any more */
#define TOCSIN_INVALID 3  /* the event breaks a rule of `tocsin_event`; the host has logged which */

/* Severities of a log line. */
#define TOCSIN_LOG_DEBUG 0u
#define TOCSIN_LOG_INFO 1u
#define TOCSIN_LOG_WARNING 2u
#define TOCSIN_LOG_ERROR 3u

/* Protocols of listen. */
#define TOCSIN_LISTEN_UDP 0u

/* Flags of a sink kind. */
#define TOCSIN_SINK_NON_BLOCKING 1u /* submit never waits: it is called on the thread the event came in on */

struct tocsin_string {
    const char *data;
    uint64_t size;
};

/* Where a call that failed says why: write at most `capacity` bytes to `data` and set `size`. create, bind and start of a
 * source may say several things, one a line; a line "<option>: <what>" is told at the place where that option stands. */
struct tocsin_error {
    char *data;
    uint64_t capacity;
    uint64_t size;
};

struct tocsin_tag {
    struct tocsin_string key;
    struct tocsin_string value;
};

struct tocsin_field {
    struct tocsin_string key;
    uint32_t type;    /* TOCSIN_FIELD_... says which of the following holds */
    uint32_t boolean; /* 0 or 1 */
    int64_t integer;
    double number;
    struct tocsin_string text; /* string and JSON */
};

/* One observation of an alert. A source fills all but what is marked (host) and hands it to emit, which copies it.
 * Keys of tags and of fields are unique, and no key is empty. `topic` and `id` are not empty. */
struct tocsin_event {
    uint32_t struct_size;
    uint32_t level;             /* TOCSIN_LEVEL_... */
    struct tocsin_string topic; /* alert topic */
    struct tocsin_string id;
    struct tocsin_string message;
    struct tocsin_string details;
    struct tocsin_string name;
    struct tocsin_string task_name;
    struct tocsin_string group;
    int64_t time; /* nanoseconds since 1970-01-01 UTC */
    const struct tocsin_tag *tags;
    uint64_t tag_count;
    const struct tocsin_field *fields;
    uint64_t field_count;
    int64_t duration;        /* (host) nanoseconds since the id left OK; 0 at OK when it was not away */
    uint32_t previous_level; /* (host) level of the id before this event; OK at first */
    uint32_t reserved;
    uint64_t sequence; /* (host) rises with every accepted event */
};

/* One event on its way through one handler. It stays valid during submit, and longer between retain and release. */
struct tocsin_delivery {
    uint32_t struct_size;
    uint32_t attempt; /* 1 at first */
    uint64_t ticket;  /* unique per attempt; what ack answers */
    void *binding;    /* from bind */
    const struct tocsin_event *event;
    const struct tocsin_string *values; /* the rendered templates and tables of templates, in the order these options are
                                           declared; data is NULL for one that was left out */
    uint64_t value_count;
};

/* One option that a kind declares. */
struct tocsin_option {
    uint32_t struct_size;
    uint32_t type;   /* TOCSIN_OPTION_<type> */
    uint32_t flags;  /* TOCSIN_OPTION_REQUIRED, ... */
    uint32_t role;   /* TOCSIN_ROLE_... */
    uint32_t escape; /* TOCSIN_ESCAPE_..., for templates */
    uint32_t reserved;
    struct tocsin_string name;          /* lower case, words joined by '-' */
    struct tocsin_string help;          /* one line */
    struct tocsin_string default_value; /* as it would be written in a file; data is NULL for none */
    struct tocsin_string choices;       /* TOCSIN_OPTION_CHOICE: separated by '|' */
    int64_t minimum;
    int64_t maximum;
};

/* The value of one option, checked and with its default filled in. */
struct tocsin_value {
    uint32_t type;
    uint32_t is_set;           /* 0: left out and without a default */
    struct tocsin_string text; /* string, path, choice */
    int64_t integer;           /* integer, boolean (0 or 1), duration (nanoseconds) */
    double number;             /* float */
    const struct tocsin_string *items; /* list */
    uint64_t item_count;
};

/* What the host offers one instance. Valid until `destroy` has returned. */
struct tocsin_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *context;             /* first argument of every function below */
    struct tocsin_string name; /* the instance's name; the kind's when it has none */

    /* Writes a log line; the host adds the kind and the name of the instance and escapes the text. */
    void (*log)(void *context, uint32_t severity, struct tocsin_string text);

    /* Makes a counter known and returns its handle; the same name gives the same handle. Names that sources share:
     * received, malformed, duplicate, limited, kernel-drops. */
    uint64_t (*counter)(void *context, struct tocsin_string name, struct tocsin_string help);
    void (*add)(void *context, uint64_t counter, uint64_t amount);

    /* Has `run(argument)` called once, serialised with the other calls to the instance; before `stop` if at all. */
    void (*post)(void *context, void (*run)(void *argument), void *argument);

    /* Sources: offers an event. The token comes back through `committed` when the event needs no source any more;
     * 0 asks for no such call. */
    int32_t (*emit)(void *context, const struct tocsin_event *event, uint64_t token);

    /* Sources: a bound socket for "host:port", "[v6]:port" or "*:port". The socket belongs to the host: it outlives
     * the instance and must not be closed. Returns the system's handle, or -1 with the error. */
    int64_t (*listen)(void *context, struct tocsin_string address, uint32_t protocol, struct tocsin_error *error);

    /* Sinks: answers a ticket, exactly once. `reason` is one line without payloads or secrets; empty if delivered. */
    void (*ack)(void *context, uint64_t ticket, uint32_t outcome, struct tocsin_string reason);

    /* Sinks: how many deliveries may be open from now on; 0 while none can be taken. Never takes back open ones. */
    void (*set_max_in_flight)(void *context, uint32_t count);

    /* Sinks: keeps a delivery, its event and its values valid after submit, until release. */
    void (*retain)(void *context, const struct tocsin_delivery *delivery);
    void (*release)(void *context, const struct tocsin_delivery *delivery);

    /* Sinks: calls `write` once with the event as Kapacitor's AlertData, one line of JSON without line end. */
    void (*event_json)(void *context, const struct tocsin_event *event,
                       void (*write)(void *argument, struct tocsin_string json), void *argument);
};

/* A kind of sink. Order of calls: create, bind (once per handler), start, submit ..., stop, unbind, destroy. */
struct tocsin_sink_kind {
    uint32_t struct_size;
    uint32_t flags;            /* TOCSIN_SINK_... */
    struct tocsin_string name; /* the handler files' `kind` and the name of the configuration's section */
    struct tocsin_string help; /* one line */
    const struct tocsin_option *instance_options;
    uint64_t instance_option_count;
    const struct tocsin_option *handler_options;
    uint64_t handler_option_count;
    uint32_t max_in_flight; /* deliveries that may be open at first; see tocsin_host.set_max_in_flight */
    uint32_t reserved;

    /* `options` holds one value per declared instance option, in that order. Connects to nothing. */
    int32_t (*create)(const struct tocsin_host *host, const struct tocsin_value *options, uint64_t count,
                      void **instance, struct tocsin_error *error);
    /* `options` holds one value per declared handler option, in that order; templates are not set, and a
     * table of templates is set but empty when it was given. */
    int32_t (*bind)(void *instance, const struct tocsin_value *options, uint64_t count, void **binding,
                    struct tocsin_error *error);
    /* No delivery of the binding is open. */
    void (*unbind)(void *instance, void *binding);
    /* May connect from now on. May be NULL. */
    int32_t (*start)(void *instance, struct tocsin_error *error);
    /* Send in this order. A call that neither answers nor returns within the operator's `call-limit`, 30 seconds unless
     * set, is given up: another instance takes over, and this one is stopped and destroyed once the call returns.
     * Each ticket wants exactly one answer, in the call or within two minutes: after that the host submits the
     * delivery again under another ticket. */
    void (*submit)(void *instance, const struct tocsin_delivery *const *deliveries, uint64_t count);
    /* Answers what is open (retry if need be) within `timeout` nanoseconds. Calls the host no more after returning. */
    void (*stop)(void *instance, int64_t timeout);
    void (*destroy)(void *instance);
    /* Whether the other end can be reached, without sending anything to it. Called between create and start only.
     * May be NULL. */
    int32_t (*check)(void *instance, int64_t timeout, struct tocsin_error *error);
};

/* A kind of source. Order of calls: create, start, pause and resume ..., stop, destroy. */
struct tocsin_source_kind {
    uint32_t struct_size;
    uint32_t flags;            /* none yet */
    struct tocsin_string name; /* the name of the configuration's section */
    struct tocsin_string help; /* one line */
    const struct tocsin_option *instance_options;
    uint64_t instance_option_count;

    /* `options` holds one value per declared instance option, in that order. Takes nothing in. */
    int32_t (*create)(const struct tocsin_host *host, const struct tocsin_value *options, uint64_t count,
                      void **instance, struct tocsin_error *error);
    int32_t (*start)(void *instance, struct tocsin_error *error);
    /* Take nothing in until resume. An emit under way may still be accepted. */
    void (*pause)(void *instance);
    void (*resume)(void *instance);
    /* The events of these tokens are in the spool, or delivered, or need neither. May be NULL. */
    void (*committed)(void *instance, const uint64_t *tokens, uint64_t count);
    /* Ends within `timeout` nanoseconds. Calls the host no more after returning. */
    void (*stop)(void *instance, int64_t timeout);
    void (*destroy)(void *instance);
};

/* What a plugin exports as `tocsin_plugin`. */
struct tocsin_plugin_descriptor {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    struct tocsin_string name;
    struct tocsin_string version;
    const struct tocsin_sink_kind *const *sinks;
    uint64_t sink_count;
    const struct tocsin_source_kind *const *sources;
    uint64_t source_count;
};

#if defined(_WIN32)
#define TOCSIN_EXPORT __declspec(dllexport)
#else
#define TOCSIN_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
}
#endif

#endif
