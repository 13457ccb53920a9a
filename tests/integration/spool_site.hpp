#pragma once

#include "datagrams.hpp"
#include "support/exposition.hpp"
#include "support/http_client.hpp"
#include "support/mosquitto.hpp"
#include "support/site.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

namespace tocsin::testing {

namespace fs = std::filesystem;

inline bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every event is rejected, for its MQTT topic comes out empty, until `mend` is called; what `waits` has waits for the
/// broker.
class SpoolSite {
  public:
    SpoolSite()
        : udp{free_port(Protocol::udp)},
          http{free_port(Protocol::tcp)},
          site{"[http]\nlisten = \"127.0.0.1:" + std::to_string(http) + "\"\n" +
                   mqtt_section("plant", broker.url(), "default = true") + mqtt_section("office", office->url()) +
                   task_log_section(udp),
               "drain-timeout = \"0s\""},
          state{site.path() / "state"} {
        site.handler("waits.yaml",
                     "id: waits\ntopic: qlik.task\nkind: mqtt\noptions:\n  topic: waits/{{ .ID }}\n  qos: 1\n");
        site.handler(
            "bad.yaml",
            "id: bad\ntopic: qlik.*\nkind: mqtt\noptions:\n  broker-name: office\n  topic: '{{ .Group }}'\n  qos: 1\n");
    }

    void mend() const {
        site.handler("bad.yaml",
                     "id: bad\ntopic: qlik.*\nkind: mqtt\noptions:\n  broker-name: office\n  topic: mended/{{ .ID }}\n "
                     " qos: 1\n");
    }

    /// Sends failures of tasks, numbered from `first`, and waits until their dead letters are in the file.
    void fail(unsigned first, unsigned count) {
        for (unsigned i = first; i < first + count; ++i) {
            auto line = failed_line;
            line.task_id = guid(i);
            line.task_name = "Task " + std::to_string(i);
            line.execution_id = guid(0xe0000 + i);
            send_udp(udp, line.text());
        }
        sent += count;
        if (!wait_until([&] { return dead() == sent && pending() == sent; }))
            throw std::runtime_error{"the spool never holds " + std::to_string(sent) + " events"};
    }

    Finished spool(const Arguments& words, const std::string& input = "") const {
        Arguments all{tocsin_exe(), "spool"};
        all.insert(all.end(), words.begin(), words.end());
        all.insert(all.end(), {"--config", site.config().string()});
        if (input.empty()) return run(all);
        Arguments piped{"sh", "-c", "printf '%s\\n' \"$0\" | \"$@\"", input};
        piped.insert(piped.end(), all.begin(), all.end());
        return run(piped);
    }
    std::string spool_ok(const Arguments& words) const {
        const auto finished = spool(words);
        INFO(finished.out, finished.err);
        CHECK(finished.code == 0);
        return finished.out;
    }

    /// The plain tool.
    std::string sql(const std::string& text) const {
        return run_ok({"sqlite3", "-readonly", (state / "spool.db").string(), text});
    }
    std::size_t rows(const std::string& table) const {
        const auto finished =
            run({"sqlite3", "-readonly", (state / "spool.db").string(), "SELECT count(*) FROM " + table});
        return finished.code == 0 ? std::stoul(finished.out) : 0;
    }
    std::size_t dead() const { return rows("dead_letter"); }
    std::size_t pending() const { return rows("pending"); }

    double metric(const std::string& name, const std::string& handler) const {
        return Exposition{http_get(http, "/metrics").body}.sum("tocsin_deliveries_" + name, {{"handler", handler}});
    }
    void check_laws() const {
        for (const char* handler : {"waits", "bad"}) {
            CAPTURE(handler);
            const Exposition all{http_get(http, "/metrics").body};
            const auto sum = [&](const std::string& name) {
                return all.sum("tocsin_deliveries_" + name, {{"handler", handler}});
            };
            CHECK(sum("created_total") + sum("recovered_total") + sum("requeued_total") ==
                  sum("delivered_total") + sum("dead_total") + sum("dropped_total") + sum("pending"));
        }
    }

    /// Names, sizes, owners and times of change of all in the state folder. SQLite's shared memory, which its users
    /// write together, counts without its time.
    std::set<std::string> files() const {
        std::set<std::string> all;
        for (const auto& entry : fs::directory_iterator{state}) {
            struct stat found {};
            ::stat(entry.path().c_str(), &found);
            all.insert(entry.path().filename().string() + " " + std::to_string(found.st_size) + " " +
                       std::to_string(found.st_uid) +
                       (entry.path().extension() == ".db-shm" ? ""
                                                              : " " + std::to_string(found.st_mtim.tv_sec) + "." +
                                                                    std::to_string(found.st_mtim.tv_nsec)));
        }
        return all;
    }

    std::unique_ptr<Mosquitto> office = Mosquitto::started();
    Mosquitto broker;  ///< not started
    std::uint16_t udp;
    std::uint16_t http;
    Site site;
    fs::path state;
    unsigned sent = 0;
};

}  // namespace tocsin::testing
