#pragma once

#include "spool/database.hpp"

#include <cstdint>

namespace tocsin::core {

/// The version of the schema that this program writes; in the file it is `PRAGMA user_version`.
inline constexpr std::int64_t schema_version = 2;

/// A delivery's key holds its handler's number and, in so many lower bits, its event's sequence number.
inline constexpr unsigned sequence_bits = 43;
inline constexpr std::uint64_t last_sequence = (std::uint64_t{1} << sequence_bits) - 1;
inline constexpr std::uint64_t last_handler = (std::uint64_t{1} << (63 - sequence_bits)) - 1;

/// Where sequence numbers go on when no file tells how far they have come: above what any file can hold, and rising
/// from start to start.
std::uint64_t sequence_without_file();

/// Brings the tables to `version` from whatever older one they are of, in one transaction; an empty file is version 0.
/// Throws DatabaseError, one of damage for a version that there never was, and std::runtime_error when the file was
/// written by a newer program.
void migrate(Database& database, std::int64_t version = schema_version);

}  // namespace tocsin::core
