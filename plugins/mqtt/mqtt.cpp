#include "broker.hpp"
#include "connector.hpp"
#include "library.hpp"
#include "options.hpp"
#include "seconds.hpp"
#include "settings.hpp"
#include "window.hpp"

#include <tocsin/sink.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mqtt {
namespace {

int qos_of(std::string_view text) {
    if (text == "0" || text == "at-most-once") return 0;
    if (text == "1" || text == "at-least-once") return 1;
    return 2;
}

}  // namespace

/// Publishes to one broker.
class MqttSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "mqtt";
    static constexpr std::string_view help = "publishes to an MQTT broker";
    static constexpr bool non_blocking = true;
    static constexpr std::uint32_t max_in_flight = 0;  // until it is connected
    static constexpr auto instance_options = mqtt::instance_options;
    static constexpr auto handler_options = mqtt::handler_options;

    MqttSink(tocsin::SinkHost host, const tocsin::Options& options)
        : host_{host}, settings_{read_settings(options, host.name())} {
        if (const auto proxies = forget_proxies(); !proxies.empty())
            host_.warning("MQTT connections are made without a proxy; " + proxies + " is taken out of the environment");
    }

    ~MqttSink() override { MqttSink::stop(std::chrono::nanoseconds::zero()); }

    std::unique_ptr<tocsin::Binding> bind(const tocsin::Options& options) override {
        auto publishing = std::make_unique<Publishing>();
        publishing->qos = qos_of(options.text("qos"));
        publishing->retained = options.boolean("retained");
        return publishing;
    }

    void start() override {
        if (settings_.url.tls && !settings_.verify)
            host_.warning("insecure-skip-verify: the broker's certificate is not checked, anybody on the way to " +
                          settings_.url.text() + " can read and change what is sent, passwords included");
        if (!settings_.url.tls && !(settings_.ca_file + settings_.certificate_file).empty())
            host_.warning("the ssl- options have no effect: " + settings_.url.text() +
                          " is not encrypted; TLS needs ssl:// in url");
        broker_ = std::make_shared<Broker>(host_, settings_);
        broker_->start();
    }

    void send(tocsin::Delivery delivery) override {
        if (broker_) broker_->submit(std::move(delivery));
    }

    void stop(std::chrono::nanoseconds timeout) override {
        if (const auto broker = std::exchange(broker_, nullptr)) broker->stop(timeout);
    }

    void check(std::chrono::nanoseconds timeout) override {
        const auto deadline = Mailbox::Clock::now() + timeout;
        const auto mailbox = std::make_shared<Mailbox>();
        Connector connector{settings_, mailbox};
        conclude(connector.start(Mailbox::Clock::now()));
        while (connector.busy()) {
            const auto notices = mailbox->wait(std::min(deadline, connector.deadline()));
            const auto now = Mailbox::Clock::now();
            for (const auto& notice : notices) conclude(connector.handle(notice, now));
            conclude(connector.expire(now));
            if (connector.busy() && now >= deadline)
                throw std::runtime_error{settings_.url.text() + ": no answer within " + in_seconds(timeout)};
        }
    }

  private:
    /// A connection that came up is closed again, politely.
    void conclude(Connector::Result result) const {
        if (const auto* failure = std::get_if<Connector::Failure>(&result))
            throw std::runtime_error{settings_.url.text() + ": " + failure->reason};
    }

    tocsin::SinkHost host_;
    Settings settings_;
    std::shared_ptr<Broker> broker_;
};

}  // namespace mqtt

TOCSIN_SINK(mqtt::MqttSink, "0.1.0")
