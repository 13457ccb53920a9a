#include "daemon/spool_command.hpp"

#include "base/mistakes.hpp"
#include "base/text.hpp"
#include "config/environment.hpp"
#include "daemon/settings.hpp"
#include "daemon/spool_actions.hpp"

#include <exception>
#include <iostream>

namespace tocsin::core {
namespace {

/// Nothing when the configuration holds mistakes, which are told.
std::optional<std::filesystem::path> folder_of(const SpoolCommand& command) {
    if (!command.state_dir.empty()) return std::filesystem::absolute(command.state_dir);
    Mistakes mistakes;
    auto variables = variables_of_process();
    const auto settings = read_settings(command.configuration, variables, mistakes);
    if (settings && mistakes.empty()) return settings->state_dir;
    mistakes.print(std::cerr);
    return std::nullopt;
}

int act(const SpoolCommand& command, const SpoolPlace& place) {
    using Action = SpoolCommand::Action;
    switch (command.action) {
        case Action::list: return list_spool(command, place, std::cout);
        case Action::show: return show_spool(command, place, std::cout);
        case Action::verify: return verify_spool(place, std::cout);
        case Action::requeue: return requeue_dead_letters(command, place, std::cout);
        case Action::drop: return drop_from_spool(command, place, std::cout);
        case Action::export_lines: break;
    }
    return export_spool(command, place, std::cout);
}

int fail(const std::string& text) {
    std::cout.flush();
    std::cerr << "tocsin: " << escaped(text) << std::endl;
    return 1;
}

}  // namespace

std::optional<HandlerName> parse_handler_name(const std::string& text) {
    const auto slash = text.rfind('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) return std::nullopt;
    return HandlerName{text.substr(0, slash), text.substr(slash + 1)};
}

int spool(const SpoolCommand& command) {
    const auto folder = folder_of(command);
    if (!folder) return 1;
    const SpoolPlace place{*folder};
    try {
        const int code = act(command, place);
        std::cout.flush();
        return std::cout ? code : fail("the standard output cannot be written");
    } catch (const DatabaseError& error) {
        return fail(place.words(error));
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

}  // namespace tocsin::core
