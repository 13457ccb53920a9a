#include "spool/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace tocsin::core {
namespace {

constexpr int busy_milliseconds = 5000;

int flags_of(Database::Open how) {
    switch (how) {
        case Database::Open::read_only: return SQLITE_OPEN_READONLY;
        case Database::Open::immutable: return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        case Database::Open::existing: return SQLITE_OPEN_READWRITE;
        case Database::Open::create: break;
    }
    return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

/// The path as an URI of SQLite.
std::string immutable_uri(const std::string& path) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string uri = "file:";
    for (const char c : path) {
        if (c != '%' && c != '?' && c != '#') {
            uri += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        uri.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
    return uri + "?immutable=1";
}

/// SQLite gives `-wal` and `-shm` the mode of the file. What goes wrong here it finds itself. One that is there is not
/// opened: closing it would take SQLite's locks from it.
void make_for_user_alone(const std::filesystem::path& file) {
    constexpr mode_t mode = 0600;
    const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (handle >= 0) ::close(handle);
}

[[noreturn]] void fail(sqlite3* handle, int code) {
    throw DatabaseError{code, handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle)};
}

}  // namespace

bool DatabaseError::is_damage() const noexcept {
    const int primary = code_ & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

bool DatabaseError::is_misuse() const noexcept { return (code_ & 0xff) == SQLITE_ERROR; }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Statement::check(int code) const {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_.get()), code);
}

Statement& Statement::bind(int at, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), at, value));
    return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
    check(sqlite3_bind_text64(statement_.get(), at, text.data() == nullptr ? "" : text.data(), text.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_blob(int at, std::string_view bytes) {
    check(sqlite3_bind_blob64(statement_.get(), at, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                              SQLITE_STATIC));
    return *this;
}

Statement& Statement::copy(int at, const Statement& row, int column) {
    check(sqlite3_bind_value(statement_.get(), at, sqlite3_column_value(row.statement_.get(), column)));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto* handle = sqlite3_db_handle(statement_.get());
    const DatabaseError error{sqlite3_extended_errcode(handle), sqlite3_errmsg(handle)};
    reset();
    throw error;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const noexcept { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const noexcept {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

Database::Database(const std::filesystem::path& file, Open how) {
    if (how == Open::create) make_for_user_alone(file);
    sqlite3* handle = nullptr;
    const auto name = how == Open::immutable ? immutable_uri(file.string()) : file.string();
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags_of(how), nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(handle, code);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, busy_milliseconds);
}

void Database::run(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(handle_.get(), sqlite3_extended_errcode(handle_.get()));
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(handle_.get(), sqlite3_extended_errcode(handle_.get()));
    return Statement{statement};
}

std::int64_t Database::integer(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(handle_.get()); }

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

Transaction::Transaction(Database& database) : database_{database} { database_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
    if (database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() { database_.run("COMMIT"); }

}  // namespace tocsin::core
