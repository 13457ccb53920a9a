#include "spool/record.hpp"

#include <tocsin/string.hpp>

#include <bit>
#include <vector>

namespace tocsin::core {
namespace {

constexpr char format = 1;
constexpr std::uint64_t most_entries = 1'000'000;

void append_number(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
    out.push_back(static_cast<char>(number));
}

void append_text(std::string& out, std::string_view text) {
    append_number(out, text.size());
    out.append(text);
}

void append_fixed(std::string& out, std::uint64_t bits) {
    for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
}

/// Reads from bytes that may be anything; after the first that does not fit, nothing fits.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : left_{bytes} {}

    bool ok() const noexcept { return ok_; }
    bool at_end() const noexcept { return ok_ && left_.empty(); }

    std::uint8_t byte() {
        if (left_.empty()) return fail();
        const auto value = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return value;
    }

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto next = byte();
            value |= std::uint64_t{next & 0x7fU} << shift;
            if ((next & 0x80U) == 0) return value;
        }
        return fail();
    }

    std::uint64_t count() {
        const auto value = number();
        return value > most_entries || value > left_.size() ? fail() : value;
    }

    tocsin_string text() {
        const auto size = number();
        if (size > left_.size()) fail();
        if (!ok_) return {};
        const auto value = left_.substr(0, size);
        left_.remove_prefix(size);
        return abi(value);
    }

    std::uint64_t fixed() {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits |= std::uint64_t{byte()} << (8 * i);
        return bits;
    }

  private:
    std::uint8_t fail() {
        ok_ = false;
        left_ = {};
        return 0;
    }

    std::string_view left_;
    bool ok_ = true;
};

void append_field(std::string& out, const tocsin_field& field) {
    append_text(out, view(field.key));
    out.push_back(static_cast<char>(field.type));
    switch (field.type) {
        case TOCSIN_FIELD_INTEGER: return append_fixed(out, static_cast<std::uint64_t>(field.integer));
        case TOCSIN_FIELD_FLOAT: return append_fixed(out, std::bit_cast<std::uint64_t>(field.number));
        case TOCSIN_FIELD_BOOLEAN: return out.push_back(static_cast<char>(field.boolean));
        default: return append_text(out, view(field.text));
    }
}

tocsin_field read_field(Reader& reader) {
    tocsin_field field{};
    field.key = reader.text();
    field.type = reader.byte();
    switch (field.type) {
        case TOCSIN_FIELD_INTEGER: field.integer = static_cast<std::int64_t>(reader.fixed()); break;
        case TOCSIN_FIELD_FLOAT: field.number = std::bit_cast<double>(reader.fixed()); break;
        case TOCSIN_FIELD_BOOLEAN: field.boolean = reader.byte(); break;
        default: field.text = reader.text();
    }
    return field;
}

bool is_level(std::int64_t value) { return value >= TOCSIN_LEVEL_OK && value <= TOCSIN_LEVEL_CRITICAL; }

}  // namespace

void append_record(std::string& out, const Event& event) {
    out.push_back(format);
    for (const auto text : {event.details(), event.name(), event.task_name(), event.group()}) append_text(out, text);
    append_number(out, event.tags().size());
    for (const auto& tag : event.tags()) {
        append_text(out, view(tag.key));
        append_text(out, view(tag.value));
    }
    append_number(out, event.fields().size());
    for (const auto& field : event.fields()) append_field(out, field);
}

std::unique_ptr<const Event> read_event(const EventColumns& columns) {
    if (!is_level(columns.level) || !is_level(columns.previous_level)) return nullptr;
    Reader reader{columns.record};
    if (reader.byte() != format) return nullptr;
    tocsin_event event{};
    event.struct_size = sizeof event;
    event.level = static_cast<std::uint32_t>(columns.level);
    event.topic = abi(columns.topic);
    event.id = abi(columns.id);
    event.message = abi(columns.message);
    event.time = columns.time;
    event.details = reader.text();
    event.name = reader.text();
    event.task_name = reader.text();
    event.group = reader.text();
    std::vector<tocsin_tag> tags(reader.count());
    for (auto& tag : tags) {
        tag.key = reader.text();
        tag.value = reader.text();
    }
    std::vector<tocsin_field> fields(reader.count());
    for (auto& field : fields) field = read_field(reader);
    if (!reader.at_end()) return nullptr;
    event.tags = tags.data();
    event.tag_count = tags.size();
    event.fields = fields.data();
    event.field_count = fields.size();
    if (Event::fault(event)) return nullptr;
    const Stamp stamp{columns.sequence, static_cast<Level>(columns.previous_level), columns.duration};
    return std::make_unique<const Event>(event, stamp);
}

}  // namespace tocsin::core
