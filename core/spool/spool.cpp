#include "spool/spool.hpp"

#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "spool/salvage.hpp"
#include "spool/schema.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <stdexcept>
#include <system_error>

namespace tocsin::core {
namespace {

/// `tocsin spool` has the folder for a moment.
constexpr auto lock_patience = std::chrono::milliseconds{500};
constexpr auto lock_poll = std::chrono::milliseconds{10};

/// For the user alone: events may hold what is not for everybody. One that is there stays as it is.
void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    const bool is_made = std::filesystem::create_directories(folder, error);
    if (error) throw std::runtime_error{"cannot be made: " + error.message()};
    if (is_made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error)
        log::warning("the folder of the spool cannot be kept from other users",
                     {{"folder", folder.string()}, {"problem", error.message()}});
}

}  // namespace

Spool::Spool(Settings settings) : settings_{std::move(settings)} {
    if (!is_durable()) {
        healthy_ = false;
        return;
    }
    make_folder(settings_.folder);
    lock_folder();
    next_ = sequence_without_file();
    try {
        if (!try_open() && !damage_.empty()) try_open();
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

Spool::~Spool() {
    stop();
    if (lock_ >= 0) ::close(lock_);
}

void Spool::lock_folder() {
    lock_ = ::open(settings_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0) throw std::runtime_error{"cannot be opened: " + std::system_category().message(errno)};
    int code = 0;
    for (const auto give_up = std::chrono::steady_clock::now() + lock_patience;;) {
        if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
        code = errno;
        if (code != EWOULDBLOCK || std::chrono::steady_clock::now() >= give_up) break;
        std::this_thread::sleep_for(lock_poll);
    }
    ::close(lock_);
    if (code == EWOULDBLOCK) throw std::runtime_error{"is in use by another Tocsin: stop it, or name another folder"};
    throw std::runtime_error{"cannot be locked: " + std::system_category().message(code)};
}

/// Whether there is a file now. Before start it throws std::runtime_error for what waiting cannot mend.
bool Spool::try_open() {
    const auto file = settings_.folder / spool_file;
    const bool is_start = listener_ == nullptr;
    try {
        store_ = open_or_salvage(file, damage_);
        damage_.clear();
        checkpoints_ = std::make_unique<Checkpoints>(file, store_->database());
        const auto reserved = std::max<std::uint64_t>(store_->reserved(), 1);
        if (is_start) next_ = reserved;
        // Others take numbers meanwhile.
        for (auto next = next_.load(); next < reserved && !next_.compare_exchange_weak(next, reserved);) {
        }
        learn_handlers();
        requests_wait_ = true;
        done_request_ = 0;
        removed_.clear();
        dead_letters_ = store_->dead_letters();
    } catch (const DatabaseError& error) {
        checkpoints_.reset();
        store_.reset();
        commit_failed(0, error);
        return false;
    } catch (const std::runtime_error& error) {
        if (is_start) throw;
        checkpoints_.reset();
        store_.reset();
        commit_failed(0, DatabaseError{0, error.what()});
        return false;
    }
    try {
        const auto below = next_ + block_of_sequences;
        Transaction transaction{store_->database()};
        store_->reserve(below);
        transaction.commit();
        reserved_ = below;
        if (is_start) {
            healthy_ = true;
            told_failure_ = false;
        }
    } catch (const DatabaseError& error) {
        // What the file holds can be read all the same.
        reserved_ = next_.load();
        commit_failed(0, error);
    }
    return store_ != nullptr;
}

void Spool::learn_handlers() {
    in_file_.clear();
    const bool was_unknown = listener_ != nullptr && !std::exchange(was_open_, true);
    was_open_ = true;
    for (const auto& kept : store_->handlers()) {
        in_file_.emplace(kept.handler, kept.number);
        if (was_unknown && kept.deliveries != 0)
            log::warning(
                "the spool could not be read at the start: what it holds is sent after the next one",
                {{"handler", kept.handler.id}, {"topic", kept.handler.topic}, {"deliveries", kept.deliveries}});
    }
    for (auto& account : accounts_) {
        const auto known = in_file_.find(account.name);
        account.number_in_file = known == in_file_.end() ? 0 : known->second;
    }
}

Account& Spool::account(const HandlerName& name) {
    const auto [known, is_new] = by_name_.try_emplace(name, nullptr);
    if (!is_new) return *known->second;
    auto& made = accounts_.emplace_back();
    made.name = name;
    made.index = accounts_.size() - 1;
    if (const auto number = in_file_.find(name); number != in_file_.end()) made.number_in_file = number->second;
    known->second = &made;
    return made;
}

/// Inside a transaction.
void Spool::number(Account& account) {
    if (account.number_in_file != 0) return;
    account.number_in_file = store_->number_of(account.name);
    numbered_.push_back(&account);
}

void Spool::start(SpoolListener& listener) {
    listener_ = &listener;
    if (!is_durable()) return;
    thread_ = std::thread{[this] { loop(); }};
}

void Spool::stop() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock{mutex_};
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    checkpoints_.reset();
    store_.reset();
}

std::uint64_t Spool::next_sequence() {
    if (is_durable() && healthy_ && next_ >= reserved_) {
        told_full_ = true;
        wake();
        return 0;
    }
    return next_.fetch_add(1, std::memory_order_relaxed);
}

bool Spool::is_full() {
    if (in_intake_ < settings_.most_in_intake && bytes_in_intake_ < settings_.most_bytes_in_intake) return false;
    if (!healthy_) return false;
    told_full_ = true;
    return true;
}

void Spool::offer(EntryPtr entry) {
    if (offer_quietly(std::move(entry))) notice();
}

bool Spool::offer_quietly(EntryPtr entry) {
    entry->ledger = this;
    entry->saves_state = entry->event->changed();
    for (const auto& slot : entry->slots()) slot.account->unwritten.fetch_add(entry->cost(), std::memory_order_relaxed);
    if (!is_durable()) {
        if (entry->is_over()) entry->safe();
        return false;
    }
    entry->enter_intake();
    if (entry->held) ++held_;
    ++in_intake_;
    bytes_in_intake_ += entry->cost();
    bool wakes = false;
    bool owes_notice = false;
    {
        const std::scoped_lock lock{mutex_};
        inbox_.offered.push_back(std::move(entry));
        fully_idle_ = false;
        wakes = std::exchange(owes_notice_, false);  // who owes it may be busy for long
        owes_notice = owes_notice_ = std::exchange(idle_, false);
    }
    if (wakes) notice();
    return owes_notice;
}

void Spool::ended(const EntryPtr& entry, std::size_t slot, Outcome outcome, std::string_view reason) {
    const bool dead = outcome == Outcome::dead && is_durable();
    const auto before = entry->mark_ended(slot, dead ? Entry::State::dying : Entry::State::ended);
    if (before == Entry::State::ended || before == Entry::State::dying) return;
    auto& account = *entry->slots()[slot].account;
    if (before == Entry::State::pending) account.unwritten.fetch_sub(entry->cost(), std::memory_order_relaxed);
    const bool written = before == Entry::State::written;
    if (written || dead) {
        bool wakes = false;
        {
            const std::scoped_lock lock{mutex_};
            if (dead)
                inbox_.dead.push_back({entry, slot, std::string{reason}, wall_clock(), written});
            else
                inbox_.gone.push_back({&account, entry->event->sequence()});
            wakes = dead ? idle_ || owes_notice_ : fully_idle_;
            if (wakes) idle_ = fully_idle_ = owes_notice_ = false;
        }
        if (wakes) changed_.notify_one();
    }
    if (dead || !entry->close_one()) return;
    leave_intake(*entry);
    entry->safe();
}

void Spool::leave_intake(Entry& entry) {
    if (!entry.leave_intake()) return;
    const auto left = --in_intake_;
    const auto bytes = bytes_in_intake_ -= entry.cost();
    if (told_full_ && left < settings_.most_in_intake / 2 && bytes < settings_.most_bytes_in_intake / 2) wake();
}

void Spool::forget_state(std::string topic, std::string id) {
    if (!is_durable()) return;
    const std::scoped_lock lock{mutex_};
    inbox_.forgotten.emplace_back(std::move(topic), std::move(id));
}

void Spool::poke() {
    bool wakes = false;
    {
        const std::scoped_lock lock{mutex_};
        wakes = !std::exchange(inbox_.poked, true);
        idle_ = false;
    }
    if (wakes) changed_.notify_one();
}

void Spool::wake() {
    {
        const std::scoped_lock lock{mutex_};
        idle_ = false;
        inbox_.poked = true;
    }
    changed_.notify_one();
}

void Spool::run(const std::function<void()>& task) {
    if (!thread_.joinable()) return task();
    auto done = std::make_shared<std::promise<void>>();
    const auto ended = done->get_future();
    {
        const std::scoped_lock lock{mutex_};
        tasks_.emplace_back([&task, done] {
            task();
            done->set_value();
        });
        idle_ = false;
    }
    changed_.notify_one();
    ended.wait();
}

}  // namespace tocsin::core
