#pragma once

/// A host for tests of plugins, without the router but with its own parts: options are checked by the same schema,
/// templates rendered by the same engine, events stamped and written by the same code. For any test framework, or none.
/// Programs that include this link with `pkg-config --libs tocsin-testing`.
///
///     tocsin::testing::SinkUnderTest<FileSink> sink;             // checks its section and creates it
///     const auto handler = sink.bind("path: /tmp/out.txt");      // as below `options:` in a handler file
///     sink.start();
///     tocsin::EventDraft event;
///     event.topic = "cpu";
///     event.id = "host1";
///     const auto ticket = sink.submit(handler, event);
///     assert(sink.answer_to(ticket)->outcome == tocsin::testing::Outcome::delivered);
///     sink.stop();
///     assert(sink.violations().empty());

#include <tocsin/testing/host.hpp>
#include <tocsin/testing/sink.hpp>
#include <tocsin/testing/source.hpp>
#include <tocsin/testing/wait.hpp>
