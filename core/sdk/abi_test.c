/* The layout of the ABI on 64-bit machines. A change here breaks every plugin that was built before: only add at the end
 * of structs that begin with struct_size. Compiled as C, as plugins may be. */
#include <tocsin/abi.h>

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), "size of " #type)
#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

SIZE(tocsin_string, 16);
AT(tocsin_string, data, 0);
AT(tocsin_string, size, 8);

SIZE(tocsin_error, 24);
AT(tocsin_error, data, 0);
AT(tocsin_error, capacity, 8);
AT(tocsin_error, size, 16);

SIZE(tocsin_tag, 32);
AT(tocsin_tag, key, 0);
AT(tocsin_tag, value, 16);

SIZE(tocsin_field, 56);
AT(tocsin_field, key, 0);
AT(tocsin_field, type, 16);
AT(tocsin_field, boolean, 20);
AT(tocsin_field, integer, 24);
AT(tocsin_field, number, 32);
AT(tocsin_field, text, 40);

SIZE(tocsin_event, 184);
AT(tocsin_event, struct_size, 0);
AT(tocsin_event, level, 4);
AT(tocsin_event, topic, 8);
AT(tocsin_event, id, 24);
AT(tocsin_event, message, 40);
AT(tocsin_event, details, 56);
AT(tocsin_event, name, 72);
AT(tocsin_event, task_name, 88);
AT(tocsin_event, group, 104);
AT(tocsin_event, time, 120);
AT(tocsin_event, tags, 128);
AT(tocsin_event, tag_count, 136);
AT(tocsin_event, fields, 144);
AT(tocsin_event, field_count, 152);
AT(tocsin_event, duration, 160);
AT(tocsin_event, previous_level, 168);
AT(tocsin_event, sequence, 176);

SIZE(tocsin_delivery, 48);
AT(tocsin_delivery, struct_size, 0);
AT(tocsin_delivery, attempt, 4);
AT(tocsin_delivery, ticket, 8);
AT(tocsin_delivery, binding, 16);
AT(tocsin_delivery, event, 24);
AT(tocsin_delivery, values, 32);
AT(tocsin_delivery, value_count, 40);

SIZE(tocsin_option, 104);
AT(tocsin_option, struct_size, 0);
AT(tocsin_option, type, 4);
AT(tocsin_option, flags, 8);
AT(tocsin_option, role, 12);
AT(tocsin_option, escape, 16);
AT(tocsin_option, name, 24);
AT(tocsin_option, help, 40);
AT(tocsin_option, default_value, 56);
AT(tocsin_option, choices, 72);
AT(tocsin_option, minimum, 88);
AT(tocsin_option, maximum, 96);

SIZE(tocsin_value, 56);
AT(tocsin_value, type, 0);
AT(tocsin_value, is_set, 4);
AT(tocsin_value, text, 8);
AT(tocsin_value, integer, 24);
AT(tocsin_value, number, 32);
AT(tocsin_value, items, 40);
AT(tocsin_value, item_count, 48);

SIZE(tocsin_host, 120);
AT(tocsin_host, struct_size, 0);
AT(tocsin_host, abi_major, 4);
AT(tocsin_host, abi_minor, 6);
AT(tocsin_host, context, 8);
AT(tocsin_host, name, 16);
AT(tocsin_host, log, 32);
AT(tocsin_host, counter, 40);
AT(tocsin_host, add, 48);
AT(tocsin_host, post, 56);
AT(tocsin_host, emit, 64);
AT(tocsin_host, listen, 72);
AT(tocsin_host, ack, 80);
AT(tocsin_host, set_max_in_flight, 88);
AT(tocsin_host, retain, 96);
AT(tocsin_host, release, 104);
AT(tocsin_host, event_json, 112);

SIZE(tocsin_sink_kind, 144);
AT(tocsin_sink_kind, struct_size, 0);
AT(tocsin_sink_kind, flags, 4);
AT(tocsin_sink_kind, name, 8);
AT(tocsin_sink_kind, help, 24);
AT(tocsin_sink_kind, instance_options, 40);
AT(tocsin_sink_kind, instance_option_count, 48);
AT(tocsin_sink_kind, handler_options, 56);
AT(tocsin_sink_kind, handler_option_count, 64);
AT(tocsin_sink_kind, max_in_flight, 72);
AT(tocsin_sink_kind, create, 80);
AT(tocsin_sink_kind, bind, 88);
AT(tocsin_sink_kind, unbind, 96);
AT(tocsin_sink_kind, start, 104);
AT(tocsin_sink_kind, submit, 112);
AT(tocsin_sink_kind, stop, 120);
AT(tocsin_sink_kind, destroy, 128);
AT(tocsin_sink_kind, check, 136);

SIZE(tocsin_source_kind, 112);
AT(tocsin_source_kind, struct_size, 0);
AT(tocsin_source_kind, flags, 4);
AT(tocsin_source_kind, name, 8);
AT(tocsin_source_kind, help, 24);
AT(tocsin_source_kind, instance_options, 40);
AT(tocsin_source_kind, instance_option_count, 48);
AT(tocsin_source_kind, create, 56);
AT(tocsin_source_kind, start, 64);
AT(tocsin_source_kind, pause, 72);
AT(tocsin_source_kind, resume, 80);
AT(tocsin_source_kind, committed, 88);
AT(tocsin_source_kind, stop, 96);
AT(tocsin_source_kind, destroy, 104);

SIZE(tocsin_plugin_descriptor, 72);
AT(tocsin_plugin_descriptor, struct_size, 0);
AT(tocsin_plugin_descriptor, abi_major, 4);
AT(tocsin_plugin_descriptor, abi_minor, 6);
AT(tocsin_plugin_descriptor, name, 8);
AT(tocsin_plugin_descriptor, version, 24);
AT(tocsin_plugin_descriptor, sinks, 40);
AT(tocsin_plugin_descriptor, sink_count, 48);
AT(tocsin_plugin_descriptor, sources, 56);
AT(tocsin_plugin_descriptor, source_count, 64);

_Static_assert(TOCSIN_ABI_MAJOR == 1 && TOCSIN_ABI_MINOR == 1, "a new version: describe it in docs/abi-changelog.md");
_Static_assert(TOCSIN_OPTION_TEMPLATE == 8 && TOCSIN_OPTION_TEMPLATE_TABLE == 9, "types of options");

int main(void) { return 0; }
