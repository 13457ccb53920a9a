#include "log_file.hpp"

#include <tocsin/sink.hpp>

#include <array>
#include <exception>
#include <memory>
#include <string_view>

namespace log_sink {

struct FileBinding final : tocsin::Binding {
    explicit FileBinding(LogFile opened) : file{std::move(opened)} {}
    LogFile file;
};

/// Appends each event to a file as one line of JSON, Kapacitor's AlertData.
class LogSink final : public tocsin::Sink {
  public:
    static constexpr std::string_view name = "log";
    static constexpr std::string_view help = "appends events to a file, one line of JSON each";
    static constexpr std::array handler_options{
        tocsin::Option{"path", tocsin::path, "the file; it is made when it is not there"},
        tocsin::Option{"mode", tocsin::integer, "permissions of a file that is made: 0600 in YAML, 0o600 in TOML"}
            .defaults("0600")
            .range(0, 0777)};

    explicit LogSink(tocsin::SinkHost) {}

    std::unique_ptr<tocsin::Binding> bind(const tocsin::Options& options) override {
        check_path(options.text("path"));
        return std::make_unique<FileBinding>(
            LogFile{options.text("path"), static_cast<unsigned>(options.integer("mode"))});
    }

    void send(tocsin::Delivery event) override {
        try {
            event.binding<FileBinding>().file.append(event.json() + '\n');
        } catch (const std::exception& error) {
            event.retry(error.what());
            return;
        }
        event.delivered();
    }
};

}  // namespace log_sink

TOCSIN_SINK(log_sink::LogSink, "0.1.0")
