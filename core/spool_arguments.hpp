#pragma once

#include "daemon/spool_command.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace tocsin::core {

/// The command line of `tocsin spool`.
class SpoolArguments {
  public:
    /// Adds the subcommand to `program`; this object must stay until it has parsed.
    SpoolArguments(CLI::App& program, const std::string& footer);
    SpoolArguments(const SpoolArguments&) = delete;
    SpoolArguments& operator=(const SpoolArguments&) = delete;

    bool parsed() const { return spool_->parsed(); }
    /// After parsing. Throws CLI::ValidationError for what does not go together.
    void check();
    const SpoolCommand& command() const noexcept { return command_; }

  private:
    CLI::App* add(SpoolCommand::Action action, const std::string& name, const std::string& help);
    void add_handler(CLI::App* action);
    void add_numbers(CLI::App* action);
    void check_show();
    void check_letters(const std::string& action, bool needs_dead) const;

    CLI::App* spool_;
    SpoolCommand command_;
    std::vector<std::string> shown_;
    std::string footer_;
};

}  // namespace tocsin::core
