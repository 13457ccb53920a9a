#pragma once

#include "mosquitto.hpp"
#include "router.hpp"
#include "site.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::testing {

/// A site whose files a test exchanges while its router runs, with a source and numbered events for it. A handler
/// `diary` of the kind log, which no reload touches, tells which events were taken.
class ReloadSite {
  public:
    explicit ReloadSite(std::string_view sections = "", std::string_view keys = "");

    /// Writes the configuration anew: the source, and `sections`.
    void configure(std::string_view sections, std::string_view keys = "") const;
    /// The same, with further lines in the source's section.
    void configure_source(std::string_view lines, std::string_view sections) const;
    void handler(const std::string& file, std::string_view text) const { site_.handler(file, text); }
    void remove_handler(const std::string& file) const;

    /// Sends so many events, numbered on from the last, under that many ids in turn, and waits until they were taken.
    /// Their number is the tag `appName`; `padding` bytes are added to the message.
    void send(unsigned count, unsigned ids = 1, std::size_t padding = 0);
    /// The datagram of one event.
    static std::string datagram(unsigned number, unsigned ids = 1, std::size_t padding = 0);
    unsigned sent() const noexcept { return number_; }

    /// Rows that this query of the spool gives, with `|` between columns.
    std::vector<std::string> spool(const std::string& query) const;

    const Site& site() const noexcept { return site_; }
    const std::filesystem::path& path() const noexcept { return site_.path(); }
    std::filesystem::path config() const { return site_.config(); }
    std::uint16_t port() const noexcept { return port_; }
    const std::filesystem::path& diary() const noexcept { return diary_; }

  private:
    Site site_;
    std::uint16_t port_;
    std::filesystem::path diary_;
    unsigned number_ = 0;
};

/// A handler of every task event that publishes to `<id>/<number>` at QoS 1; `options` are further lines of its
/// options, `keys` of the file.
std::string numbered_handler(const std::string& id, const std::string& options = "", const std::string& keys = "");

/// Lines of the log with that message.
std::size_t count_lines(const Router& router, std::string_view message);

/// SIGHUP, and waits until the new configuration is in force; throws with the log when it is not.
void reload(Router& router);
/// SIGHUP, and waits until it is refused. Returns the lines that say why, in full.
std::string refused_reload(Router& router);

/// The numbers of the messages below `prefix` in the order in which the broker got them.
std::vector<unsigned> numbers(const Mosquitto& broker, const std::string& prefix);
/// From `first` to `last`.
std::vector<unsigned> all_from(unsigned first, unsigned last);

/// How often a client of that name has connected, and that it was never there already.
std::size_t connects(const Mosquitto& broker, const std::string& client);
bool has_thrown_out(const Mosquitto& broker);

}  // namespace tocsin::testing
