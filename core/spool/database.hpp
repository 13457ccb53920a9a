#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tocsin::core {

/// What SQLite says went wrong.
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(int code, const std::string& text) : std::runtime_error{text}, code_{code} {}

    /// Whether the file is damaged or no database, as against full, read-only, locked or out of reach.
    bool is_damage() const noexcept;
    /// Whether a table or column is not there.
    bool is_misuse() const noexcept;

  private:
    int code_;
};

/// A prepared statement. Parameters are numbered from 1, columns from 0.
class Statement {
  public:
    Statement() = default;

    Statement& bind(int at, std::int64_t value);
    /// The text must stay valid until the statement has run.
    Statement& bind(int at, std::string_view text);
    Statement& bind_blob(int at, std::string_view bytes);
    /// Binds the value of another statement's column, whatever its type.
    Statement& copy(int at, const Statement& row, int column);

    /// Whether there is one more row. Throws DatabaseError.
    bool step();
    /// Runs it to its end and makes it ready to be used again. Throws DatabaseError.
    void run();
    void reset() noexcept;

    std::int64_t integer(int column) const noexcept;
    /// Valid until the next step or reset. Bytes of text and blob alike.
    std::string_view text(int column) const noexcept;
    bool is_null(int column) const noexcept;

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_{statement} {}
    void check(int code) const;

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection to an SQLite file. Used by one thread at a time.
class Database {
  public:
    enum class Open {
        read_only,  ///< must be there; SQLite makes `-wal` and `-shm` when they are not
        immutable,  ///< must be there, and nobody may change it meanwhile: makes nothing
        existing,   ///< must be there
        create,     ///< one that is made, and what SQLite puts beside it, is for the user alone
    };
    /// Throws DatabaseError.
    Database(const std::filesystem::path& file, Open how);

    /// Runs statements without parameters. Throws DatabaseError.
    void run(const char* sql);
    /// Throws DatabaseError.
    Statement prepare(std::string_view sql);
    /// The first column of the first row; 0 when there is none. Throws DatabaseError.
    std::int64_t integer(std::string_view sql);

    /// Rows that the last statement changed, without those of triggers.
    std::int64_t changes() const noexcept;
    bool in_transaction() const noexcept;

    sqlite3* handle() noexcept { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A transaction that writes, rolled back unless committed.
class Transaction {
  public:
    /// Throws DatabaseError.
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Throws DatabaseError.
    void commit();

  private:
    Database& database_;
};

}  // namespace tocsin::core
