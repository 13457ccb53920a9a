#include "fuzz/support.hpp"

#include "../../plugins/mqtt/options.hpp"
#include "plugin/option_specs.hpp"

#include <tocsin/event.hpp>
#include <tocsin/option.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace tocsin::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Folder {
  public:
    Folder() {
        auto pattern = (fs::temp_directory_path() / "tocsin-fuzz-XXXXXX").string();
        require(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
        path = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    fs::path path;
};

core::EventPtr made(const EventDraft& draft, const core::Stamp& stamp) {
    require(!core::Event::fault(draft.to_abi()), "an event of the fuzz targets is not sound");
    return std::make_shared<const core::Event>(draft.to_abi(), stamp);
}

core::EventPtr common() {
    EventDraft draft;
    draft.topic = "qlik.task";
    draft.id = "7552d9fc-d1bb-4975-9a38-18357de531ea";
    draft.message = "Task 'Reload sales' failed";
    draft.details = "Max retries reached";
    draft.level = Level::critical;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{1'714'979'289s};
    draft.name = "cpu";
    draft.task_name = "Reload sales";
    draft.group = "nil";
    draft.tag("hostName", "sense1");
    draft.tag("user", "LAB\\goran");
    draft.tag("taskName", "Reload sales");
    draft.tag("port", "8080");
    draft.field("value", 1.5);
    draft.field("count", std::int64_t{42});
    draft.field("up", true);
    draft.field("text", "hey");
    draft.json_field("json", R"({"a":[1,{"b":"c"}],"n":null})");
    return made(draft, {7, Level::warning, 90'000'000'000});
}

core::EventPtr bare() {
    EventDraft draft;
    draft.topic = "t";
    draft.id = "i";
    return made(draft, {1, Level::ok, 0});
}

core::EventPtr hostile() {
    static const std::string bytes{"\x00\x01\xff\xfe/+#%$\xef\xbf\xbe\xc3<&>\"'{{ .ID }}\n", 29};
    static const std::string levels(300, '/');
    EventDraft draft;
    draft.topic = "a:b.c*?";
    draft.id = "$SYS/+/#";
    draft.message = bytes;
    draft.details = levels;
    draft.level = Level::info;
    draft.time = std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds::min()};
    draft.name = bytes;
    draft.task_name = levels;
    draft.group = bytes;
    draft.tag("hostName", bytes);
    draft.tag("taskName", "");
    draft.tag(" ", "9223372036854775808");
    draft.field("value", std::numeric_limits<double>::quiet_NaN());
    draft.field("count", std::numeric_limits<std::int64_t>::min());
    draft.field("text", bytes);
    draft.json_field("json", "[[[[[1e999]]]]]");
    return made(draft, {~std::uint64_t{0}, Level::critical, std::numeric_limits<std::int64_t>::max()});
}

constexpr std::array every_option{
    Option{"string", tocsin::string, "help"},
    Option{"integer", integer, "help"}.defaults("100").range(1, 65535),
    Option{"any-integer", integer, "help"}.optional(),
    Option{"real", real, "help"}.optional(),
    Option{"boolean", boolean, "help"}.defaults("false"),
    Option{"duration", duration, "help"}.defaults("30s").range(1'000'000'000, 90'000'000'000),
    Option{"any-duration", duration, "help"}.optional(),
    Option{"path", path, "help"}.optional(),
    Option{"list", list, "help"}.optional(),
    Option{"choice", choice, "help"}.choices("0|1|at-most-once").defaults("0"),
    Option{"password", tocsin::string, "help"}.optional().secret(),
};

}  // namespace

void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

const std::vector<core::EventPtr>& events() {
    static const std::vector<core::EventPtr> all{common(), bare(), hostile()};
    return all;
}

const std::vector<core::OptionSpec>& handler_options() {
    static const auto specs =
        core::read_specs(mqtt::handler_options.data(), mqtt::handler_options.size(), core::OptionScope::handler);
    return specs;
}

const std::vector<core::OptionSpec>& section_options() {
    static const auto specs = core::read_specs(every_option.data(), every_option.size(), core::OptionScope::instance);
    return specs;
}

InputFile::InputFile(const std::string& name) {
    static const Folder folder;
    path_ = folder.path / name;
}

const fs::path& InputFile::write(std::string_view bytes) const {
    std::ofstream file{path_, std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), "the input cannot be written");
    return path_;
}

}  // namespace tocsin::fuzz
