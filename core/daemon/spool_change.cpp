#include "base/text.hpp"
#include "daemon/spool_actions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <limits>
#include <ostream>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tocsin::core {
namespace {

/// The router's commits wait for each of ours.
constexpr std::size_t rows_at_once = 2'000;

std::string letters(std::size_t count) { return fmt::format("{} dead letter{}", count, count == 1 ? "" : "s"); }

std::string deliveries(std::size_t count) {
    return fmt::format("{} {}", count, count == 1 ? "delivery" : "deliveries");
}

/// Calls `change` for each target, in transactions that nobody has to wait for long.
template <class Change>
void in_parts(Database& database, std::span<const std::int64_t> targets, const Change& change) {
    while (!targets.empty()) {
        const auto part = targets.first(std::min(targets.size(), rows_at_once));
        Transaction transaction{database};
        for (const auto target : part) change(target);
        transaction.commit();
        targets = targets.subspan(part.size());
    }
}

/// Those that were not asked for yet.
void ask_router(Store& store, std::string_view action, const std::vector<std::int64_t>& targets) {
    std::set<std::int64_t> asked;
    for (const auto& request : store.requests(0, std::numeric_limits<std::int64_t>::max()))
        if (request.action == action) asked.insert(request.target);
    std::vector<std::int64_t> left;
    std::copy_if(targets.begin(), targets.end(), std::back_inserter(left),
                 [&](std::int64_t target) { return !asked.contains(target); });
    in_parts(store.database(), left, [&](std::int64_t target) { store.add_request(action, target); });
}

bool confirms(const SpoolCommand& command, const std::string& what) {
    if (command.yes) return true;
    std::cerr << escaped(what) << "? They are gone for good. [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "Y" || answer == "yes") return true;
    std::cerr << "nothing was dropped" << std::endl;
    return false;
}

/// The dead letters that the command line names, which are there.
std::vector<std::int64_t> wanted_letters(const SpoolCommand& command, const SpoolPlace& place) {
    auto view = place.read();
    view.must_know(command.handler);
    auto there = view.store.dead_letter_numbers(command.handler ? &*command.handler : nullptr);
    view.must_be_unchanged();
    if (command.numbers.empty()) return there;
    for (const auto number : command.numbers)
        if (!std::binary_search(there.begin(), there.end(), number))
            throw std::runtime_error{place.says(fmt::format("has no dead letter {}", number))};
    const std::set<std::int64_t> once{command.numbers.begin(), command.numbers.end()};
    return {once.begin(), once.end()};
}

int drop_letters(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    const auto targets = wanted_letters(command, place);
    if (targets.empty()) {
        out << "there are no such dead letters\n";
        return 0;
    }
    if (!confirms(command, fmt::format("Drop {} in \"{}\"", letters(targets.size()), place.folder().string())))
        return 1;
    auto change = place.change();
    if (change.router_runs) {
        ask_router(change.store, "drop-dead", targets);
        out << letters(targets.size()) << ": the router, which looks every second, drops them\n";
        return 0;
    }
    in_parts(change.store.database(), targets, [&](std::int64_t number) { change.store.remove_dead_letter(number); });
    out << letters(targets.size()) << " dropped\n";
    return 0;
}

/// The keys in the file of the deliveries that the command line names.
std::pair<std::uint32_t, std::vector<std::int64_t>> wanted_deliveries(const SpoolCommand& command,
                                                                      const SpoolPlace& place) {
    const auto name = command.handler->topic + "/" + command.handler->id;
    auto view = place.read();
    view.must_know(command.handler);
    const auto handlers = view.store.handlers();
    const auto handler = std::find_if(handlers.begin(), handlers.end(),
                                      [&](const Kept& kept) { return kept.handler == command.handler; });
    const auto number = handler == handlers.end() ? 0 : handler->number;
    std::vector<std::int64_t> keys;
    if (number != 0)
        for (const auto sequence : view.store.sequences(number))
            if (!command.sequence || static_cast<std::uint64_t>(*command.sequence) == sequence)
                keys.push_back(key_of(number, sequence));
    view.must_be_unchanged();
    if (command.sequence && keys.empty())
        throw std::runtime_error{
            place.says(fmt::format("has no pending delivery of event {} by {}", *command.sequence, name))};
    return {number, std::move(keys)};
}

int drop_pending(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    const auto [handler, keys] = wanted_deliveries(command, place);
    if (keys.empty()) {
        out << "the handler has no pending deliveries\n";
        return 0;
    }
    if (!confirms(command, fmt::format("Drop {} of {}/{} in \"{}\"", deliveries(keys.size()), command.handler->topic,
                                       command.handler->id, place.folder().string())))
        return 1;
    auto change = place.change();
    if (change.router_runs) {
        ask_router(change.store, "drop", keys);
        out << deliveries(keys.size())
            << ": the router, which looks every second, drops them, but for what is on its way already\n";
        return 0;
    }
    const auto first = key_of(handler, 0);
    in_parts(change.store.database(), keys, [&, number = handler](std::int64_t key) {
        change.store.remove_delivery(number, static_cast<std::uint64_t>(key - first));
    });
    out << deliveries(keys.size()) << " dropped\n";
    return 0;
}

}  // namespace

int requeue_dead_letters(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    const auto targets = wanted_letters(command, place);
    if (targets.empty()) {
        out << "there are no such dead letters\n";
        return 0;
    }
    auto change = place.change();
    ask_router(change.store, "requeue", targets);
    out << letters(targets.size())
        << (change.router_runs ? ": the router, which looks every second, is asked to send them again"
                               : ": the router is asked to send them again when it starts")
        << "; those whose handler is gone stay dead letters, which its log tells\n";
    return 0;
}

int drop_from_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out) {
    return command.pending ? drop_pending(command, place, out) : drop_letters(command, place, out);
}

}  // namespace tocsin::core
