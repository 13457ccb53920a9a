#include "daemon/setup.hpp"

#include "config/fingerprint.hpp"
#include "config/shorten.hpp"
#include "daemon/handler_templates.hpp"
#include "daemon/plugin_mistakes.hpp"
#include "daemon/sink_instances.hpp"
#include "daemon/sound_options.hpp"
#include "plugin/option_specs.hpp"
#include "route/handler_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace tocsin::core {
namespace {

using Sections = std::map<std::string, std::vector<const Node*>, std::less<>>;

void apply_variables(const Setup& setup, const Registry& registry, Environment& variables, Mistakes& mistakes) {
    std::vector<KindOfSection> kinds;
    for (const auto& section : program_sections()) {
        auto& kind = kinds.emplace_back(KindOfSection{section.name, &section.options, {}, false});
        if (section.name == "http" && setup.settings.http_section != nullptr)
            kind.sections.push_back(setup.settings.http_section);
    }
    for (const auto& library : registry.libraries()) {
        for (const auto& sink : library->sinks) kinds.push_back({sink.name, &sink.instance_options, {}});
        for (const auto& source : library->sources) kinds.push_back({source.name, &source.instance_options, {}});
    }
    for (auto& kind : kinds)
        for (const auto& section : setup.settings.sections)
            if (section.kind == kind.name) kind.sections.push_back(section.table);
    apply_environment(variables, kinds, mistakes);
    warn_of_near_misses(variables, kinds, mistakes);
}

/// Sorts the sections by kind; kinds that no plugin brings are mistakes.
Sections by_kind(const Settings& settings, const Registry& registry, Mistakes& mistakes) {
    Sections sections;
    auto known = registry.sink_names();
    const auto sources = registry.source_names();
    known.insert(known.end(), sources.begin(), sources.end());
    for (const auto& section : program_sections()) known.push_back(section.name);
    for (const auto& [kind, table] : settings.sections) {
        if (registry.sink(kind) != nullptr || registry.source(kind) != nullptr)
            sections[kind].push_back(table);
        else
            mistakes.add_unknown(table->where, shortened(kind), "no plugin brings this kind of section", known, kind);
    }
    return sections;
}

void make_sources(Setup& setup, const Registry& registry, Listeners& listeners, const Sections& sections,
                  const Strand::HandOver& hand_over, Mistakes& mistakes) {
    for (const auto& [name, tables] : sections) {
        const auto* kind = registry.source(name);
        if (kind == nullptr) continue;
        for (std::size_t i = 0; i < tables.size(); ++i) {
            check_keys(*tables[i], kind->instance_options, name + ".", mistakes);
            const auto options = read_sound_options(*tables[i], kind->instance_options, name + ".",
                                                    setup.settings.file.parent_path(), mistakes);
            if (!options.complete) continue;
            const auto instance_name = tables.size() == 1 ? name : fmt::format("{}-{}", name, i + 1);
            try {
                auto source =
                    std::make_shared<SourceInstance>(*kind, instance_name, options.values, listeners, hand_over);
                if (options.all_sound())
                    setup.sources.push_back({std::move(source), kind, tables[i]->where, options.values,
                                             fingerprint(kind->instance_options, options.values, true)});
            } catch (const std::exception& error) {
                add_plugin_mistakes(error.what(), kind->instance_options, options.values, name, tables[i]->where,
                                    mistakes, {}, options.refused);
            }
        }
    }
}

class Handlers {
  public:
    Handlers(const Registry& registry, SinkInstances& sinks, Mistakes& mistakes)
        : registry_{registry}, sinks_{sinks}, mistakes_{mistakes} {}

    void add(const std::filesystem::path& file) {
        auto handler = read_handler_file(file, mistakes_);
        if (!handler) return;
        check_is_first(*handler);
        const auto* kind = registry_.sink(handler->kind);
        if (kind == nullptr) {
            mistakes_.add_unknown(handler->kind_at, "kind",
                                  fmt::format("no plugin brings a sink of kind \"{}\"", shortened(handler->kind)),
                                  registry_.sink_names(), handler->kind);
            return;
        }
        check_keys(handler->options(), kind->handler_options, "options.", mistakes_);
        const auto before = mistakes_.size();
        const auto options =
            read_sound_options(handler->options(), kind->handler_options, "options.", file.parent_path(), mistakes_);
        const auto& values = options.values;
        auto rendered = compile_templates(kind->handler_options, values, mistakes_);
        const auto* instance = with_role(kind->handler_options, TOCSIN_ROLE_INSTANCE);
        if (instance != nullptr && options.refused[static_cast<std::size_t>(instance - kind->handler_options.data())])
            return;
        auto* runner = sinks_.find(*kind, instance_wanted(*kind, values), handler->kind_at);
        if (runner == nullptr || !options.complete) return;
        try {
            if (mistakes_.size() != before) {
                runner->sink().bind(values);
                return;
            }
            LanePlan plan;
            plan.text = fmt::format("{} {} {}", handler->expiry.count(), handler->keeps_latest,
                                    fingerprint(kind->handler_options, values, false));
            plan.options = values;
            plan.rendered = std::move(rendered);
            plan.expiry = handler->expiry;
            plan.keeps_latest = handler->keeps_latest;
            auto made = std::make_shared<Handler>(handler->topic, handler->id);
            made->runner = runner;
            made->plan_text = plan.text;
            made->lane = runner->add(made, std::move(plan));
            routing_->routes.add(handler->topic, handler->match, routing_->targets.size());
            routing_->targets.push_back({std::move(made), runner->kind(), runner->name()});
        } catch (const std::exception& error) {
            add_plugin_mistakes(error.what(), kind->handler_options, values, "options", handler->kind_at, mistakes_,
                                sinks_.hidden_names(*kind), options.refused);
        }
    }

    std::shared_ptr<Routing> take() { return std::move(routing_); }

  private:
    void check_is_first(const HandlerFile& handler) {
        if (handler.id.empty() || handler.topic.empty()) return;
        const auto [known, first] = files_.try_emplace({handler.topic, handler.id}, handler.file);
        if (!first)
            mistakes_.add(handler.id_at, "id",
                          fmt::format("alert topic \"{}\" has a handler \"{}\" already, in {}",
                                      shortened(handler.topic), shortened(handler.id), known->second.string()));
    }

    static OptionValue instance_wanted(const SinkKind& kind, const std::vector<OptionValue>& values) {
        const auto* spec = with_role(kind.handler_options, TOCSIN_ROLE_INSTANCE);
        return spec == nullptr ? OptionValue{} : values[static_cast<std::size_t>(spec - kind.handler_options.data())];
    }

    const Registry& registry_;
    SinkInstances& sinks_;
    Mistakes& mistakes_;
    std::map<std::pair<std::string, std::string>, std::filesystem::path> files_;
    std::shared_ptr<Routing> routing_ = std::make_shared<Routing>();
};

void add_all(Handlers& handlers, const Settings& settings, Mistakes& mistakes) {
    for (const auto& file : handler_files_in(settings.handlers_dir, settings.handlers_dir_at, mistakes)) {
        if (mistakes.is_full()) return;
        handlers.add(file);
    }
}

}  // namespace

void load_plugins(Registry& registry, const std::vector<std::filesystem::path>& more, const Location& where,
                  Mistakes& mistakes) {
    const auto environment = std::make_shared<const std::string>("TOCSIN_PLUGIN_PATH");
    for (const auto& directory : built_in_plugin_directories()) registry.load_from(directory, {}, mistakes);
    for (const auto& directory : plugin_directories_of_environment())
        registry.load_from(directory, {environment}, mistakes);
    for (const auto& directory : more) registry.load_from(directory, where, mistakes);
}

std::unique_ptr<Setup> set_up(const std::filesystem::path& configuration, Registry& registry, Listeners& listeners,
                              const Strand::HandOver& hand_over, Mistakes& mistakes) {
    auto variables = variables_of_process();
    auto settings = read_settings(configuration, variables, mistakes);
    if (!settings) return nullptr;
    auto setup = std::make_unique<Setup>();
    setup->settings = std::move(*settings);
    load_plugins(registry, setup->settings.plugin_path, setup->settings.plugin_path_at, mistakes);

    apply_variables(*setup, registry, variables, mistakes);
    setup->http = read_http(setup->settings, mistakes);
    const auto sections = by_kind(setup->settings, registry, mistakes);
    SinkInstances sinks{hand_over, mistakes};
    for (const auto& [name, tables] : sections)
        if (const auto* kind = registry.sink(name)) sinks.add(*kind, tables, setup->settings.file.parent_path());
    make_sources(*setup, registry, listeners, sections, hand_over, mistakes);

    Handlers handlers{registry, sinks, mistakes};
    if (!setup->settings.handlers_dir.empty()) add_all(handlers, setup->settings, mistakes);
    setup->routing = handlers.take();
    setup->sinks = sinks.take();
    return mistakes.empty() ? std::move(setup) : nullptr;
}

}  // namespace tocsin::core
