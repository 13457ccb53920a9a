#include "spool/checkpoints.hpp"

#include <sqlite3.h>

namespace tocsin::core {
namespace {

constexpr int pages_to_move = 2'000;
/// The log has grown faster than it could be moved: the writer does it itself.
constexpr int pages_too_many = 16'000;

}  // namespace

Checkpoints::Checkpoints(const std::filesystem::path& file, Database& writer)
    : database_{file, Database::Open::existing}, writer_{writer}, thread_{[this] { run(); }} {
    sqlite3_wal_hook(writer_.handle(), on_commit, this);
}

Checkpoints::~Checkpoints() {
    sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

int Checkpoints::on_commit(void* self, sqlite3* writer, const char* name, int pages) {
    if (pages < pages_to_move) return SQLITE_OK;
    auto& checkpoints = *static_cast<Checkpoints*>(self);
    {
        const std::scoped_lock lock{checkpoints.mutex_};
        checkpoints.wanted_ = true;
    }
    checkpoints.changed_.notify_all();
    if (pages >= pages_too_many) sqlite3_wal_checkpoint_v2(writer, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return SQLITE_OK;
}

void Checkpoints::run() {
    std::unique_lock lock{mutex_};
    while (true) {
        changed_.wait(lock, [this] { return ended_ || wanted_; });
        if (ended_) return;
        wanted_ = false;
        lock.unlock();
        // What fails here is tried again with the next commit; a full disk shows there.
        sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        lock.lock();
    }
}

}  // namespace tocsin::core
