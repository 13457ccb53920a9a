#include "broker_log.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tocsin::soak {
namespace {

/// What stands between `before` and the next `after`; `line` goes on behind that.
std::optional<std::string_view> cut(std::string_view& line, std::string_view before, std::string_view after) {
    const auto begin = line.find(before);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto from = begin + before.size();
    const auto end = line.find(after, from);
    if (end == std::string_view::npos) return std::nullopt;
    const auto found = line.substr(from, end - from);
    line.remove_prefix(end + after.size());
    return found;
}

unsigned number(std::string_view text, std::string_view line) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw std::runtime_error{"a line of mosquitto's log is not understood: " + std::string{line}};
    return value;
}

class Reader {
  public:
    void take(std::string_view line) {
        auto rest = line;
        if (line.find(" mosquitto version ") != std::string_view::npos && line.ends_with(" starting")) {
            ++lives_;
            open_.clear();
        } else if (const auto client = cut(rest, ": New client connected from ", " as ")) {
            forget(rest.substr(0, rest.find(' ')));
        } else if (const auto from = cut(rest, ": Received PUBLISH from ", " (d")) {
            publish(*from, rest, line);
        } else if (const auto releasing = cut(rest, ": Received PUBREL from ", " (Mid: ")) {
            const auto found = open_.find({std::string{*releasing}, number(rest.substr(0, rest.find(')')), line)});
            if (found == open_.end() || found->second.at) return;
            found->second.at = arrivals_.size();
            arrivals_.push_back(found->second.arrival);
        } else if (const auto to = cut(rest, ": Sending PUBACK to ", " (m")) {
            confirm(*to, number(rest.substr(0, rest.find(',')), line));
        } else if (const auto complete = cut(rest, ": Sending PUBCOMP to ", " (m")) {
            confirm(*complete, number(rest.substr(0, rest.find(')')), line));
        }
    }

    std::vector<Arrival> take_all() { return std::move(arrivals_); }

  private:
    struct Open {
        Arrival arrival;
        std::optional<std::size_t> at;  ///< in arrivals_, once it is there
    };
    using Key = std::pair<std::string, unsigned>;  ///< client and packet identifier

    void publish(std::string_view client, std::string_view rest, std::string_view line) {
        const auto qos = cut(rest, ", q", ", r");
        const auto packet = cut(rest, ", m", ", '");
        const auto topic = cut(rest, "", "', ...");
        if (!qos || !packet || !topic)
            throw std::runtime_error{"a line of mosquitto's log is not understood: " + std::string{line}};
        Open open{{std::string{topic->substr(0, topic->find('/'))}, number(topic->substr(topic->rfind('/') + 1), line),
                   lives_ == 0 ? 0 : lives_ - 1, std::string{client}, false},
                  {}};
        if (*qos != "2") {
            open.at = arrivals_.size();
            arrivals_.push_back(open.arrival);
        }
        if (*qos != "0") open_[{std::string{client}, number(*packet, line)}] = std::move(open);
    }

    void confirm(std::string_view client, unsigned packet) {
        const auto found = open_.find({std::string{client}, packet});
        if (found == open_.end()) return;
        if (found->second.at) arrivals_[*found->second.at].confirmed = true;
        open_.erase(found);
    }

    /// Its session is a new one.
    void forget(std::string_view client) {
        const auto first = open_.lower_bound({std::string{client}, 0});
        auto last = first;
        while (last != open_.end() && last->first.first == client) ++last;
        open_.erase(first, last);
    }

    std::vector<Arrival> arrivals_;
    std::map<Key, Open> open_;
    unsigned lives_ = 0;
};

}  // namespace

std::vector<Arrival> read_broker_log(std::string_view text) {
    Reader reader;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        if (end == std::string_view::npos) break;
        reader.take(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return reader.take_all();
}

}  // namespace tocsin::soak
