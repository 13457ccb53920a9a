#pragma once

#include "mailbox.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mqtt {

/// Numeric addresses in the system's order, or why there are none.
struct Addresses {
    std::vector<std::string> list;
    std::string error;
};

/// Asks the system; blocks as long as that takes.
Addresses look_up_host(const std::string& host);

/// Looks up one host on a thread of its own, one look-up at a time. A look-up that hangs outlives this object and is
/// then forgotten.
class LookUp {
  public:
    using Function = std::function<Addresses(const std::string&)>;

    LookUp(std::string host, std::shared_ptr<Mailbox> mailbox, Function function = look_up_host);

    /// Posts Notice::looked_up in the end. If the last look-up is still under way, its answer serves.
    void start();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace mqtt
