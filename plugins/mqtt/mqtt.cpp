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

/// What only MQTT 5 has.
void refuse_mqtt5(const tocsin::Options& options, std::string_view broker) {
    tocsin::OptionMistakes mistakes;
    for (const auto* option : {"message-expiry", "user-properties"})
        if (options.has(option))
            mistakes.add(option, "needs MQTT 5, and the broker \"" + std::string{broker} +
                                     "\" is spoken to in 3.1.1: write protocol = \"5\" in its section");
    if (!mistakes.empty()) throw mistakes;
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
        for (const auto& warning : warnings(settings_)) host_.warning(warning);
    }

    ~MqttSink() override { MqttSink::stop(std::chrono::nanoseconds::zero()); }

    std::unique_ptr<tocsin::Binding> bind(const tocsin::Options& options) override {
        auto publishing = std::make_unique<Publishing>();
        publishing->qos = options.has("qos") ? read_qos(options.text("qos")) : settings_.qos;
        publishing->retained = options.has("retained") ? options.boolean("retained") : settings_.retained;
        if (options.has("message-expiry"))
            publishing->message_expiry = static_cast<std::uint32_t>(
                std::chrono::ceil<std::chrono::seconds>(options.duration("message-expiry")).count());
        if (settings_.protocol != Protocol::v5) refuse_mqtt5(options, host_.name());
        return publishing;
    }

    void start() override {
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
        Connector connector{settings_, {mailbox, {}}};
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
