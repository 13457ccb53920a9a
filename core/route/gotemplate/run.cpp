#include "route/gotemplate/run.hpp"

namespace tocsin::core::gotemplate {

void Run::fail(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
}

void Run::fail_size() { fail("the text is larger than 1 MiB"); }
void Run::fail_steps() { fail("more than 500,000 steps"); }
void Run::fail_depth() { fail("blocks and templates are more than 1,000 deep within each other"); }

}  // namespace tocsin::core::gotemplate
