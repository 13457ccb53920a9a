#pragma once

#include <cstdint>

namespace tocsin::testing {

/// How much more memory the program may take than a release: sanitizers keep shadows and freed blocks.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t memory_factor = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr std::uint64_t memory_factor = 8;
#else
inline constexpr std::uint64_t memory_factor = 1;
#endif
#else
inline constexpr std::uint64_t memory_factor = 1;
#endif

}  // namespace tocsin::testing
