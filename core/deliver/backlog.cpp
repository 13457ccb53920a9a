#include "deliver/backlog.hpp"

#include "base/wall_clock.hpp"
#include "deliver/sink_runner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tocsin::core {
namespace {

/// Between two commits, which everybody waits for, so little is read, about.
constexpr std::uint64_t read_at_once = 128;
constexpr auto longest_feed = std::chrono::milliseconds{1};

bool has_room(const Handler& handler) { return handler.in_memory < handler.most_in_memory / 2; }

}  // namespace

void Backlog::add(Handler& handler, std::uint64_t sequence) {
    handler.in_backlog = true;
    handler.read_from = sequence;
    handlers_.push_back(&handler);
}

void Backlog::remove(const Handler& handler) { std::erase(handlers_, &handler); }

void Backlog::feed() {
    std::vector<Handler*> handlers;
    {
        const std::scoped_lock lock{mutex_};
        if (!handlers_.empty()) std::rotate(handlers_.begin(), handlers_.begin() + 1, handlers_.end());
        handlers = handlers_;
    }
    bool more = false;
    const auto deadline = std::chrono::steady_clock::now() + longest_feed;
    for (auto* handler : handlers) {
        if (!has_room(*handler)) continue;
        if (std::chrono::steady_clock::now() >= deadline) {
            more = true;
            break;
        }
        const auto read = feed_from_file(*handler);
        if (read == Read::all) feed_from_memory(*handler);
        if (read == Read::some && has_room(*handler)) more = true;
    }
    if (more) spool_.poke();
}

Backlog::Read Backlog::feed_from_file(Handler& handler) {
    std::vector<KeptDelivery> read;
    std::uint64_t bytes = handler.in_memory;
    bool fits = true;
    const bool could_read = spool_.read(*handler.account, handler.read_from, read_at_once, [&](KeptDelivery kept) {
        bytes += kept.size;
        read.push_back(std::move(kept));
        return fits = bytes < handler.most_in_memory;
    });
    if (!could_read) return Read::failed;
    const auto reached = fits && read.size() < read_at_once ? Read::all : Read::some;
    if (read.empty()) return reached;
    const auto now = std::chrono::steady_clock::now();
    std::shared_ptr<SinkRunner> runner;
    {
        const std::scoped_lock lock{mutex_};
        if (handler.is_removed) return Read::failed;
        runner = handler.runner->shared_from_this();
        handler.read_from = read.back().sequence + 1;
        for (auto& kept : read) {
            if (!kept.event) {
                handler.dead.add();
                --handler.pending;
                handler.pending_bytes -= kept.size;
                spool_.remove_damaged(*handler.account, kept.sequence);
                continue;
            }
            // They differ when another version has written the row, or its size is damaged.
            const auto size = kept.size;
            auto entry = spool_.entry_of(*handler.account, std::move(kept), now);
            handler.pending_bytes += entry->cost() - size;
            handler.in_memory += entry->cost();
            runner->push(handler.lane, {std::move(entry), 0});
        }
    }
    runner->wake_soon();
    return reached;
}

/// What was offered since the last commit is not in the file yet.
void Backlog::feed_from_memory(Handler& handler) {
    const std::scoped_lock lock{mutex_};
    if (handler.is_removed || !handler.in_backlog) return;
    bool has_all = true;
    spool_.visit_unwritten([&](const EntryPtr& entry) {
        const auto sequence = entry->event->sequence();
        if (sequence < handler.read_from) return true;
        for (std::size_t slot = 0; slot < entry->slots().size(); ++slot) {
            if (entry->slots()[slot].account != handler.account || entry->slots()[slot].in_memory) continue;
            if (handler.in_memory != 0 && handler.in_memory + entry->cost() > handler.most_in_memory)
                return has_all = false;
            entry->set_in_memory(slot);
            handler.in_memory += entry->cost();
            handler.read_from = sequence + 1;
            if (!entry->held) handler.runner->push(handler.lane, {entry, slot});
        }
        return true;
    });
    handler.runner->wake_soon();
    if (!has_all) return;
    handler.in_backlog = false;
    remove(handler);
}

}  // namespace tocsin::core
