#pragma once

#include "base/mistakes.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"

#include <map>
#include <string>
#include <vector>

namespace tocsin::core {

/// Variables that may set options, by name.
using Environment = std::map<std::string, std::string>;

/// The variables of this process that begin with TOCSIN_. As with Kapacitor, an empty one is as good as none.
/// TOCSIN_PLUGIN_PATH, which is no option, is left out.
Environment variables_of_process();

/// A kind of section whose options variables may set.
struct KindOfSection {
    std::string name;
    const std::vector<OptionSpec>* options;
    std::vector<Node*> sections;  ///< in the order of the configuration
    bool is_repeated = true;      ///< false: `[name]`, of which there is one; its variables have no index
};

/// Sets options in the sections of `kinds` from the variables that begin with the name of one of them, and takes these
/// variables out. As Kapacitor forms them: TOCSIN_<KIND>_<INDEX>_<OPTION>, in capitals and with '_' for '-'; the index
/// counts the sections of the kind from 0, and may be left out when there is just one.
///
/// A value is written without quotes, numbers as in YAML, booleans as true, false, 1 or 0; a list is a single string or
/// `["a", "b"]`, and <OPTION>_<ITEM> sets one item of it, or adds the next one. The values are checked with those of
/// the file later, their place being the variable. A variable that names no section or no option is a mistake.
void apply_environment(Environment& variables, const std::vector<KindOfSection>& kinds, Mistakes& mistakes);

/// Warns of those variables that are almost the name of an option of `kinds`.
void warn_of_near_misses(const Environment& variables, const std::vector<KindOfSection>& kinds, Mistakes& mistakes);

}  // namespace tocsin::core
