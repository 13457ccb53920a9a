#include "fuzz/handler.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const tocsin::fuzz::InputFile file{"handler.json"};
    tocsin::fuzz::check_handler_file(file.write(tocsin::fuzz::text_of(data, size)));
    return 0;
}
