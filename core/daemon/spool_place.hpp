#pragma once

#include "spool/store.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::core {

/// Where a spool lies, as `tocsin spool` finds it. Nothing here makes, migrates or mends a file; what is wrong is
/// thrown as std::runtime_error that names the folder and says what to do.
///
/// Run as root, the files stay those of their owner without more ado: SQLite gives `-wal` and `-shm` to the owner of
/// the database.
class SpoolPlace {
  public:
    explicit SpoolPlace(std::filesystem::path folder) : folder_{std::move(folder)} {}

    const std::filesystem::path& folder() const noexcept { return folder_; }

    /// Whether a router has the spool open.
    bool is_in_use() const;

    /// The spool, to be read. Without a router and with nothing in its log (`-wal`), it is opened so that not even
    /// those files are made that SQLite puts beside it.
    class View {
      public:
        Store store;
        /// Throws when a handler is named that neither has been in the spool nor has dead letters there.
        void must_know(const std::optional<HandlerName>& handler);
        /// Throws when what was read may be wrong, because somebody has changed the file without a log meanwhile.
        void must_be_unchanged() const;

      private:
        friend class SpoolPlace;
        View(Store opened, const SpoolPlace& place, std::optional<struct stat> before)
            : store{std::move(opened)}, place_{place}, before_{before} {}
        const SpoolPlace& place_;
        std::optional<struct stat> before_;  ///< the file, when it is read without regard for others
    };
    View read() const;

    /// The spool, to be changed. Without a router, `lock` keeps one from starting as long as it lives, so that should
    /// not be long: a router that starts waits for half a second.
    struct Change {
        struct Folder {
            int handle;
            ~Folder();
        };
        explicit Change(const SpoolPlace& place);

        Folder lock;
        bool router_runs;
        Store store;
    };
    Change change() const { return Change{*this}; }

    /// What SQLite said, in words for an operator.
    std::string words(const DatabaseError& error) const;
    /// "the spool in "/x" " and `what`.
    std::string says(std::string_view what) const;

  private:
    std::filesystem::path file() const;
    void must_be_there() const;
    void must_allow(int mode, const char* what) const;
    void must_fit(Database& database, std::int64_t oldest) const;
    Store opened_to_change() const;

    std::filesystem::path folder_;
};

}  // namespace tocsin::core
