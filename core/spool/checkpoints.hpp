#pragma once

#include "spool/database.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace tocsin::core {

/// Moves what was committed from SQLite's log into its file, on a connection and a thread of its own, so that no commit
/// has to wait for it.
class Checkpoints {
  public:
    /// `writer`: the connection whose commits are watched; it must outlive this object, and be used by nobody while
    /// this is made or goes. Throws DatabaseError.
    Checkpoints(const std::filesystem::path& file, Database& writer);
    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;
    ~Checkpoints();

  private:
    static int on_commit(void* self, sqlite3* writer, const char* name, int pages);
    void run();

    Database database_;
    Database& writer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool wanted_ = false;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace tocsin::core
