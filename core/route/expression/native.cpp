#include "route/expression/native.hpp"

#include <chrono>
#include <cstring>

namespace tocsin::core::expression {

std::int64_t Frame::now() noexcept {
    if (now_ < 0) {
        using namespace std::chrono;
        now_ = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
    }
    return now_;
}

char* Frame::room(std::size_t size) {
    if (size > longest_text) {
        fail(too_long);
        return nullptr;
    }
    if (size > most_text - made_) {
        fail("all texts together grow above 8 MiB");
        return nullptr;
    }
    made_ += size;
    if (size <= sizeof near_ - used_) {
        char* const place = near_ + used_;
        used_ += size;
        return place;
    }
    // std::make_unique would fill it with zeros.
    return far_.emplace_front(std::unique_ptr<char[]>{new char[size]}).get();
}

bool Frame::give(Value& result, std::string_view text) {
    char* const place = room(text.size());
    if (place == nullptr) return false;
    std::memcpy(place, text.data(), text.size());
    result = Value{std::string_view{place, text.size()}};
    return true;
}

std::string& Frame::draft() {
    thread_local std::string text;
    text.clear();
    return text;
}

}  // namespace tocsin::core::expression
