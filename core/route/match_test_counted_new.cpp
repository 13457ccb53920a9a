#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> count{0};

}  // namespace

namespace tocsin::core {

/// How often memory was taken with new in this process. For tests; apart from them, so that the compiler does not
/// judge inlined pairs of malloc and delete.
std::size_t allocations() noexcept { return count; }

}  // namespace tocsin::core

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
