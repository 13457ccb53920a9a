#include "event/json_check.hpp"

#include "base/text.hpp"

namespace tocsin::core {
namespace {

class Check {
  public:
    explicit Check(std::string_view text) : text_{text} {}

    bool whole() { return value(0) && at_ == text_.size(); }

  private:
    bool value(int depth) {
        if (at_ == text_.size()) return false;
        switch (text_[at_]) {
            case '{': return depth < json_depth_limit && list('}', [&] { return member(depth + 1); });
            case '[': return depth < json_depth_limit && list(']', [&] { return value(depth + 1); });
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    template <class Item>
    bool list(char end, Item item) {
        ++at_;
        if (take(end)) return true;
        do {
            if (!item()) return false;
        } while (take(','));
        return take(end);
    }

    bool member(int depth) { return string() && take(':') && value(depth); }

    bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size()) {
            const auto byte = static_cast<unsigned char>(text_[at_]);
            if (byte < 0x20) return false;
            if (byte >= 0x80) {
                if (next_code_point(text_, at_) < 0) return false;
                continue;
            }
            ++at_;
            if (byte == '"') return true;
            if (byte == '\\' && !escape()) return false;
        }
        return false;
    }

    bool escape() {
        if (!take('u')) return take_one_of("\"\\/bfnrt");
        for (int i = 0; i < 4; ++i)
            if (!take_one_of("0123456789abcdefABCDEF")) return false;
        return true;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take_one_of("eE")) return true;
        take_one_of("+-");
        return digits();
    }

    bool digits() {
        const auto start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        return at_ > start;
    }

    bool word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool take_one_of(std::string_view characters) {
        if (at_ == text_.size() || characters.find(text_[at_]) == std::string_view::npos) return false;
        ++at_;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_compact_json(std::string_view text) noexcept { return Check{text}.whole(); }

}  // namespace tocsin::core
