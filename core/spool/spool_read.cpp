#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "spool/salvage.hpp"
#include "spool/spool.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

constexpr std::uint64_t buried_at_once = 1000;

}  // namespace

template <class Call>
std::invoke_result_t<Call> Spool::before_start(Call call) {
    for (int attempt = 0; attempt < 2 && store_; ++attempt) {
        try {
            return call();
        } catch (const DatabaseError& error) {
            commit_failed(0, error);
            if (store_ || !try_open()) break;
        }
    }
    return {};
}

std::vector<Kept> Spool::kept() {
    return before_start([&] { return store_->handlers(); });
}

Kept Spool::keep_latest(const Account& account) {
    return before_start([&]() -> Kept {
        if (account.number_in_file == 0) return {};
        Transaction transaction{store_->database()};
        auto removed = store_->keep_latest(account.number_in_file);
        transaction.commit();
        return removed;
    });
}

std::vector<SavedState> Spool::states() {
    return before_start([&] { return store_->states(); });
}

std::uint64_t Spool::bury_unknown_handlers() {
    std::uint64_t buried = 0;
    const auto bury = [&](const Kept& kept) {
        std::uint64_t count = 0;
        while (const auto some = bury_batch(kept.handler, kept.number, 0, "handler removed").deliveries) count += some;
        if (count != 0)
            log::warning("deliveries of a handler that was removed are dead letters now",
                         {{"handler", kept.handler.id}, {"topic", kept.handler.topic}, {"deliveries", count}});
        buried += count;
        store_->remove_handler(kept.number);
        in_file_.erase(kept.handler);
    };
    before_start([&] {
        for (const auto& kept : store_->handlers())
            if (!by_name_.contains(kept.handler)) bury(kept);
        return 0;
    });
    return buried;
}

std::optional<Kept> Spool::bury_all(const Account& account, std::uint64_t from, std::string_view reason,
                                    std::uint64_t most) {
    // The next commit finds out whether the file takes something again.
    if (is_durable() && (!store_ || !healthy_)) return std::nullopt;
    Kept buried;
    try {
        while (account.number_in_file != 0 && buried.deliveries < most) {
            const auto some = bury_batch(account.name, account.number_in_file, from, reason);
            if (some.deliveries == 0) break;
            buried.deliveries += some.deliveries;
            buried.bytes += some.bytes;
        }
    } catch (const DatabaseError& error) {
        commit_failed(0, error);
        if (buried.deliveries == 0) return std::nullopt;
    }
    return buried;
}

Kept Spool::bury_batch(const HandlerName& name, std::uint32_t in_file, std::uint64_t from, std::string_view reason) {
    Kept buried;
    std::vector<std::uint64_t> sequences;
    const auto letters = dead_letters_.load();
    auto letters_now = letters;
    std::uint64_t damaged = 0;
    Transaction transaction{store_->database()};
    store_->read(in_file, from, buried_at_once + removed_.size(), [&](KeptDelivery kept) {
        if (removed_.contains({in_file, kept.sequence})) return true;
        sequences.push_back(kept.sequence);
        buried.bytes += kept.size;
        if (!kept.event) {
            ++damaged;
            return true;
        }
        store_->bury(name, *kept.event, kept.received, wall_clock(), reason);
        ++letters_now;
        return true;
    });
    for (const auto sequence : sequences) store_->remove_delivery(in_file, sequence);
    const auto most = settings_.most_dead_letters;
    if (letters_now > most) store_->remove_oldest_dead_letters(letters_now - most);
    transaction.commit();
    counters_.damaged.add(damaged);
    counters_.dead_letters.add(letters_now - letters);
    counters_.evicted_letters.add(letters_now > most ? letters_now - most : 0);
    dead_letters_ = std::min(letters_now, most);
    buried.deliveries = sequences.size();
    return buried;
}

bool Spool::read(const Account& account, std::uint64_t from, std::uint64_t most,
                 const std::function<bool(KeptDelivery)>& take) {
    if (!store_) return false;
    if (account.number_in_file == 0) return true;
    try {
        std::uint64_t taken = 0;
        store_->read(account.number_in_file, from, most + removed_.size(), [&](KeptDelivery kept) {
            if (removed_.contains({account.number_in_file, kept.sequence})) return true;
            return take(std::move(kept)) && ++taken < most;
        });
        return true;
    } catch (const DatabaseError& error) {
        commit_failed(0, error);
        return false;
    }
}

EntryPtr Spool::entry_of(Account& account, KeptDelivery delivery, Time now) {
    auto entry = std::make_shared<Entry>(EventPtr{std::move(delivery.event)}, delivery.received, now);
    entry->ledger = this;
    entry->set_slots({{.account = &account, .in_memory = true, .state = Entry::State::written}});
    return entry;
}

void Spool::visit_unwritten(const std::function<bool(const EntryPtr&)>& visit) {
    {
        const std::scoped_lock lock{mutex_};
        take_in();
    }
    for (const auto& entry : waiting_)
        if (!visit(entry)) return;
}

void Spool::remove(const Account& account, std::uint64_t sequence) {
    gone_.push_back({&account, sequence});
    removed_.emplace(account.number_in_file, sequence);
}

void Spool::remove_damaged(const Account& account, std::uint64_t sequence) {
    counters_.damaged.add();
    log::error("a delivery in the spool is damaged and is lost",
               {{"handler", account.name.id}, {"topic", account.name.topic}, {"sequence", sequence}});
    remove(account, sequence);
}

DeadLetter Spool::dead_letter(std::int64_t number) {
    return store_ && !requeued_letters_.contains(number) ? store_->dead_letter(number) : DeadLetter{};
}

void Spool::remove_dead_letter(std::int64_t number) {
    const std::scoped_lock lock{mutex_};
    inbox_.changes.emplace_back([this, number](Store& store) {
        requeued_letters_.erase(number);
        if (store.remove_dead_letter(number) && letters_removed_ < dead_letters_) ++letters_removed_;
    });
}

std::uint64_t Spool::bytes_on_disk() const {
    std::uint64_t bytes = 0;
    for (const char* part : {"", "-wal"}) {
        auto file = settings_.folder / spool_file;
        std::error_code error;
        const auto size = std::filesystem::file_size(file += part, error);
        if (!error) bytes += size;
    }
    return bytes;
}

}  // namespace tocsin::core
