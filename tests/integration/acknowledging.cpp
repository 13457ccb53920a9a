#include <tocsin/source.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

/// Emits numbered events as fast as they are taken, and writes the number of each that is committed to its journal, a
/// line each.
class Acknowledging final : public tocsin::Source {
  public:
    static constexpr std::string_view name = "acknowledging";
    static constexpr std::string_view help = "for tests";
    static constexpr std::array instance_options{
        tocsin::Option{"journal", tocsin::path, "where the numbers go"},
        tocsin::Option{"first", tocsin::integer, "number of the first event"}.defaults("0"),
        tocsin::Option{"count", tocsin::integer, "how many"}.defaults("0"),
        tocsin::Option{"ids", tocsin::integer, "event ids that take turns"}.defaults("1"),
        tocsin::Option{"size", tocsin::integer, "bytes of a message"}.defaults("10"),
        tocsin::Option{"pause", tocsin::duration, "after each event"}.defaults("0s"),
        tocsin::Option{"level", tocsin::choice, "of all events"}.choices("OK|INFO|WARNING|CRITICAL").defaults("OK"),
    };

    Acknowledging(tocsin::SourceHost host, const tocsin::Options& options)
        : host_{host},
          received_{host.counter("received", "Events made.")},
          first_{options.integer("first")},
          count_{options.integer("count")},
          ids_{options.integer("ids")},
          pause_{options.duration("pause")},
          message_(static_cast<std::size_t>(options.integer("size")), 'm'),
          level_{*tocsin::level_named(options.text("level"))},
          journal_{
              ::open(std::string{options.text("journal")}.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)} {
        if (journal_ < 0) throw std::runtime_error{"no journal"};
    }
    ~Acknowledging() override {
        stop({});
        ::close(journal_);
    }

    void start() override {
        thread_ = std::thread{[this] { emit_all(); }};
    }
    void pause() override { ends_ = true; }
    void resume() override {}
    void committed(std::span<const std::uint64_t> tokens) override {
        std::string lines;
        for (const auto token : tokens) lines += std::to_string(token - 1) + '\n';
        if (::write(journal_, lines.data(), lines.size()) < 0) host_.error("no journal");
    }
    void stop(std::chrono::nanoseconds) override {
        ends_ = true;
        if (thread_.joinable()) thread_.join();
    }

  private:
    void emit_all() {
        for (auto number = first_; number < first_ + count_ && !ends_; ++number) {
            const auto id = "id" + std::to_string(number % ids_);
            const auto text = std::to_string(number);
            tocsin::EventDraft draft;
            draft.topic = "numbered";
            draft.id = id;
            draft.level = level_;
            draft.message = message_;
            draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::seconds{number}};
            draft.tag("number", text);
            if (pause_.count() != 0) std::this_thread::sleep_for(pause_);
            received_.add();
            while (host_.emit(draft, static_cast<std::uint64_t>(number) + 1) == tocsin::Emit::full)
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }

    tocsin::SourceHost host_;
    tocsin::Counter received_;
    std::int64_t first_;
    std::int64_t count_;
    std::int64_t ids_;
    std::chrono::nanoseconds pause_;
    std::string message_;
    tocsin::Level level_;
    int journal_;
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

TOCSIN_SOURCE(Acknowledging, "1.0")
