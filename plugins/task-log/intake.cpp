#include "intake.hpp"

#include <string>
#include <utility>

namespace task_log {
namespace {

// So much of a datagram is shown in the log.
constexpr std::size_t sample_size = 300;

std::string since_the_last(std::uint64_t kept_back) {
    return kept_back == 0 ? "" : " (and " + std::to_string(kept_back) + " more since the last such line)";
}

}  // namespace

Intake::Intake(tocsin::SourceHost host, Settings settings)
    : host_{host},
      allow_{std::move(settings.allow)},
      builder_{settings.zone},
      dedupe_{settings.dedupe},
      rate_limit_{settings.rate_limit},
      received_{host.counter("received", "Datagrams from addresses that may send.")},
      malformed_{host.counter("malformed", "Datagrams that could not be parsed, were too long or not valid as event.")},
      duplicate_{host.counter("duplicate", "Datagrams that told an execution's outcome once more.")},
      limited_{host.counter("limited", "Events dropped by the rate limit.")},
      not_allowed_{host.counter("not-allowed", "Datagrams from addresses that may not send; not part of received.")},
      unsent_{host.counter("unsent", "Events given up because the router stopped.")} {}

bool Intake::prepare(const Datagram& datagram, Time now) {
    if (!is_allowed(datagram, now)) return false;
    received_.add();
    if (datagram.is_cut) {
        reject(datagram, "longer than max-datagram", now);
        return false;
    }
    const auto message = parser_.parse(datagram.bytes);
    if (!message) {
        reject(datagram, parser_.problem(), now);
        return false;
    }
    if (dedupe_.knows(message->execution_id, outcome_of(message->family), now)) {
        duplicate_.add();
        return false;
    }
    if (!rate_limit_.take(now)) {
        limited_.add();
        if (const auto kept_back = limited_log_.admit(now))
            host_.warning("more events than rate-limit allows are dropped" + since_the_last(*kept_back));
        return false;
    }
    message_ = *message;
    draft_ = &builder_.build(message_, datagram.received);
    return true;
}

tocsin::Emit Intake::emit(Time now) {
    const auto answer = host_.emit(*draft_);
    if (answer == tocsin::Emit::accepted)
        dedupe_.remember(message_.execution_id, outcome_of(message_.family), now);
    else if (answer == tocsin::Emit::invalid)
        malformed_.add();
    return answer;
}

void Intake::abandon() noexcept {
    unsent_.add();
    ++unsent_count_;
}

bool Intake::is_allowed(const Datagram& datagram, Time now) {
    if (!allow_ || allow_->contains(datagram.sender)) return true;
    not_allowed_.add();
    if (const auto kept_back = not_allowed_log_.admit(now))
        host_.warning("datagram from " + datagram.sender.text() + " dropped: the address is not in allow-from" +
                      since_the_last(*kept_back));
    return false;
}

void Intake::reject(const Datagram& datagram, std::string_view problem, Time now) {
    malformed_.add();
    const auto kept_back = malformed_log_.admit(now);
    if (!kept_back) return;
    std::string line = "malformed datagram of " + std::to_string(datagram.bytes.size()) + " bytes from " +
                       datagram.sender.text() + ": ";
    line.append(problem).append(since_the_last(*kept_back)).append("; it begins: ");
    line.append(datagram.bytes.substr(0, sample_size));
    host_.warning(line);
}

}  // namespace task_log
