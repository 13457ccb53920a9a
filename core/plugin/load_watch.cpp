#include "plugin/load_watch.hpp"

#include "base/text.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace tocsin::core {
namespace {

/// Empty while nothing is loaded. Never destroyed, so that it can be read while the process ends.
std::string& watched() {
    static auto& file = *new std::string;
    return file;
}

std::terminate_handler before = nullptr;

void tell(const char* what) {
    std::cout.flush();
    std::cerr << escaped(watched()) << ": " << what
              << " while it was loaded, which ends tocsin: remove the file or mend the plugin" << std::endl;
}

void at_exit() {
    if (watched().empty()) return;
    tell("the plugin called exit");
    std::_Exit(1);
}

void at_terminate() {
    tell("the plugin threw an exception");
    before();
}

}  // namespace

LoadWatch::LoadWatch(const std::filesystem::path& file) {
    [[maybe_unused]] static const int registered = std::atexit(at_exit);
    watched() = file.string();
    before = std::set_terminate(at_terminate);
}

LoadWatch::~LoadWatch() {
    std::set_terminate(before);
    watched().clear();
}

}  // namespace tocsin::core
