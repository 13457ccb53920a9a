#pragma once

#include <tocsin/testing.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Plugins to try the host for tests with.
namespace testing_test {

using tocsin::Emit;
using tocsin::testing::Outcome;
using Violations = std::vector<std::string>;

inline tocsin::EventDraft event(std::string_view id = "host1", tocsin::Level level = tocsin::Level::critical) {
    tocsin::EventDraft draft;
    draft.topic = "cpu";
    draft.id = id;
    draft.level = level;
    draft.message = "it is hot";
    draft.tag("site", "a/b");
    return draft;
}

/// A sink that does what the test says. Static, as the host makes the object; `forget` begins anew.
class ScriptedSink : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "scripted";
    static constexpr std::uint32_t max_in_flight = 3;
    static constexpr std::array instance_options{
        tocsin::Option{"url", tocsin::string, "where to"}.defaults("x:1"),
        tocsin::Option{"tries", tocsin::integer, "how often"}.defaults("3").range(1, 9),
        tocsin::Option{"password", tocsin::string, "to get in"}.optional().secret(),
        tocsin::Option{"file", tocsin::path, "a file"}.optional(),
    };
    static constexpr std::array handler_options{
        tocsin::Option{"topic", tocsin::rendered, "MQTT topic"}.mqtt_topic(),
        tocsin::Option{"text", tocsin::rendered, "the text"}.defaults("{{ .Message }}"),
        tocsin::Option{"mode", tocsin::choice, "how"}.choices("soft|hard").defaults("soft"),
    };

    using Send = std::function<void(ScriptedSink&, tocsin::Delivery)>;
    static inline Send on_send;
    static inline std::function<void(ScriptedSink&)> on_start;
    static inline std::function<void(ScriptedSink&)> on_stop;

    static void forget() {
        on_send = [](ScriptedSink&, tocsin::Delivery delivery) { delivery.delivered(); };
        on_start = nullptr;
        on_stop = nullptr;
    }

    ScriptedSink(tocsin::SinkHost given, const tocsin::Options& options_) : host{given}, options{options_} {
        if (options.text("url") == "nowhere") {
            tocsin::OptionMistakes mistakes;
            mistakes.add("url", "there is no such place");
            mistakes.add("tries", "are in vain");
            throw mistakes;
        }
    }

    std::unique_ptr<tocsin::Binding> bind(const tocsin::Options& bound) override {
        if (bound.text("mode") == "hard") throw std::runtime_error{"mode: not that hard"};
        return std::make_unique<tocsin::Binding>();
    }
    void start() override {
        if (on_start) on_start(*this);
    }
    void send(tocsin::Delivery delivery) override { on_send(*this, std::move(delivery)); }
    void stop(std::chrono::nanoseconds) override {
        if (on_stop) on_stop(*this);
        kept.clear();
    }
    void check(std::chrono::nanoseconds) override {
        if (options.text("url") == "mute") throw std::runtime_error{"mute says nothing"};
    }

    const tocsin_host& abi() const { return *host.abi_host(); }

    tocsin::SinkHost host;
    tocsin::Options options;
    std::vector<tocsin::Delivery> kept;
};

using TestedSink = tocsin::testing::SinkUnderTest<ScriptedSink>;

class ScriptedSource : public tocsin::Source {
  public:
    static constexpr std::string_view name = "scripted-source";
    static constexpr std::array instance_options{tocsin::Option{"listen", tocsin::list, "addresses"}.optional()};

    static inline std::function<void(ScriptedSource&)> on_create;
    static inline std::function<void(ScriptedSource&)> on_start;
    static inline std::function<void(ScriptedSource&)> on_stop;
    static inline ScriptedSource* last = nullptr;

    static void forget() { on_create = on_start = on_stop = nullptr; }

    ScriptedSource(tocsin::SourceHost given, const tocsin::Options& options_) : host{given}, options{options_} {
        last = this;
        if (on_create) on_create(*this);
    }
    void start() override {
        for (const auto& address : options.list("listen")) host.listen_udp(address);
        if (on_start) on_start(*this);
    }
    void pause() override { ++pauses; }
    void resume() override { ++resumes; }
    void committed(std::span<const std::uint64_t> given) override {
        tokens.insert(tokens.end(), given.begin(), given.end());
    }
    void stop(std::chrono::nanoseconds) override {
        if (on_stop) on_stop(*this);
    }

    tocsin::SourceHost host;
    tocsin::Options options;
    int pauses = 0;
    int resumes = 0;
    std::vector<std::uint64_t> tokens;
};

using TestedSource = tocsin::testing::SourceUnderTest<ScriptedSource>;

/// The text of the Mistake that `call` throws.
template <class Call>
std::string mistake_of(Call&& call) {
    try {
        call();
    } catch (const tocsin::testing::Mistake& mistake) {
        return mistake.what();
    }
    return "(none)";
}

}  // namespace testing_test

template <>
struct doctest::StringMaker<testing_test::Violations> {
    static String convert(const testing_test::Violations& lines) {
        std::string text;
        for (const auto& line : lines) text.append("\n    ").append(line);
        return text.c_str();
    }
};
