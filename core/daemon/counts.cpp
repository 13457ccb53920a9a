#include "daemon/counts.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// A plugin's name for a counter, which may be any text.
std::string as_name(std::string text) {
    for (auto& c : text)
        if (!is_letter_or_digit(c)) c = '_';
    constexpr std::string_view total = "_total";
    if (text.ends_with(total)) text.resize(text.size() - total.size());
    return text.empty() ? "unnamed" : text;
}

void add_own(std::vector<Count>& counts, const Instance& instance) {
    for (auto& [name, help, value] : instance.counters()) {
        auto own = as_name(name);
        const auto same = [&](const Count& count) { return count.name == own; };
        if (std::none_of(counts.begin(), counts.end(), same))
            counts.push_back({std::move(own), std::move(help), value});
    }
}

}  // namespace

std::vector<Count> counts_of(SourceInstance& source) {
    // The plugin counts received first and the router counts last; read the other way round, a sum is never too large.
    const auto& events = source.events();
    const auto matched = events.matched.value();
    const auto unmatched = events.unmatched.value();
    const auto refused = events.refused.value();
    const auto limited = source.count_of("limited");
    const auto duplicate = source.count_of("duplicate");
    const auto malformed = source.count_of("malformed");
    std::vector<Count> counts{
        {"received", "Events that came in, whatever became of them.", source.count_of("received")},
        {"malformed", "Events that could not be read.", malformed},
        {"duplicate", "Events that told what another one had told before.", duplicate},
        {"limited", "Events dropped by a rate limit.", limited},
        {"refused", "Events that could not be handed over to the router.", refused},
        {"unmatched", "Events that no handler wanted.", unmatched},
        {"matched", "Events that at least one handler wanted.", matched}};
    add_own(counts, source);
    return counts;
}

void add_counts(std::vector<Count>& counts, const std::vector<Count>& before) {
    for (const auto& count : before) {
        if (count.is_gauge) continue;
        const auto same =
            std::find_if(counts.begin(), counts.end(), [&](const Count& one) { return one.name == count.name; });
        if (same == counts.end())
            counts.push_back(count);
        else
            same->value += count.value;
    }
}

std::vector<Count> counts_of(const Handler& handler) {
    return {{"created", "Deliveries made of new events.", handler.created.value()},
            {"recovered", "Deliveries that were in the spool at the start.", handler.recovered.value()},
            {"requeued", "Dead letters that are sent again.", handler.requeued.value()},
            {"delivered", "Deliveries that the sink confirmed.", handler.delivered.value()},
            {"dead", "Deliveries that became dead letters.", handler.dead.value()},
            {"dropped", "Deliveries refused, replaced by a newer event, or dropped by the operator.",
             handler.dropped.value()},
            {"pending", "Deliveries that have not ended.", handler.pending.load(), true},
            {"pending_bytes", "Bytes of the deliveries that have not ended.", handler.pending_bytes.load(), true},
            {"retried", "Attempts that failed and were made again.", handler.retried.value()},
            {"refused", "Deliveries dropped because the handler was at its quota.", handler.refused.value()},
            {"replaced", "Deliveries dropped because a newer event of the same id had come.", handler.replaced.value()},
            {"expired", "Deliveries that became dead letters because they were too old.", handler.expired.value()}};
}

std::vector<Count> counts_of(const SinkRunner& sink) {
    return {
        {"stray_answers", "Answers to deliveries that were not open.", sink.counts().stray_answers.value()},
        {"condemned", "Instances of the sink that hung in a call and were given up.", sink.counts().condemned.value()}};
}

std::vector<Count> counts_of(Router& router) {
    return {{"missing_references", "Matches that failed because a tag or field was not there.",
             router.missing_references()},
            {"evicted_states", "Event ids whose last level was forgotten because there were too many.",
             router.evicted_states()}};
}

std::vector<Count> counts_of(const Spool& spool) {
    const auto& counters = spool.counters();
    return {
        {"commits", "Transactions that were written.", counters.commits.value()},
        {"failures", "Transactions that could not be written.", counters.failures.value()},
        {"written", "Events that were written.", counters.written.value()},
        {"dead_letters_written", "Dead letters that were written.", counters.dead_letters.value()},
        {"dead_letters_evicted", "Dead letters that left because there were too many.",
         counters.evicted_letters.value()},
        {"dead_letters_lost", "Dead letters that could not be written and were too many for memory.",
         counters.lost_letters.value()},
        {"states_lost", "Levels that could not be written and were too many for memory.", counters.lost_states.value()},
        {"damaged", "Deliveries in the file that could not be read.", counters.damaged.value()},
        {"dead_letters", "Dead letters in the file.", spool.dead_letters(), true},
        {"intake", "Events that are neither written nor ended.", spool.in_intake(), true},
        {"bytes", "Size of the file and its log.", spool.bytes_on_disk(), true},
        {"writable", "1 while the file can be written, else 0.", spool.is_healthy() ? 1U : 0U, true}};
}

}  // namespace tocsin::core
