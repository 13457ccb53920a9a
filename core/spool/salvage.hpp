#pragma once

#include "spool/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tocsin::core {

/// The name of the spool's file in its folder.
inline constexpr const char* spool_file = "spool.db";

/// Opens the spool's file. One that is damaged, because it cannot be opened or `damage` says what was found later, is
/// renamed to `<file>.damaged-<time>`, which is logged, and a new one takes over what is readable of it. A kill or a
/// full disk on the way loses nothing: it is done again, as long as `damage`, which is emptied once the new one is in
/// place, says so. Throws DatabaseError when the disk does not let it, std::runtime_error when a newer program has
/// written the file.
std::unique_ptr<Store> open_or_salvage(const std::filesystem::path& file, std::string& damage);

/// How many rows were taken over.
struct Salvaged {
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t states = 0;
    std::uint64_t dead_letters = 0;
};

/// Copies what is readable of the tables in `damaged` to the empty `to`, going around pages that are not. Throws
/// DatabaseError when `to` cannot be written.
Salvaged salvage(const std::filesystem::path& damaged, Store& to);

}  // namespace tocsin::core
