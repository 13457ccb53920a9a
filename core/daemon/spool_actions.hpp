#pragma once

#include "daemon/spool_command.hpp"
#include "daemon/spool_place.hpp"

#include <iosfwd>

namespace tocsin::core {

/// The actions of `tocsin spool`. Each returns the exit code. They throw std::runtime_error for what could not be done,
/// DatabaseError among them.
int list_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out);
int show_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out);
int verify_spool(const SpoolPlace& place, std::ostream& out);
int export_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out);
int requeue_dead_letters(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out);
int drop_from_spool(const SpoolCommand& command, const SpoolPlace& place, std::ostream& out);

}  // namespace tocsin::core
