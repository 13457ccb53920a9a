#include "route/expression/conversion.hpp"
#include "route/expression/functions.hpp"
#include "route/expression/operators.hpp"

#include <optional>

namespace tocsin::core::expression {
namespace {

template <class T>
bool answer(Frame& frame, Value* values, const std::optional<T>& result, std::string_view otherwise) {
    if (!result) return frame.fail(otherwise);
    values[0] = Value{*result};
    return true;
}

bool same(Frame&, Value*) { return true; }

bool text_to_boolean(Frame& frame, Value* values) {
    return answer(frame, values, read_boolean(values[0].text),
                  "the text is no boolean such as true, T, 1 or false, F, 0");
}

template <class From>
bool number_to_boolean(Frame& frame, Value* values) {
    const From number = get<From>(values[0]);
    if (number != From{0} && number != From{1}) return frame.fail("only 0 and 1 can be a boolean");
    values[0] = Value{number == From{1}};
    return true;
}

template <class To>
bool boolean_to_number(Frame&, Value* values) {
    values[0] = Value{static_cast<To>(values[0].boolean ? 1 : 0)};
    return true;
}

bool text_to_integer(Frame& frame, Value* values) {
    return answer(frame, values, read_integer(values[0].text), "the text is no integer");
}

bool real_to_integer(Frame& frame, Value* values) {
    constexpr double limit = 9223372036854775808.0;
    const double number = values[0].real;
    if (!(number >= -limit && number < limit)) return frame.fail("the number is too large for an integer");
    values[0] = Value{static_cast<std::int64_t>(number)};
    return true;
}

bool text_to_real(Frame& frame, Value* values) {
    return answer(frame, values, read_real(values[0].text), "the text is no number");
}

bool integer_to_real(Frame&, Value* values) {
    values[0] = Value{static_cast<double>(values[0].integer)};
    return true;
}

bool boolean_to_text(Frame&, Value* values) {
    using namespace std::string_view_literals;
    values[0] = Value{values[0].boolean ? "true"sv : "false"sv};
    return true;
}

bool integer_to_text(Frame& frame, Value* values) {
    WrittenText text;
    text.append(values[0].integer);
    return frame.give(values[0], text.view());
}

bool real_to_text(Frame& frame, Value* values) { return frame.give(values[0], write_real(values[0].real).view()); }

bool duration_to_text(Frame& frame, Value* values) {
    return frame.give(values[0], write_duration(values[0].integer).view());
}

bool text_to_duration(Frame& frame, Value* values) {
    return answer(frame, values, read_duration(values[0].text), "the text is no duration such as 10s or 1h30m");
}

// As the operator * has it.
template <Type number>
bool number_to_duration(Frame& frame, Value* values) {
    static const Native times = binary_rule(Operator::times, number, Type::duration).run;
    return times(frame, values);
}

bool integer_to_bytes(Frame& frame, Value* values) {
    return frame.give(values[0], write_bytes(static_cast<std::uint64_t>(values[0].integer)).view());
}

bool real_to_bytes(Frame& frame, Value* values) {
    const double number = values[0].real;
    if (!(number > -1 && number < 18446744073709551616.0)) return frame.fail("the number is no number of bytes");
    return frame.give(values[0], write_bytes(static_cast<std::uint64_t>(number)).view());
}

constexpr Function functions[] = {
    {"bool", same, Type::boolean, 1, {Type::boolean}},
    {"bool", text_to_boolean, Type::boolean, 1, {Type::string}},
    {"bool", number_to_boolean<std::int64_t>, Type::boolean, 1, {Type::integer}},
    {"bool", number_to_boolean<double>, Type::boolean, 1, {Type::real}},
    {"int", boolean_to_number<std::int64_t>, Type::integer, 1, {Type::boolean}},
    {"int", text_to_integer, Type::integer, 1, {Type::string}},
    {"int", same, Type::integer, 1, {Type::integer}},
    {"int", real_to_integer, Type::integer, 1, {Type::real}},
    {"int", same, Type::integer, 1, {Type::level}},
    {"float", boolean_to_number<double>, Type::real, 1, {Type::boolean}},
    {"float", text_to_real, Type::real, 1, {Type::string}},
    {"float", integer_to_real, Type::real, 1, {Type::integer}},
    {"float", same, Type::real, 1, {Type::real}},
    {"float", integer_to_real, Type::real, 1, {Type::level}},
    {"string", boolean_to_text, Type::string, 1, {Type::boolean}},
    {"string", same, Type::string, 1, {Type::string}},
    {"string", integer_to_text, Type::string, 1, {Type::integer}},
    {"string", real_to_text, Type::string, 1, {Type::real}},
    {"string", duration_to_text, Type::string, 1, {Type::duration}},
    {"string", integer_to_text, Type::string, 1, {Type::level}},
    {"duration", same, Type::duration, 1, {Type::duration}},
    {"duration", text_to_duration, Type::duration, 1, {Type::string}},
    {"duration", text_to_duration, Type::duration, 2, {Type::string, Type::duration}},
    {"duration", number_to_duration<Type::integer>, Type::duration, 2, {Type::integer, Type::duration}},
    {"duration", number_to_duration<Type::real>, Type::duration, 2, {Type::real, Type::duration}},
    {"humanBytes", integer_to_bytes, Type::string, 1, {Type::integer}},
    {"humanBytes", real_to_bytes, Type::string, 1, {Type::real}},
};

}  // namespace

std::span<const Function> conversion_functions() noexcept { return functions; }

}  // namespace tocsin::core::expression
