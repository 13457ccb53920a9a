#include "spool_arguments.hpp"

#include <charconv>
#include <optional>

namespace tocsin::core {
namespace {

std::optional<std::int64_t> parse_number(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool fits = error == std::errc{} && end == text.data() + text.size() && number > 0;
    return fits ? std::optional{number} : std::nullopt;
}

std::string number_mistake(const std::string& text) {
    return parse_number(text) ? "" : "must be a number from 1 on, not " + text;
}

std::string handler_mistake(const std::string& text) {
    return parse_handler_name(text)
               ? ""
               : "must be an alert topic and a handler's id with a slash between them, not " + text;
}

}  // namespace

SpoolArguments::SpoolArguments(CLI::App& program, const std::string& footer)
    : spool_{program.add_subcommand("spool", "Look into the spool: pending deliveries and dead letters")},
      footer_{footer} {
    using Action = SpoolCommand::Action;
    spool_->require_subcommand(1);
    spool_->footer("While a router runs, it is asked to do what changes the spool. " + footer_);
    spool_->add_option("--config", command_.configuration, "The configuration file, which says where the spool is");
    spool_->add_option("--state-dir", command_.state_dir, "The folder of the spool, whatever the configuration says");

    auto* list = add(Action::list, "list", "List handlers, or the deliveries of one, or dead letters");
    add_handler(list);
    list->add_flag("--dead", command_.dead, "Dead letters");
    list->add_option("--limit", command_.limit, "How many lines at most")
        ->capture_default_str()
        ->check(CLI::Range(0, 1'000'000));
    list->add_flag("--json", command_.json, "One JSON object a line");

    auto* show = add(Action::show, "show", "Show all of one event, or of one dead letter");
    show->add_option("WHAT", shown_, "SEQUENCE of an event that is pending, or: dead NUMBER")
        ->required()
        ->expected(1, 2);
    show->add_flag("--json", command_.json, "As JSON, one line for each handler");

    add(Action::verify, "verify", "Look whether the file is sound and all in it can be read");

    auto* requeue = add(Action::requeue, "requeue", "Send dead letters again");
    add_numbers(requeue);

    auto* drop = add(Action::drop, "drop", "Drop dead letters, or deliveries that are pending");
    add_numbers(drop);
    drop->add_flag("--dead", command_.dead, "Dead letters; goes without saying when NUMBER is given");
    drop->add_flag("--pending", command_.pending, "Pending deliveries of --handler");
    drop->add_option_function<std::string>(
            "--sequence", [this](const std::string& text) { command_.sequence = parse_number(text); },
            "Only that of this event, with --pending")
        ->check(CLI::Validator{number_mistake, "NUMBER"});
    drop->add_flag("--yes", command_.yes, "Do not ask");

    auto* lines = add(Action::export_lines, "export", "Write pending deliveries or dead letters as JSON lines");
    add_handler(lines);
    lines->add_flag("--dead", command_.dead, "Dead letters");
    lines->add_option("--output", command_.output, "A file to make; otherwise the standard output");
}

CLI::App* SpoolArguments::add(SpoolCommand::Action action, const std::string& name, const std::string& help) {
    auto* command = spool_->add_subcommand(name, help);
    command->parse_complete_callback([this, action] { command_.action = action; });
    command->footer(footer_);
    return command;
}

void SpoolArguments::add_handler(CLI::App* action) {
    action
        ->add_option_function<std::string>(
            "--handler", [this](const std::string& text) { command_.handler = parse_handler_name(text); },
            "TOPIC/ID: only what is this handler's")
        ->check(CLI::Validator{handler_mistake, "TOPIC/ID"});
}

void SpoolArguments::add_numbers(CLI::App* action) {
    action
        ->add_option_function<std::vector<std::string>>(
            "NUMBER",
            [this](const std::vector<std::string>& all) {
                for (const auto& text : all) command_.numbers.push_back(parse_number(text).value_or(0));
            },
            "Of dead letters, as list --dead tells them")
        ->check(CLI::Validator{number_mistake, "NUMBER"});
    add_handler(action);
    action->add_flag("--all", command_.all, "All of them");
}

void SpoolArguments::check() {
    using Action = SpoolCommand::Action;
    if (!parsed()) return;
    if (command_.configuration.empty() && command_.state_dir.empty())
        throw CLI::ValidationError{"spool", "--config or --state-dir must say where the spool is"};
    if (command_.action == Action::show) check_show();
    if (command_.action == Action::requeue) check_letters("requeue", false);
    if (command_.action != Action::drop) return;
    if (command_.pending) {
        if (!command_.handler || command_.all || command_.dead || !command_.numbers.empty())
            throw CLI::ValidationError{"drop", "--pending wants --handler, and besides --sequence and --yes at most"};
    } else {
        if (command_.sequence) throw CLI::ValidationError{"drop", "--sequence goes with --pending"};
        check_letters("drop", true);
    }
}

void SpoolArguments::check_show() {
    if (shown_.size() == 2 && shown_[0] == "dead") {
        if (const auto number = parse_number(shown_[1])) {
            command_.dead = true;
            command_.numbers.push_back(*number);
            return;
        }
    }
    if (shown_.size() == 1) command_.sequence = parse_number(shown_[0]);
    if (!command_.sequence) throw CLI::ValidationError{"show", "write: show SEQUENCE, or: show dead NUMBER"};
}

void SpoolArguments::check_letters(const std::string& action, bool needs_dead) const {
    const int ways = (command_.numbers.empty() ? 0 : 1) + (command_.handler ? 1 : 0) + (command_.all ? 1 : 0);
    if (ways != 1)
        throw CLI::ValidationError{action, "say which dead letters: numbers, --handler or --all, one of them"};
    if (needs_dead && command_.numbers.empty() && !command_.dead)
        throw CLI::ValidationError{action, "say --dead or --pending"};
}

}  // namespace tocsin::core
