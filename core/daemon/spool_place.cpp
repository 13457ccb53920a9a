#include "daemon/spool_place.hpp"

#include "base/mistakes.hpp"
#include "spool/salvage.hpp"
#include "spool/schema.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace tocsin::core {
namespace {

int open_folder(const SpoolPlace& place) {
    const int handle = ::open(place.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) throw std::runtime_error{place.says("cannot be opened: " + std::system_category().message(errno))};
    return handle;
}

/// False when a router has the folder.
bool try_lock(int folder, int how) { return ::flock(folder, how | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

std::string user_name(uid_t user) {
    const auto* entry = ::getpwuid(user);
    return entry == nullptr ? fmt::format("number {}", user) : std::string{entry->pw_name};
}

std::filesystem::path beside(std::filesystem::path file, const char* suffix) { return file += suffix; }

bool same(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

std::filesystem::path SpoolPlace::file() const { return folder_ / spool_file; }

std::string SpoolPlace::says(std::string_view what) const {
    return fmt::format("the spool in \"{}\" {}", folder_.string(), what);
}

std::string SpoolPlace::words(const DatabaseError& error) const {
    if (error.is_damage())
        return says(
            fmt::format("is damaged ({}): the router, when it starts, sets the file aside and takes over what is "
                        "readable",
                        error.what()));
    return says(fmt::format("cannot be used: {}", error.what()));
}

bool SpoolPlace::is_in_use() const {
    const int handle = open_folder(*this);
    const bool free = try_lock(handle, LOCK_SH);
    ::close(handle);
    return !free;
}

void SpoolPlace::must_be_there() const {
    struct stat found {};
    if (::stat(file().c_str(), &found) == 0) return;
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR)
        throw std::runtime_error{fmt::format(
            "there is no spool in \"{}\": name the folder of the router's spool with --state-dir (of the service: "
            "/var/lib/tocsin)",
            folder_.string())};
    throw std::runtime_error{
        says("cannot be looked at: " + std::system_category().message(code) + ": do this as its owner, or as root")};
}

void SpoolPlace::must_allow(int mode, const char* what) const {
    for (const auto& path : {file(), folder_}) {
        if (::access(path.c_str(), path == folder_ ? mode | X_OK : mode) == 0) continue;
        const int code = errno;
        struct stat found {};
        ::stat(path.c_str(), &found);
        throw std::runtime_error{
            says(fmt::format("cannot be {}: {}; it belongs to {}: do this as that user, or as root", what,
                             std::system_category().message(code), user_name(found.st_uid)))};
    }
}

void SpoolPlace::must_fit(Database& database, std::int64_t oldest) const {
    const auto found = database.integer("PRAGMA user_version");
    if (found > schema_version)
        throw std::runtime_error{says(fmt::format(
            "was written by a newer Tocsin (schema {}, this one knows {}): use that one", found, schema_version))};
    if (found < oldest)
        throw std::runtime_error{
            says(found == 0 ? "is empty: no router has used it yet"
                            : "was written by an older Tocsin: start this one on it once, which brings it up to date")};
}

SpoolPlace::View SpoolPlace::read() const {
    must_be_there();
    must_allow(R_OK, "read");
    std::error_code error;
    const auto log = std::filesystem::file_size(beside(file(), "-wal"), error);
    const bool has_log = !error && log != 0;
    const bool is_immutable = !has_log && !is_in_use();
    struct stat before {};
    if (is_immutable) ::stat(file().c_str(), &before);
    Database database{file(), is_immutable ? Database::Open::immutable : Database::Open::read_only};
    must_fit(database, 1);
    return View{Store{std::move(database)}, *this, is_immutable ? std::optional{before} : std::nullopt};
}

void SpoolPlace::View::must_be_unchanged() const {
    if (!before_) return;
    struct stat now {};
    if (::stat(place_.file().c_str(), &now) == 0 && same(*before_, now)) return;
    throw std::runtime_error{place_.says("was changed while it was read, for a router has started: do it again")};
}

void SpoolPlace::View::must_know(const std::optional<HandlerName>& handler) {
    if (!handler) return;
    std::vector<std::string> known;
    for (const auto& kept : store.handlers()) known.push_back(kept.handler.topic + "/" + kept.handler.id);
    for (const auto& [name, count] : store.dead_letters_by_handler()) known.push_back(name.topic + "/" + name.id);
    const auto wanted = handler->topic + "/" + handler->id;
    if (std::find(known.begin(), known.end(), wanted) != known.end()) return;
    must_be_unchanged();
    const auto meant = nearest(wanted, known);
    throw std::runtime_error{place_.says(fmt::format(
        "knows no handler {}{}", wanted, meant.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", meant)))};
}

Store SpoolPlace::opened_to_change() const {
    must_be_there();
    must_allow(R_OK | W_OK, "changed");
    Database database{file(), Database::Open::existing};
    must_fit(database, schema_version);
    return Store{std::move(database)};
}

SpoolPlace::Change::Folder::~Folder() { ::close(handle); }

SpoolPlace::Change::Change(const SpoolPlace& place)
    : lock{open_folder(place)}, router_runs{!try_lock(lock.handle, LOCK_EX)}, store{place.opened_to_change()} {}

}  // namespace tocsin::core
