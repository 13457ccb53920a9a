#include <tocsin/sink.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

template <class... More>
constexpr auto all_types(More... more) {
    return std::array{tocsin::Option{"count", tocsin::integer, "a number of things"}.range(3, 9),
                      tocsin::Option{"ratio", tocsin::real, "a part"},
                      tocsin::Option{"flag", tocsin::boolean, "yes or no"},
                      tocsin::Option{"pause", tocsin::duration, "a time"}.range(2'000'000'000, 90'000'000'000),
                      tocsin::Option{"file", tocsin::path, "a file\n= \"not a line of its own\""},
                      tocsin::Option{"items", tocsin::list, "some things"},
                      tocsin::Option{"colour", tocsin::choice, "one of three"}.choices("red|7|true"),
                      tocsin::Option{"key", tocsin::string, "unlocks it"}.secret(),
                      tocsin::Option{"other-mode", tocsin::integer, "octal"}.defaults("0600"),
                      tocsin::Option{"other-ratio", tocsin::real, "a part"}.defaults(".5"),
                      tocsin::Option{"other-flag", tocsin::boolean, "yes or no"}.defaults("yes"),
                      tocsin::Option{"other-items", tocsin::list, "some things"}.defaults("['a', \"b\\\"\"]"),
                      tocsin::Option{"other-text", tocsin::string, "quotes"}.defaults("\"'\\ # {{ . }}"),
                      tocsin::Option{"other-colour", tocsin::choice, "one of three"}.choices("red|7").defaults("7"),
                      tocsin::Option{"other-file", tocsin::path, "a file"}.defaults("x/y"),
                      tocsin::Option{"other-key", tocsin::string, "unlocks it"}.secret().defaults("canary"),
                      more...};
}

}  // namespace

/// Has options of every type, required and not, and a check that does what `name` says.
class EveryOption final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "every-option";
    static constexpr std::string_view help = "for tests";
    static constexpr auto instance_options =
        all_types(tocsin::Option{"name", tocsin::string, "which"}.role(TOCSIN_ROLE_NAME));
    static constexpr auto handler_options =
        all_types(tocsin::Option{"text", tocsin::rendered, "what to say"},
                  tocsin::Option{"other-message", tocsin::rendered, "what to say"}.defaults("{{ .ID }}: \"x\""),
                  tocsin::Option{"which", tocsin::string, "which"}.optional().role(TOCSIN_ROLE_INSTANCE));

    EveryOption(tocsin::SinkHost, const tocsin::Options& options) : name_{options.text("name")} {}

    void send(tocsin::Delivery delivery) override { delivery.delivered(); }

    void check(std::chrono::nanoseconds timeout) override {
        if (name_ == "fails") throw std::runtime_error{"it is\nasleep"};
        if (name_ == "says-nothing") throw std::runtime_error{""};
        if (name_ == "waits") {
            std::this_thread::sleep_for(timeout);
            throw std::runtime_error{"no answer"};
        }
        while (name_.starts_with("hangs")) std::this_thread::sleep_for(std::chrono::seconds{1});
    }

  private:
    std::string name_;
};

TOCSIN_SINK(EveryOption, "1.0")
