#pragma once

#include "spool/account.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::core {

/// `tocsin spool`: what its command line says.
struct SpoolCommand {
    enum class Action { list, show, verify, requeue, drop, export_lines };

    Action action = Action::list;
    std::filesystem::path configuration;  ///< says where the spool is, when state_dir does not
    std::filesystem::path state_dir;
    std::optional<HandlerName> handler;
    bool dead = false;     ///< dead letters are meant
    bool pending = false;  ///< drop: pending deliveries are meant
    bool all = false;
    bool json = false;
    bool yes = false;  ///< do not ask
    std::uint64_t limit = 100;
    std::vector<std::int64_t> numbers;     ///< of dead letters
    std::optional<std::int64_t> sequence;  ///< of an event
    std::filesystem::path output;          ///< export: the file to make; empty for the standard output
};

/// TOPIC/ID; the alert topic may hold more slashes. Nothing when it is not of that form.
std::optional<HandlerName> parse_handler_name(const std::string& text);

/// Does it. Returns the exit code: 0 when all went well; 1 when verify has found something, or something could not be
/// done, which is told on standard error.
int spool(const SpoolCommand& command);

}  // namespace tocsin::core
