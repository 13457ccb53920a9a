#include "base/log.hpp"
#include "spool/spool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::core {
namespace {

/// What has ended leaves the file in larger groups: nobody waits for that.
constexpr auto longest_rest = std::chrono::milliseconds{20};
constexpr std::size_t many_gone = 4096;
constexpr std::size_t most_dead_in_memory = 10'000;
constexpr std::size_t most_unsaved_states = 100'000;
constexpr std::size_t most_forgotten_states = 100'000;
constexpr std::uint64_t requests_at_once = 1'000;

bool is_finished(const EntryPtr& entry) { return entry->is_over() && !entry->held && !entry->saves_state; }

}  // namespace

Time Spool::next_deadline(Time now) const {
    auto deadline = next_look_;
    if (!healthy_ && held_ == 0) return std::min(deadline, std::max(next_try_, now));
    if (!waiting_.empty()) deadline = std::min(deadline, waiting_.front()->since + settings_.tick);
    if (has_rest()) deadline = std::min(deadline, rest_since_ + settings_.tick);
    if (!gone_.empty()) deadline = std::min(deadline, rest_since_ + longest_rest);
    return deadline;
}

void Spool::loop() {
    next_look_ = std::chrono::steady_clock::now() + look_interval;
    std::unique_lock lock{mutex_};
    while (true) {
        const auto before = std::chrono::steady_clock::now();
        const auto deadline = next_deadline(before);
        idle_ = deadline > before + settings_.tick;
        fully_idle_ = idle_ && gone_.empty();
        const bool sleeps_short = !idle_;
        changed_.wait_until(lock, deadline,
                            [&] { return ending_ || inbox_.poked || !tasks_.empty() || (!sleeps_short && !idle_); });
        idle_ = fully_idle_ = owes_notice_ = false;
        const bool ends = ending_;
        bool feeds = std::exchange(inbox_.poked, false);
        const auto tasks = std::exchange(tasks_, {});
        take_in();
        lock.unlock();

        drop_finished();
        for (const auto& task : tasks) task();
        const auto now = std::chrono::steady_clock::now();
        if (ends) {
            next_try_ = now;
            commit(now, waiting_.size());
            return;
        }
        if (must_commit(now)) {
            commit(now, due(now));
            feeds = true;
        }
        if (now >= next_look_) {
            look_around(now);
            listener_->look();
            feeds = true;
        }
        if (feeds) listener_->feed();
        const bool has_half =
            in_intake_ < settings_.most_in_intake / 2 && bytes_in_intake_ < settings_.most_bytes_in_intake / 2;
        if (told_full_ && (has_half || !healthy_)) {
            told_full_ = false;
            listener_->has_room();
        }
        lock.lock();
    }
}

/// Whether there is something to write, besides events, that is not to wait for long.
bool Spool::has_rest() const noexcept { return !dead_.empty() || !changes_.empty() || !forgotten_.empty(); }

/// Under the lock.
void Spool::take_in() {
    if (gone_.empty() && !has_rest()) rest_since_ = std::chrono::steady_clock::now();
    const auto append = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
        from.clear();
    };
    append(waiting_, inbox_.offered);
    append(gone_, inbox_.gone);
    append(dead_, inbox_.dead);
    append(changes_, inbox_.changes);
    for (auto& name : inbox_.forgotten) {
        unsaved_.erase(name);
        if (forgotten_.size() < most_forgotten_states) forgotten_.insert(std::move(name));
    }
    inbox_.forgotten.clear();
}

void Spool::drop_finished() {
    while (!waiting_.empty() && is_finished(waiting_.front())) waiting_.pop_front();
    if (waiting_.size() > 2 * in_intake_ + 1000) std::erase_if(waiting_, is_finished);
}

bool Spool::must_commit(Time now) const {
    if (!healthy_ && now < next_try_) return held_ != 0;
    if (!healthy_) return true;
    if (next_ + block_of_sequences / 2 > reserved_) return true;
    if (!waiting_.empty() && waiting_.front()->since + settings_.tick <= now) return true;
    if (has_rest() && rest_since_ + settings_.tick <= now) return true;
    return gone_.size() >= many_gone || (!gone_.empty() && rest_since_ + longest_rest <= now);
}

/// How many of those waiting are older than a tick.
std::size_t Spool::due(Time now) const {
    const auto young = std::partition_point(
        waiting_.begin(), waiting_.end(), [&](const EntryPtr& entry) { return entry->since + settings_.tick <= now; });
    return static_cast<std::size_t>(young - waiting_.begin());
}

void Spool::commit(Time now, std::size_t count) {
    if (!healthy_ && now < next_try_) return release_held(waiting_.size());
    if (!store_ && !try_open()) return;
    letters_removed_ = 0;
    try {
        Transaction transaction{store_->database()};
        const auto reserve = next_ + block_of_sequences;
        const bool reserves = next_ + block_of_sequences / 2 > reserved_;
        if (reserves) store_->reserve(reserve);
        for (const auto& change : changes_) change(*store_);
        for (const auto& [topic, id] : forgotten_) store_->forget_state(topic, id);
        for (const auto& [name, event] : unsaved_) store_->save_state(*event);
        write(count);
        retire();
        transaction.commit();
        if (reserves) reserved_ = reserve;
    } catch (const DatabaseError& error) {
        return commit_failed(count, error);
    }
    after_commit(count);
}

void Spool::write(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        auto& entry = *waiting_[i];
        if (entry.saves_state) store_->save_state(*entry.event);
        const auto& slots = entry.slots();
        std::uint32_t deliveries = 0;
        for (std::size_t slot = 0; slot < slots.size(); ++slot) {
            if (!entry.mark_written(slot)) continue;
            ++deliveries;
            number(*slots[slot].account);
            store_->add_delivery(slots[slot].account->number_in_file, entry.event->sequence(), entry.cost());
        }
        if (deliveries == 0) continue;
        store_->add_event(*entry.event, entry.received, deliveries);
        counters_.written.add();
    }
}

void Spool::retire() {
    std::sort(gone_.begin(), gone_.end(), [](const Gone& a, const Gone& b) {
        return std::pair{a.account->number_in_file, a.sequence} < std::pair{b.account->number_in_file, b.sequence};
    });
    for (const auto& [account, sequence] : gone_) store_->remove_delivery(account->number_in_file, sequence);
    for (const auto& dead : dead_) {
        const auto& account = *dead.entry->slots()[dead.slot].account;
        store_->bury(account.name, *dead.entry->event, dead.entry->received, dead.died, dead.reason);
        if (dead.written) store_->remove_delivery(account.number_in_file, dead.entry->event->sequence());
    }
    const auto letters = dead_letters_ - letters_removed_ + dead_.size();
    if (letters > settings_.most_dead_letters)
        store_->remove_oldest_dead_letters(letters - settings_.most_dead_letters);
}

void Spool::after_commit(std::size_t count) {
    counters_.commits.add();
    for (const auto* account : std::exchange(numbered_, {})) in_file_[account->name] = account->number_in_file;
    counters_.dead_letters.add(dead_.size());
    const auto letters = dead_letters_ - letters_removed_ + dead_.size();
    const auto most = settings_.most_dead_letters;
    counters_.evicted_letters.add(letters > most ? letters - most : 0);
    dead_letters_ = std::min(letters, most);
    gone_.clear();
    removed_.clear();
    changes_.clear();
    forgotten_.clear();
    unsaved_.clear();
    for (const auto& dead : std::exchange(dead_, {})) {
        dead.entry->mark_ended(dead.slot);
        if (dead.entry->close_one()) leave_intake(*dead.entry);
        if (dead.entry->is_kept()) dead.entry->safe();
    }
    for (const auto& entry : std::exchange(untold_, {})) entry->safe();
    for (std::size_t i = 0; i < count; ++i) {
        auto& entry = *waiting_[i];
        entry.saves_state = false;
        for (std::size_t slot = 0; slot < entry.slots().size(); ++slot)
            if (entry.take_just_written(slot)) entry.slots()[slot].account->unwritten.fetch_sub(entry.cost());
        leave_intake(entry);
        if (entry.is_kept()) entry.safe();
    }
    release_held(count);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!healthy_.exchange(true)) {
        told_failure_ = false;
        log::info("the spool is written again", {{"folder", settings_.folder.string()}});
        if (std::exchange(lost_states_, false))
            log::warning("more levels changed than fit in memory: some ids have older ones after the next start",
                         {{"folder", settings_.folder.string()}, {"states", counters_.lost_states.value()}});
    }
}

void Spool::release_held(std::size_t count) {
    if (held_ == 0) return;
    committed_ = count;
    listener_->release();
}

std::vector<EntryPtr> Spool::take_released() {
    {
        const std::scoped_lock lock{mutex_};
        take_in();
    }
    if (!healthy_) set_states_aside();
    std::vector<EntryPtr> released;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        auto& entry = *waiting_[i];
        if (i >= committed_ && entry.saves_state) break;
        if (std::exchange(entry.held, false)) released.push_back(waiting_[i]);
    }
    held_ -= released.size();
    if (!released.empty()) released_.store(released.back()->event->sequence(), std::memory_order_release);
    return released;
}

void Spool::commit_failed(std::size_t count, const DatabaseError& error) {
    counters_.failures.add();
    const auto now = std::chrono::steady_clock::now();
    // What fails besides commits does not put them off.
    if (healthy_.exchange(false) || next_try_ <= now) next_try_ = now + look_interval;
    for (auto* account : std::exchange(numbered_, {})) account->number_in_file = 0;
    if (error.is_damage()) {
        damage_ = error.what();
        checkpoints_.reset();
        store_.reset();
    }
    const bool is_mended_at_once = error.is_damage() && listener_ == nullptr;
    if (!is_mended_at_once && !std::exchange(told_failure_, true))
        log::error(
            "the spool cannot be written: alerts go on from memory, and are lost if the program ends before it can",
            {{"folder", settings_.folder.string()}, {"reason", error.what()}});
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t slot = 0; slot < waiting_[i]->slots().size(); ++slot)
            if (waiting_[i]->take_just_written(slot) && !waiting_[i]->unmark_written(slot))
                waiting_[i]->slots()[slot].account->unwritten.fetch_sub(waiting_[i]->cost());
    set_states_aside();
    limit_dead();
    if (listener_ != nullptr) release_held(waiting_.size());
}

/// Their entries may end before the file can be written again. When there are too many, those of further ids are lost,
/// and sources never hear that such events without deliveries are safe.
void Spool::set_states_aside() {
    for (const auto& entry : waiting_) {
        if (!std::exchange(entry->saves_state, false)) continue;
        StateName name{entry->event->topic(), entry->event->id()};
        const bool fits = unsaved_.size() < most_unsaved_states || unsaved_.contains(name);
        if (fits) {
            unsaved_[std::move(name)] = entry->event;
        } else {
            counters_.lost_states.add();
            lost_states_ = true;
        }
        if (!entry->slots().empty()) continue;
        leave_intake(*entry);
        if (!fits) entry->never_safe();
        if (entry->when_safe && fits && untold_.size() < most_unsaved_states) untold_.push_back(entry);
    }
}

/// The oldest are lost: their sources never hear that they are safe.
void Spool::limit_dead() {
    if (dead_.size() <= most_dead_in_memory) return;
    const auto kept = dead_.end() - static_cast<std::ptrdiff_t>(most_dead_in_memory);
    for (auto dead = dead_.begin(); dead != kept; ++dead) {
        counters_.lost_letters.add();
        dead->entry->never_safe();
        if (dead->written) gone_.push_back({dead->entry->slots()[dead->slot].account, dead->entry->event->sequence()});
        if (dead->entry->close_one()) leave_intake(*dead->entry);
    }
    dead_.erase(dead_.begin(), kept);
}

void Spool::look_around(Time now) {
    next_look_ = now + look_interval;
    std::erase_if(waiting_, is_finished);
    if (!store_ || !healthy_) return;
    try {
        const auto version = store_->data_version();
        if (std::exchange(seen_version_, version) != version) {
            dead_letters_ = store_->dead_letters();
            requests_wait_ = true;
        }
        if (requests_wait_) do_requests(now);
    } catch (const DatabaseError& error) {
        commit_failed(0, error);
    }
}

/// So many at a time that what they send again fits the intake and the reserved sequence numbers.
void Spool::do_requests(Time now) {
    if (is_full() || next_ + requests_at_once > reserved_) return;
    const auto requests = store_->requests(done_request_, requests_at_once);
    for (const auto& request : requests) {
        listener_->requested(request);
        done_request_ = request.number;
        changes_.emplace_back([number = request.number](Store& store) { store.remove_request(number); });
    }
    requests_wait_ = requests.size() == requests_at_once;
    if (requests_wait_) next_look_ = now + settings_.tick;
}

}  // namespace tocsin::core
