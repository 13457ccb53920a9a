#pragma once

#include "route/gotemplate/value.hpp"

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

namespace tocsin::core::gotemplate {

/// Values whose number is known late: on the stack, and only as many of them written as are needed, unless there are
/// more than `usual`.
template <std::size_t usual>
class ValueArray {
  public:
    explicit ValueArray(std::size_t count) : count_{count} {
        if (count > usual)
            many_.resize(count);
        else
            std::uninitialized_default_construct_n(reinterpret_cast<Value*>(few_), count);
    }
    ValueArray(const ValueArray&) = delete;
    ValueArray& operator=(const ValueArray&) = delete;

    std::span<Value> values() noexcept {
        return {many_.empty() ? std::launder(reinterpret_cast<Value*>(few_)) : many_.data(), count_};
    }

  private:
    static_assert(std::is_trivially_destructible_v<Value>);

    std::size_t count_;
    alignas(Value) std::byte few_[usual * sizeof(Value)];
    std::vector<Value> many_;
};

}  // namespace tocsin::core::gotemplate
