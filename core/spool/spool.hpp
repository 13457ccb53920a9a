#pragma once

#include "base/counter.hpp"
#include "spool/checkpoints.hpp"
#include "spool/entry.hpp"
#include "spool/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace tocsin::core {

/// Who hears from the spool, on its thread.
class SpoolListener {
  public:
    virtual ~SpoolListener() = default;
    /// Entries that were held may be sent: see take_released.
    virtual void release() = 0;
    /// After each commit and after `poke`.
    virtual void feed() = 0;
    /// About once a second.
    virtual void look() = 0;
    /// The intake, which was full, has room again.
    virtual void has_room() = 0;
    /// Somebody has asked for this with `tocsin spool`.
    virtual void requested(const Request& request) = 0;
};

/// The durable store of deliveries not yet confirmed, of the alert topics' states and of dead letters.
///
/// Everything offered is in the file within a tick, unless all its deliveries have ended by then. One thread of its own
/// writes. When the disk takes nothing (full, read-only, broken), what is offered stays in memory, which is told once,
/// and it is tried again every second. Without a folder it keeps everything in memory and holds nothing back.
class Spool final : public Ledger {
  public:
    struct Settings {
        std::filesystem::path folder;  ///< made when it is not there; empty: memory only
        std::uint64_t most_dead_letters = 10'000;
        std::chrono::nanoseconds tick = std::chrono::milliseconds{2};
        std::size_t most_in_intake = 100'000;  ///< events that are neither written nor ended
        std::uint64_t most_bytes_in_intake = std::uint64_t{64} * 1024 * 1024;
    };

    /// Opens the file. One that is damaged is set aside, and what is readable of it is taken over. Throws
    /// std::runtime_error when another process has it, a newer program has written it, or the folder cannot be made;
    /// a disk that takes nothing is no reason to throw.
    explicit Spool(Settings settings);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool() override;

    /// Starts the thread.
    void start(SpoolListener& listener);
    /// Writes what has not ended and ends the thread. The listener's `release` may be called for that last commit, and
    /// nothing of it after that.
    void stop();

    /// The account of a handler. Before start, or on the spool's thread.
    Account& account(const HandlerName& name);
    // As far as `states` before start only, but for bury_all. A file that turns out to be damaged is salvaged; what
    // cannot be done otherwise is told and left.

    /// What the file holds, by handler.
    std::vector<Kept> kept();
    /// All deliveries but the newest of each event id go. Returns what has gone.
    Kept keep_latest(const Account& account);
    /// The deliveries in the file of handlers that have no account become dead letters. Returns how many.
    std::uint64_t bury_unknown_handlers();
    /// The deliveries in the file of this handler, from that event on, become dead letters, or about `most` of them.
    /// Returns what has gone; nothing when something may be left that the file does not let go now, which is told. On
    /// the spool's thread.
    std::optional<Kept> bury_all(const Account& account, std::uint64_t from, std::string_view reason,
                                 std::uint64_t most = UINT64_MAX);
    /// The states that were there when the file was opened, the one that changed longest ago first.
    std::vector<SavedState> states();

    /// The next sequence number, rising; 0 when none can be given out before something is committed. Callers take
    /// turns, and offer in the order of the numbers.
    std::uint64_t next_sequence();
    /// Whether no event may be offered now. Any thread. `has_room` is called once it may.
    bool is_full();
    /// Takes an entry into the books. Any thread.
    void offer(EntryPtr entry);
    /// The same, but when it returns true the spool's thread sleeps on until `notice` is called, which costs a wake
    /// better paid after the entry was sent, or until somebody else brings something.
    bool offer_quietly(EntryPtr entry);
    void notice() noexcept { changed_.notify_one(); }
    /// Events up to this number need no longer be held back behind one that was. Any thread.
    std::uint64_t released() const noexcept { return released_.load(std::memory_order_acquire); }
    /// Whether what is offered gets to the disk. Any thread.
    bool is_healthy() const noexcept { return healthy_; }
    /// Whether there is a file at all.
    bool is_durable() const noexcept { return !settings_.folder.empty(); }

    void ended(const EntryPtr& entry, std::size_t slot, Outcome outcome, std::string_view reason) override;
    /// The state of that event id is no longer kept. While the disk takes nothing a limited number of these is
    /// remembered: a state that stays in the file is back after the next start. Any thread.
    void forget_state(std::string topic, std::string id);

    /// Has `feed` called soon. Any thread.
    void poke();
    /// Runs `task` on the spool's thread and waits for it. Not on that thread.
    void run(const std::function<void()>& task);

    /// The rest on the spool's thread only.

    /// Those that were held and may be sent now, in order: they are committed, or only wait for some that are, or the
    /// disk takes nothing. Nothing may be offered meanwhile.
    std::vector<EntryPtr> take_released();
    /// Reads deliveries of one handler by sequence number from `from` on, at most `most`, while `take` returns true.
    /// False when the file cannot be read now.
    bool read(const Account& account, std::uint64_t from, std::uint64_t most,
              const std::function<bool(KeptDelivery)>& take);
    /// The entry of a delivery that was read.
    EntryPtr entry_of(Account& account, KeptDelivery delivery, Time now);
    /// Goes through the entries that are not in the file, in order, while `visit` returns true.
    void visit_unwritten(const std::function<bool(const EntryPtr&)>& visit);
    /// Ends a delivery that is in the file and that nobody has in memory.
    void remove(const Account& account, std::uint64_t sequence);
    /// The same for one whose row cannot be read.
    void remove_damaged(const Account& account, std::uint64_t sequence);
    /// Without an event when there is none of that number, or when it is about to be sent again.
    DeadLetter dead_letter(std::int64_t number);
    /// It is on its way again in an entry that calls remove_dead_letter once it is safe.
    void note_requeued(std::int64_t number) { requeued_letters_.insert(number); }
    /// Any thread.
    void remove_dead_letter(std::int64_t number);

    struct Counters {
        Counter commits;
        Counter written;          ///< events
        Counter dead_letters;     ///< written
        Counter evicted_letters;  ///< left because there were too many
        Counter lost_letters;     ///< could not be written, and were too many for memory
        Counter lost_states;      ///< the same
        Counter damaged;          ///< rows that could not be read
        Counter failures;         ///< of commits
    };
    const Counters& counters() const noexcept { return counters_; }
    /// Dead letters in the file. Any thread.
    std::uint64_t dead_letters() const noexcept { return dead_letters_; }
    /// Events that are neither written nor ended. Any thread.
    std::size_t in_intake() const noexcept { return in_intake_; }
    /// Bytes of the file and its log. Any thread.
    std::uint64_t bytes_on_disk() const;

  private:
    static constexpr std::uint64_t block_of_sequences = 1'000'000;
    static constexpr auto look_interval = std::chrono::seconds{1};

    struct Gone {
        const Account* account;
        std::uint64_t sequence;
    };
    struct Dead {
        EntryPtr entry;
        std::size_t slot;
        std::string reason;
        std::int64_t died;
        bool written;
    };
    using Change = std::function<void(Store&)>;
    using StateName = std::pair<std::string, std::string>;  ///< alert topic, event id
    struct Inbox {
        std::deque<EntryPtr> offered;
        std::vector<Gone> gone;
        std::vector<Dead> dead;
        std::vector<Change> changes;
        std::vector<StateName> forgotten;
        bool poked = false;
    };
    void lock_folder();
    bool try_open();
    void learn_handlers();
    template <class Call>
    std::invoke_result_t<Call> before_start(Call call);
    void loop();
    void take_in();
    bool has_rest() const noexcept;
    Time next_deadline(Time now) const;
    void drop_finished();
    bool must_commit(Time now) const;
    std::size_t due(Time now) const;
    void commit(Time now, std::size_t count);
    void number(Account& account);
    Kept bury_batch(const HandlerName& name, std::uint32_t in_file, std::uint64_t from, std::string_view reason);
    void write(std::size_t count);
    void retire();
    void after_commit(std::size_t count);
    void commit_failed(std::size_t count, const DatabaseError& error);
    void release_held(std::size_t count);
    void set_states_aside();
    void leave_intake(Entry& entry);
    void limit_dead();
    void look_around(Time now);
    void do_requests(Time now);
    void wake();

    const Settings settings_;
    int lock_ = -1;
    std::unique_ptr<Store> store_;
    std::string damage_;     ///< found in the file, which is to be salvaged; empty: none
    bool was_open_ = false;  ///< the file has been read before
    std::unique_ptr<Checkpoints> checkpoints_;
    SpoolListener* listener_ = nullptr;

    std::mutex mutex_;
    std::condition_variable changed_;
    Inbox inbox_;
    bool idle_ = false;         ///< asleep for longer than a tick
    bool fully_idle_ = false;   ///< asleep with nothing to do
    bool owes_notice_ = false;  ///< somebody who made an offer quietly, since it fell asleep
    bool ending_ = false;
    std::deque<std::function<void()>> tasks_;

    // On the spool's thread, or before it is started.
    std::deque<Account> accounts_;
    std::map<HandlerName, Account*> by_name_;
    std::map<HandlerName, std::uint32_t> in_file_;
    std::vector<Account*> numbered_;  ///< in the transaction under way
    std::deque<EntryPtr> waiting_;
    std::map<StateName, EventPtr> unsaved_;  ///< states that could not be written
    std::vector<EntryPtr> untold_;           ///< safe once these are written
    std::set<StateName> forgotten_;          ///< states still in the file
    std::vector<Gone> gone_;
    std::vector<Dead> dead_;
    std::vector<Change> changes_;
    std::size_t committed_ = 0;  ///< of those waiting, while they are released
    Time rest_since_;
    Time next_try_;
    Time next_look_;
    std::int64_t seen_version_ = 0;
    bool requests_wait_ = true;                                  ///< or may; those from before the start too
    std::int64_t done_request_ = 0;                              ///< the last one; its row goes with the next commit
    std::set<std::int64_t> requeued_letters_;                    ///< still in the file
    std::set<std::pair<std::uint32_t, std::uint64_t>> removed_;  ///< by `remove`, still in the file
    std::uint64_t letters_removed_ = 0;                          ///< in the transaction under way
    bool told_failure_ = false;
    bool lost_states_ = false;  ///< since the disk took something

    std::atomic<std::uint64_t> next_{1};
    std::atomic<std::uint64_t> reserved_{0};
    std::atomic<std::uint64_t> released_{0};
    std::atomic<bool> healthy_{true};
    std::atomic<bool> told_full_{false};
    std::atomic<std::size_t> held_{0};  ///< entries offered that are held
    std::atomic<std::size_t> in_intake_{0};
    std::atomic<std::uint64_t> bytes_in_intake_{0};
    std::atomic<std::uint64_t> dead_letters_{0};
    Counters counters_;
    std::thread thread_;
};

}  // namespace tocsin::core
