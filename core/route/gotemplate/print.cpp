#include "route/gotemplate/print.hpp"

#include "base/text.hpp"
#include "route/gotemplate/formatter.hpp"
#include "route/gotemplate/number_text.hpp"
#include "route/unicode.hpp"

#include <charconv>
#include <limits>

namespace tocsin::core::gotemplate {
namespace {

constexpr int largest_number = 1'000'000;  // of a width, precision or argument index

void append_integer(std::string& out, std::int64_t number) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

/// One run of printf. The order of the steps decides what Go prints for a malformed format.
class Printf {
  public:
    Printf(std::string& out, std::string_view format, std::span<const Value> values, const Event& event,
           std::size_t largest)
        : out_{out}, format_{format}, values_{values}, formatter_{out, event, largest} {}

    bool run() {
        while (at_ < format_.size()) {
            const auto percent = std::min(format_.find('%', at_), format_.size());
            out_ += format_.substr(at_, percent - at_);
            at_ = percent + 1;
            if (percent < format_.size()) directive();
            if (formatter_.is_full()) return false;
        }
        if (!reordered_ && used_ < values_.size()) note_extra();
        return !formatter_.is_full();
    }

  private:
    bool at(char c) const { return at_ < format_.size() && format_[at_] == c; }

    void directive() {
        formatter_.flags = {};
        good_index_ = true;
        read_flags();
        bool after_index = read_index();
        read_width(after_index);
        after_index = read_precision(after_index);
        if (!after_index) read_index();
        if (at_ >= format_.size()) {
            out_ += "%!(NOVERB)";
            return;
        }
        const int verb = read_verb();
        if (verb == '%') {
            out_ += '%';
        } else if (!good_index_) {
            note(verb, "(BADINDEX)");
        } else if (used_ >= values_.size()) {
            note(verb, "(MISSING)");
        } else {
            auto& flags = formatter_.flags;
            if (verb == 'v') {
                std::swap(flags.go_syntax, flags.sharp);
                std::swap(flags.names, flags.plus);
            }
            formatter_.write(values_[used_++], verb);
        }
    }

    int read_verb() {
        const int verb = next_code_point(format_, at_);
        return verb < 0 ? 0xfffd : verb;
    }

    void note(int verb, std::string_view what) {
        out_ += "%!";
        append_utf8(out_, verb);
        out_ += what;
    }

    void read_flags() {
        auto& flags = formatter_.flags;
        for (; at_ < format_.size(); ++at_) {
            switch (format_[at_]) {
                case '#': flags.sharp = true; break;
                case '0': flags.zero = !flags.minus; break;
                case '+': flags.plus = true; break;
                case '-':
                    flags.minus = true;
                    flags.zero = false;
                    break;
                case ' ': flags.space = true; break;
                default: return;
            }
        }
    }

    /// Digits up to `end`; one that is far too large swallows what is left.
    bool read_number(int& number, std::size_t end) {
        number = 0;
        bool is_number = false;
        for (; at_ < end && format_[at_] >= '0' && format_[at_] <= '9'; ++at_) {
            if (number > largest_number) {
                at_ = end;
                number = 0;
                return false;
            }
            number = number * 10 + (format_[at_] - '0');
            is_number = true;
        }
        return is_number;
    }

    /// `[2]`: whether there was one that can be read.
    bool read_index() {
        if (!at('[')) return false;
        reordered_ = true;
        const auto start = at_;
        const auto close = format_.find(']', start);
        if (format_.size() - start < 3 || close == std::string_view::npos) {
            at_ = start + 1;
            good_index_ = false;
            return false;
        }
        int number = 0;
        at_ = start + 1;
        const bool is_number = read_number(number, close) && at_ == close;
        at_ = close + 1;
        if (is_number && number >= 1 && static_cast<std::size_t>(number) <= values_.size()) {
            used_ = static_cast<std::size_t>(number) - 1;
            return true;
        }
        good_index_ = false;
        return is_number;
    }

    /// The value of a `*`.
    bool read_star(int& number) {
        ++at_;
        number = 0;
        if (used_ >= values_.size()) return false;
        const auto& value = values_[used_++];
        if (!integers.has(value.kind) || value.integer > largest_number || value.integer < -largest_number)
            return false;
        number = static_cast<int>(value.integer);
        return true;
    }

    void read_width(bool& after_index) {
        auto& flags = formatter_.flags;
        if (at('*')) {
            flags.has_width = read_star(flags.width);
            if (!flags.has_width) out_ += "%!(BADWIDTH)";
            if (flags.width < 0) {
                flags.width = -flags.width;
                flags.minus = true;
                flags.zero = false;
            }
            after_index = false;
        } else {
            flags.has_width = read_number(flags.width, format_.size());
            if (after_index && flags.has_width) good_index_ = false;
        }
    }

    bool read_precision(bool after_index) {
        auto& flags = formatter_.flags;
        if (!at('.') || at_ + 1 >= format_.size()) return after_index;
        ++at_;
        if (after_index) good_index_ = false;
        after_index = read_index();
        if (at('*')) {
            flags.has_precision = read_star(flags.precision);
            if (flags.precision < 0) {
                flags.precision = 0;
                flags.has_precision = false;
            }
            if (!flags.has_precision) out_ += "%!(BADPREC)";
            return false;
        }
        if (!read_number(flags.precision, format_.size())) flags.precision = 0;
        flags.has_precision = true;
        return after_index;
    }

    void note_extra() {
        formatter_.flags = {};
        out_ += "%!(EXTRA ";
        for (std::size_t i = used_; i < values_.size() && !formatter_.is_full(); ++i) {
            if (i > used_) out_ += ", ";
            out_ += go_type(values_[i].kind);
            if (values_[i].kind == Kind::none) continue;
            out_ += '=';
            formatter_.write(values_[i], 'v');
        }
        out_ += ')';
    }

    std::string& out_;
    std::string_view format_;
    std::span<const Value> values_;
    Formatter formatter_;
    std::size_t at_ = 0;
    std::size_t used_ = 0;     ///< the next value to write
    bool reordered_ = false;   ///< an index stood somewhere: values left over are not told
    bool good_index_ = false;  ///< in this directive
};

}  // namespace

void append_value(std::string& out, const Value& value, const Event& event) {
    switch (value.kind) {
        case Kind::none: out += "<nil>"; break;
        case Kind::boolean: out += value.boolean ? "true" : "false"; break;
        case Kind::integer:
        case Kind::integer64:
        case Kind::byte: append_integer(out, value.integer); break;
        case Kind::real: append_float(out, value.real, 'g', -1); break;
        case Kind::string:
        case Kind::json: out += value.text; break;
        case Kind::time: append_time_text(out, value.integer); break;
        case Kind::duration:
        case Kind::month:
        case Kind::weekday: append_named_integer(out, value); break;
        case Kind::tags:
        case Kind::fields:
        case Kind::event: Formatter{out, event, std::numeric_limits<std::size_t>::max()}.write(value, 'v'); break;
    }
}

bool append_print(std::string& out, std::span<const Value> values, const Event& event, std::size_t largest) {
    bool after_string = true;
    for (const auto& value : values) {
        if (!after_string && !value.is_string()) out += ' ';
        append_value(out, value, event);
        after_string = value.is_string();
        if (out.size() > largest) return false;
    }
    return true;
}

bool append_println(std::string& out, std::span<const Value> values, const Event& event, std::size_t largest) {
    for (const auto& value : values) {
        if (&value != values.data()) out += ' ';
        append_value(out, value, event);
        if (out.size() > largest) return false;
    }
    out += '\n';
    return out.size() <= largest;
}

bool append_printf(std::string& out, std::string_view format, std::span<const Value> values, const Event& event,
                   std::size_t largest) {
    return Printf{out, format, values, event, largest}.run();
}

}  // namespace tocsin::core::gotemplate
