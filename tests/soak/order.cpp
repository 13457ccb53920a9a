#include "order.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tocsin::soak {

std::vector<std::string> order_faults(const std::vector<Arrival>& arrivals, const std::vector<Load::Sent>& sent) {
    using Key = std::pair<std::string, unsigned>;
    std::vector<std::string> faults;
    std::set<Key> seen;              // handler and number
    std::map<Key, unsigned> newest;  // by handler and id
    std::map<Key, unsigned> last;
    for (const auto& arrival : arrivals) {
        const Key key{arrival.handler, sent.at(arrival.number).id};
        const bool is_new = seen.emplace(arrival.handler, arrival.number).second;
        if (is_new && arrival.number < newest[key])
            faults.push_back("behind a newer one of its id: " + arrival.handler + "/" + std::to_string(arrival.number));
        newest[key] = std::max(newest[key], arrival.number);
        last[key] = arrival.number;
    }
    for (const auto& [key, number] : last)
        if (number != newest[key])
            faults.push_back("the last one sent, and not the newest of its id: " + key.first + "/" +
                             std::to_string(number));
    return faults;
}

}  // namespace tocsin::soak
