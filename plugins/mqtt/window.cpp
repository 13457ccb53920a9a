#include "window.hpp"

#include "callbacks.hpp"

#include <utility>

namespace mqtt {
namespace {

/// Paho may write no more than a socket buffer a second.
constexpr std::size_t bytes_per_second = 256 * 1024;

}  // namespace

void Window::submit(tocsin::Delivery delivery) {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(delivery));
}

void Window::limit_qos2(std::size_t limit) {
    const std::lock_guard lock{mutex_};
    qos2_limit_ = limit;
}

bool Window::send_next(Outgoing& out, TimePoint now, bool alone) {
    const std::lock_guard lock{mutex_};
    if (waiting_.empty() || (alone && !sent_.empty())) return false;
    const auto& delivery = waiting_.front();
    const auto topic = delivery.option("topic");
    const auto payload = delivery.option("payload");
    const auto user_properties = delivery.option("user-properties");
    const auto bytes = topic.size() + payload.size() + user_properties.size();
    if (!sent_.empty() && bytes_ + bytes > byte_limit_) return false;
    const auto& publishing = delivery.binding<Publishing>();
    const bool qos2 = publishing.qos == 2;
    if (qos2 && qos2_ >= qos2_limit_) return false;
    out.number = ++last_number_;
    out.topic = topic;
    out.payload = payload;
    out.qos = publishing.qos;
    out.retained = publishing.retained;
    out.message_expiry = publishing.message_expiry;
    out.user_properties = user_properties;
    out.publish = publish_of(delivery);
    const auto when = now + std::chrono::seconds{bytes / bytes_per_second};
    sent_.emplace_back(Sent{std::move(waiting_.front()), when, bytes, qos2});
    ++sent_count_;
    bytes_ += bytes;
    qos2_ += qos2 ? 1 : 0;
    waiting_.pop_front();
    return true;
}

std::optional<tocsin::Delivery> Window::take(std::uint64_t number) {
    const std::lock_guard lock{mutex_};
    const auto whole = last_number_ - callbacks::number_in_context(last_number_ - number);
    const auto first = last_number_ + 1 - sent_.size();
    if (whole < first || whole > last_number_ || !sent_[whole - first]) return std::nullopt;
    auto& found = sent_[whole - first];
    auto delivery = std::move(found->delivery);
    bytes_ -= found->bytes;
    qos2_ -= found->qos2 ? 1 : 0;
    found.reset();
    --sent_count_;
    while (!sent_.empty() && !sent_.front()) sent_.pop_front();
    return delivery;
}

std::vector<tocsin::Delivery> Window::take_all() {
    const std::lock_guard lock{mutex_};
    std::vector<tocsin::Delivery> all;
    all.reserve(sent_count_ + waiting_.size());
    for (auto& sent : sent_)
        if (sent) all.push_back(std::move(sent->delivery));
    for (auto& delivery : waiting_) all.push_back(std::move(delivery));
    sent_.clear();
    sent_count_ = 0;
    waiting_.clear();
    bytes_ = 0;
    qos2_ = 0;
    return all;
}

std::optional<Window::TimePoint> Window::oldest() const {
    const std::lock_guard lock{mutex_};
    if (sent_.empty()) return std::nullopt;
    return sent_.front()->when;
}

Window::Open Window::open() const {
    const std::lock_guard lock{mutex_};
    Open open;
    open.sent = sent_count_;
    open.all = sent_count_ + waiting_.size();
    if (!sent_.empty()) open.oldest = publish_of(sent_.front()->delivery);
    return open;
}

std::size_t Window::sent() const {
    const std::lock_guard lock{mutex_};
    return sent_count_;
}

bool Window::has_waiting() const {
    const std::lock_guard lock{mutex_};
    return !waiting_.empty();
}

bool Window::empty() const {
    const std::lock_guard lock{mutex_};
    return sent_.empty() && waiting_.empty();
}

}  // namespace mqtt
