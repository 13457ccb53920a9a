#include "connector.hpp"

#include "connack.hpp"
#include "probe.hpp"
#include "seconds.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace mqtt {
namespace {

/// Paho looks at a socket that others have added only after its poll of one second and a sleep of 100 ms, if nothing
/// else comes in. An attempt that did not allow for that would end, each time anew, before CONNECT is sent.
constexpr auto until_paho_looks = std::chrono::milliseconds{1200};

}  // namespace

Connector::Connector(const Settings& settings, Recipient recipient, LookUp::Function look_up)
    : settings_{settings},
      recipient_{std::move(recipient)},
      look_up_{settings.url.host, recipient_.mailbox, std::move(look_up)},
      keepalive_{settings.keepalive} {}

Connector::Result Connector::start(TimePoint now) {
    if (busy()) return {};
    if (kind_of_host(settings_.url.host) != HostKind::name) return use({settings_.url.host}, now);
    step_ = Step::looking_up;
    deadline_ = now + settings_.connect_timeout;
    look_up_.start();
    return {};
}

Connector::Result Connector::handle(const Notice& notice, TimePoint now) {
    if (notice.kind == Notice::Kind::looked_up) {
        if (step_ != Step::looking_up) return {};
        if (notice.addresses.empty())
            return give_up("the name '" + settings_.url.host + "' cannot be looked up: " + notice.text);
        return use(notice.addresses, now);
    }
    if (step_ != Step::connecting || notice.connection != candidate_->number()) return {};
    if (notice.kind == Notice::Kind::connected) {
        const auto& wanted = notice.properties.server_keep_alive;
        if (wanted && *wanted != 0 && std::chrono::seconds{*wanted} < keepalive_) {
            keepalive_ = std::chrono::seconds{*wanted};
            candidate_.reset();
            --next_;
            return try_next(now, {});
        }
        step_ = Step::idle;
        return Connected{std::move(candidate_), notice.properties};
    }
    if (notice.kind == Notice::Kind::refused && notice.code > 0) {
        auto text = "refused by the broker: " + connack_in_words(notice.code, settings_.protocol);
        if (const auto said = candidate_->refusal(); !said.empty()) text += ", it says: " + said;
        candidate_.reset();
        return give_up(std::move(text), true);
    }
    auto reason = why();
    candidate_.reset();
    return try_next(now, std::move(reason));
}

Connector::Result Connector::expire(TimePoint now) {
    if (!busy() || now < deadline_) return {};
    const auto limit = in_seconds(settings_.connect_timeout);
    if (step_ == Step::looking_up)
        return give_up("the look-up of the name '" + settings_.url.host + "' took longer than " + limit);
    candidate_.reset();
    return try_next(now, "no answer within " + limit);
}

void Connector::cancel() {
    candidate_.reset();
    step_ = Step::idle;
}

Connector::Result Connector::use(std::vector<std::string> addresses, TimePoint now) {
    addresses_ = std::move(addresses);
    next_ = 0;
    return try_next(now, {});
}

Connector::Result Connector::try_next(TimePoint now, std::string reason) {
    while (next_ < addresses_.size()) {
        const auto& address = addresses_[next_++];
        try {
            candidate_ = std::make_unique<Connection>(settings_, address, keepalive_, recipient_);
            step_ = Step::connecting;
            deadline_ = now + settings_.connect_timeout + until_paho_looks;
            return {};
        } catch (const std::exception& error) {
            reason = error.what();
        }
    }
    if (addresses_.size() > 1) reason = addresses_.back() + ": " + reason;
    return give_up(std::move(reason));
}

Connector::Result Connector::give_up(std::string reason, bool refused) {
    step_ = Step::idle;
    return Failure{std::move(reason), refused};
}

std::string Connector::why() {
    if (uses_link(settings_)) {
        const auto reason = candidate_->failure();
        return reason.empty() ? "the connection was closed before the broker answered" : reason;
    }
    const auto limit = std::min<std::chrono::nanoseconds>(settings_.connect_timeout, std::chrono::seconds{2});
    const auto reason =
        probe(settings_, addresses_[next_ - 1], std::chrono::duration_cast<std::chrono::milliseconds>(limit));
    return reason.empty() ? "the connection was closed before the broker answered" : reason;
}

}  // namespace mqtt
