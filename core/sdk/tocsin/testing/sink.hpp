#pragma once

#include <tocsin/sink.hpp>
#include <tocsin/testing/host.hpp>
#include <tocsin/testing/wait.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

enum class Outcome : std::uint32_t {
    delivered = TOCSIN_DELIVERED,
    retry = TOCSIN_RETRY,
    rejected = TOCSIN_REJECTED,
};

/// What became of a ticket.
struct Answer {
    std::uint64_t ticket;
    Outcome outcome;
    std::string reason;
    bool by_host;  ///< not the sink's: a template failed (rejected), or nothing was heard for two minutes (retry)
};

/// A handler that a sink has bound.
struct Handler {
    std::uint64_t number;
};

/// A sink within its host: create, bind, start, submit, ..., stop, destroy.
///
/// Deliveries are submitted at once while the sink has credit (max_in_flight); others wait in the host and follow, in
/// order, as soon as it has some. The host tries nothing again by itself.
class HostedSink : public HostedInstance<RecordingHost> {
  public:
    /// Checks the section as the router does and creates the instance. `section`: the sink's section as a user writes
    /// it, in TOML, with or without its `[[kind]]` line; `enabled` is taken as true when it is not there.
    /// `kind` must outlive this. Throws Mistake with what the router would tell.
    explicit HostedSink(const tocsin_sink_kind& kind, std::string_view section = {}, const Setup& setup = {})
        : HostedInstance{setup.name} {
        const auto directory = setup.directory.string();
        must([&](auto* error) {
            return tocsin_testing_create_sink(get(), &kind, tocsin::abi(section), tocsin::abi(directory), error);
        });
    }

    HostedSink(const tocsin_sink_kind&&, std::string_view = {}, const Setup& = {}) = delete;

    /// Binds a handler. `options`: what a user writes below `options:` in a handler file, in YAML. Throws Mistake.
    Handler bind(std::string_view options = {}, const std::filesystem::path& directory = ".") {
        Handler handler{};
        const auto from = directory.string();
        must([&](auto* error) {
            return tocsin_testing_bind(get(), tocsin::abi(options), tocsin::abi(from), &handler.number, error);
        });
        return handler;
    }

    /// Throws Mistake with the reason why the other end cannot be reached. Before start only.
    void check(std::chrono::nanoseconds timeout = std::chrono::seconds{5}) {
        must([&](auto* error) { return tocsin_testing_check(get(), timeout.count(), error); });
    }

    /// Submits an event, stamped and rendered as by the router, and returns its ticket. An event without a time has the
    /// host's. An event that a template cannot render never reaches the sink. Throws Mistake for an event that breaks a
    /// rule of tocsin_event.
    std::uint64_t submit(Handler handler, const EventDraft& draft) { return submit(handler, std::span{&draft, 1})[0]; }

    /// Several events in one call to the sink, as far as its credit goes.
    std::vector<std::uint64_t> submit(Handler handler, std::span<const EventDraft> drafts) {
        std::vector<tocsin_event> events;
        for (const auto& draft : drafts) events.push_back(draft.to_abi());
        std::vector<std::uint64_t> tickets(events.size());
        must([&](auto* error) {
            return tocsin_testing_submit(get(), handler.number, events.data(), events.size(), tickets.data(), error);
        });
        return tickets;
    }

    /// Submits an event at once, credit or not, with these values in place of rendered ones: for what a template would
    /// not make, and for a delivery that was on its way when the sink took its credit back.
    std::uint64_t submit_values(Handler handler, const EventDraft& draft, const std::vector<std::string_view>& values) {
        const auto event = draft.to_abi();
        std::vector<tocsin_string> texts;
        for (const auto value : values) texts.push_back(tocsin::abi(value));
        std::uint64_t ticket = 0;
        must([&](auto* error) {
            return tocsin_testing_submit_values(get(), handler.number, &event, texts.data(), texts.size(), &ticket,
                                                error);
        });
        return ticket;
    }

    /// Submits the event of a ticket that has ended once more, as the router does after a retry. Returns the new
    /// ticket.
    std::uint64_t submit_again(std::uint64_t ended) {
        std::uint64_t ticket = 0;
        must([&](auto* error) { return tocsin_testing_submit_again(get(), ended, &ticket, error); });
        return ticket;
    }

    /// In the order they came, at most one a ticket: the first.
    std::vector<Answer> answers() const {
        std::vector<Answer> answers;
        for (tocsin_testing_answer answer; tocsin_testing_read_answer(get(), answers.size(), &answer) != 0;)
            answers.push_back({answer.ticket, static_cast<Outcome>(answer.outcome), std::string{view(answer.reason)},
                               answer.by_host != 0});
        return answers;
    }
    std::size_t count_of(Outcome outcome) const {
        std::size_t count = 0;
        for (const auto& answer : answers()) count += answer.outcome == outcome ? 1 : 0;
        return count;
    }

    /// The answer to a ticket, waited for; nothing when `deadline` has passed before.
    std::optional<Answer> answer_to(std::uint64_t ticket, std::chrono::milliseconds deadline = patience) const {
        std::optional<Answer> found;
        wait_until(
            [&] {
                for (auto& answer : answers())
                    if (answer.ticket == ticket) found = std::move(answer);
                return found.has_value();
            },
            deadline);
        return found;
    }

    /// How many deliveries the sink takes at the moment.
    std::uint32_t max_in_flight() const { return numbers().max_in_flight; }
    /// Deliveries that the sink has and has not answered.
    std::size_t open() const { return numbers().open; }
    /// Deliveries that the sink retains, answered or not.
    std::size_t held() const { return numbers().held; }
    /// Deliveries that wait in the host for credit.
    std::size_t waiting() const { return numbers().waiting; }
};

/// A sink written with <tocsin/sink.hpp>.
template <class T>
class SinkUnderTest : public HostedSink {
  public:
    explicit SinkUnderTest(std::string_view section = {}, const Setup& setup = {})
        : HostedSink{tocsin::detail::sink_kind<T>, section, setup} {}
};

}  // namespace tocsin::testing
