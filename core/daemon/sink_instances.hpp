#pragma once

#include "base/mistakes.hpp"
#include "daemon/sound_options.hpp"
#include "deliver/sink_runner.hpp"
#include "plugin/registry.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {

/// The sink instances that a configuration's sections ask for, by kind and name.
///
/// Rules, as Kapacitor has them for its brokers: a single section of a kind is the default, whatever it says, and may
/// leave its name out; of several each has a name of its own and exactly one is the default.
class SinkInstances {
  public:
    SinkInstances(Strand::HandOver hand_over, Mistakes& mistakes)
        : hand_over_{std::move(hand_over)}, mistakes_{mistakes} {}

    /// Checks the sections of one kind and makes the enabled instances.
    void add(const SinkKind& kind, const std::vector<const Node*>& sections, const std::filesystem::path& directory);

    /// The instance for a handler that asks for `name` (empty: the default) at `where`, whose file names the kind at
    /// `kind_at`. nullptr when there is none that could be used; then there is a mistake that says why.
    SinkRunner* find(const SinkKind& kind, const OptionValue& name, const Location& kind_at);

    /// The names of sections of `kind` that no message may quote.
    std::vector<std::string> hidden_names(const SinkKind& kind) const;

    /// An instance, and a text that is equal for sections that say the same.
    struct Made {
        std::shared_ptr<SinkRunner> runner;
        std::string text;
    };
    std::vector<Made> take();

  private:
    struct Placed {
        std::string name;
        bool name_fetched = false;
        bool name_refused = false;
        bool default_refused = false;
        Location where;
        Location name_at;
        Location default_at;
        bool is_default = false;
        bool enabled = true;
        std::shared_ptr<SinkRunner> runner;  ///< none when it is not enabled or could not be made
        std::string text;
    };

    Placed check(const SinkKind& kind, const Node& section, const std::filesystem::path& directory, bool single);
    void check_names(const SinkKind& kind, std::vector<Placed>& placed);
    std::shared_ptr<SinkRunner> make(const SinkKind& kind, const std::string& name, const SoundOptions& options,
                                     const Location& where);

    Strand::HandOver hand_over_;
    Mistakes& mistakes_;
    std::map<std::string, std::vector<Placed>, std::less<>> by_kind_;
};

}  // namespace tocsin::core
