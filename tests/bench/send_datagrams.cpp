// Sends datagrams as a Qlik Sense server does, 305 bytes each, marked as mark.hpp says.
//
// send_datagrams [--to PORT] [--count N] [--seconds N] [--rate N | --progress FILE [--outstanding N]] [--ids N]
//                [--levels repeat|change] [--first N]
//
// --rate: a second. Without it as many as get through: with --progress, where the receiver at the far end counts, no
//   more than --outstanding (8,000) are under way at a time, so that no queue on the way has to drop any.
// --ids: tasks that take turns (100). With --levels repeat each is told failed, first once without a mark; with change
//   failed and succeeded by turns, so that each event changes its task's level.
// --first: the first sequence number (0). Without --to, writes lines to the standard output.
// Prints `sent N`.

#include "arguments.hpp"
#include "mark.hpp"
#include "progress.hpp"
#include "sockets.hpp"

#include <sys/prctl.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>

using namespace tocsin::bench;

namespace {

constexpr std::size_t datagram_size = 305;
constexpr std::size_t batch = 32;
/// What has not arrived by then is lost.
constexpr std::int64_t lost_after = 500'000'000;

/// One datagram whose numbers are written anew each time.
class Datagram {
  public:
    enum class Outcome { failed, succeeded };

    explicit Datagram(Outcome outcome) {
        const bool failed = outcome == Outcome::failed;
        text_ = failed ? "/scheduler-reload-failed/" : "/scheduler-task-success/";
        text_ += ";sense1;Reload sales;Sales app;LAB\\operator;";
        task_ = text_.size();
        text_ += "00000000-d1bb-4975-9a38-18357de531ea;e3b27f50-b1c0-4879-88fc-c7cdd9c1cf3e;2024-05-06 07:08:09,123;";
        text_ += failed ? "ERROR;" : "INFO;";
        execution_ = text_.size();
        text_ += "00000000-1111-4222-8333-444444444444;";
        text_ += failed ? "Max retries reached " : "Execution State Change to FinishedSuccess ";
        mark_ = text_.size();
        text_ += "seq=0000000000 sent=0000000000000000000 ";
        text_.resize(datagram_size, '.');
    }

    void set(std::uint64_t task, const Mark& mark) {
        write_hex(task_, task);
        write_hex(execution_, mark.sequence);
        text_[mark_] = 's';
        write_mark(text_.data() + mark_, mark);
    }
    void set_unmarked(std::uint64_t task) {
        set(task, {0xffff0000 + task, 0});
        text_[mark_] = 'S';
    }

    const std::string& text() const noexcept { return text_; }

  private:
    void write_hex(std::size_t at, std::uint64_t value) {
        for (std::size_t i = 8; i-- > 0; value >>= 4) text_[at + i] = "0123456789abcdef"[value & 15];
    }

    std::string text_;
    std::size_t task_;
    std::size_t execution_;
    std::size_t mark_;
};

class Sender {
  public:
    explicit Sender(const Arguments& arguments)
        : port_{static_cast<std::uint16_t>(arguments.number("to", 0))},
          count_{static_cast<std::uint64_t>(arguments.number("count", 1e9))},
          until_{now_ns() + static_cast<std::int64_t>(arguments.number("seconds", 3600) * 1e9)},
          rate_{arguments.number("rate", 0)},
          ids_{static_cast<std::uint64_t>(arguments.number("ids", 100))},
          changes_{arguments.text("levels", "repeat") == "change"},
          next_{static_cast<std::uint64_t>(arguments.number("first", 0))},
          outstanding_{static_cast<std::uint64_t>(arguments.number("outstanding", 8000))} {
        if (arguments.has("progress")) progress_ = std::make_unique<Progress>(arguments.text("progress"));
        if (port_ == 0) return;
        handle_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (handle_ < 0) fail("socket");
        const auto address = loopback(port_);
        if (::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
        if (!changes_) prime();
    }

    void run() {
        ::prctl(PR_SET_TIMERSLACK, 1);
        if (port_ == 0)
            write_lines();
        else if (rate_ > 0)
            send_at_rate();
        else
            send_what_is_taken();
        if (port_ != 0) std::printf("sent %llu\n", static_cast<unsigned long long>(sent_));
    }

  private:
    void prime() {
        for (std::uint64_t id = 0; id < ids_; ++id) {
            failed_.set_unmarked(id);
            send(failed_.text());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }

    const std::string& make_next() {
        auto& datagram = changes_ && next_ / ids_ % 2 == 1 ? succeeded_ : failed_;
        datagram.set(next_ % ids_, {next_, now_ns()});
        ++next_;
        ++sent_;
        return datagram.text();
    }

    bool over() const { return sent_ >= count_ || now_ns() >= until_; }

    /// A loopback socket that nobody reads answers with an error, which is the receiver's matter.
    void send(const std::string& text) const {
        while (::send(handle_, text.data(), text.size(), 0) < 0 && (errno == ENOBUFS || errno == EINTR)) {
        }
    }

    void write_lines() {
        while (sent_ < count_) std::puts(make_next().c_str());
    }

    void send_at_rate() {
        const auto start = now_ns();
        for (std::uint64_t i = 0; !over(); ++i) {
            const auto due = start + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / rate_);
            const timespec when{due / 1'000'000'000, due % 1'000'000'000};
            if (due > now_ns()) ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr);
            send(make_next());
        }
    }

    void wait_for_room() {
        if (!progress_) return;
        auto arrived = progress_->get();
        auto since = now_ns();
        while (sent_ - lost_ - arrived > outstanding_) {
            std::this_thread::sleep_for(std::chrono::microseconds{200});
            const auto now = now_ns();
            const auto more = progress_->get();
            if (more == arrived && now - since > lost_after) lost_ = sent_ - arrived;
            if (more != arrived) since = now;
            arrived = more;
        }
    }

    void send_what_is_taken() {
        std::array<std::string, batch> texts;
        std::array<iovec, batch> parts{};
        std::array<mmsghdr, batch> messages{};
        while (!over()) {
            wait_for_room();
            for (std::size_t j = 0; j < batch; ++j) {
                texts[j] = make_next();
                parts[j] = {texts[j].data(), texts[j].size()};
                messages[j].msg_hdr.msg_iov = &parts[j];
                messages[j].msg_hdr.msg_iovlen = 1;
            }
            for (std::size_t done = 0; done < batch;) {
                const int some = ::sendmmsg(handle_, messages.data() + done, static_cast<unsigned>(batch - done), 0);
                if (some > 0) done += static_cast<std::size_t>(some);
            }
        }
    }

    std::uint16_t port_;
    std::uint64_t count_;
    std::int64_t until_;
    double rate_;
    std::uint64_t ids_;
    bool changes_;
    std::uint64_t next_;
    std::uint64_t outstanding_;
    std::unique_ptr<Progress> progress_;
    std::uint64_t sent_ = 0;
    std::uint64_t lost_ = 0;
    int handle_ = -1;
    Datagram failed_{Datagram::Outcome::failed};
    Datagram succeeded_{Datagram::Outcome::succeeded};
};

}  // namespace

int main(int count, char** values) {
    try {
        Sender{Arguments{count, values}}.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "send_datagrams: %s\n", error.what());
        return 1;
    }
}
