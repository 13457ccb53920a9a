#include "site.hpp"

namespace tocsin::testing {

std::string tocsin_exe() { return setting("TOCSIN_EXE"); }

Site::Site(std::string_view sections, std::string_view tocsin_keys) {
    std::string text = "[tocsin]\nhandlers-dir = \"handlers\"\n";
    text.append(tocsin_keys).append("\n").append(sections);
    folder_.write("tocsin.toml", text);
    std::filesystem::create_directory(folder_.path() / "handlers");
}

void Site::handler(const std::string& file, std::string_view text) const {
    folder_.write(std::filesystem::path{"handlers"} / file, text);
}

Finished Site::check(const Environment& environment) const {
    return run({tocsin_exe(), "check", "--config", config().string()}, environment);
}

std::string mqtt_section(const std::string& name, const std::string& url, const std::string& more) {
    return "[[mqtt]]\nname = \"" + name + "\"\nenabled = true\nurl = \"" + url + "\"\nreconnect-max = \"500ms\"\n" +
           more + "\n";
}

std::string task_log_section(std::uint16_t port, const std::string& more) {
    return "[[task-log]]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n" + more + "\n";
}

}  // namespace tocsin::testing
