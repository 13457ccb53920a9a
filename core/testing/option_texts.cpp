#include "testing/option_texts.hpp"

#include "daemon/handler_templates.hpp"
#include "daemon/plugin_mistakes.hpp"
#include "plugin/option_specs.hpp"

#include <fmt/format.h>

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace tocsin::core {
namespace {

std::string printed(const Mistakes& mistakes) {
    std::ostringstream out;
    mistakes.print(out);
    auto text = out.str();
    if (!text.empty()) text.pop_back();
    return text;
}

void throw_any(const Mistakes& mistakes) {
    if (!mistakes.empty()) throw TextMistakes{mistakes};
}

/// A file that is gone at the end.
class TemporaryFile {
  public:
    TemporaryFile(std::string_view text, std::string_view extension)
        : name_{(std::filesystem::temp_directory_path() / "tocsin-XXXXXX").string().append(extension)} {
        const int handle = ::mkstemps(name_.data(), static_cast<int>(extension.size()));
        if (handle < 0) throw std::system_error{errno, std::generic_category(), "cannot make a temporary file"};
        ::close(handle);
        std::ofstream{name_, std::ios::binary} << text;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(name_.c_str()); }

    const std::string& name() const noexcept { return name_; }

  private:
    std::string name_;
};

/// By way of a file, so that a text meets all the checks that a user's file does.
Document read_text(std::string_view text, std::string_view extension, const std::string& shown) {
    Mistakes mistakes;
    const TemporaryFile file{text, extension};
    auto document = read_file(file.name(), shown, mistakes);
    throw_any(mistakes);
    return document;
}

/// The table of the section, which may stand below its header.
const Node& section_in(const Node& root, const std::string& kind) {
    if (root.table.size() != 1 || root.table[0].key != kind) return root;
    const auto& value = root.table[0].value;
    if (value.kind == Node::Kind::table) return value;
    const bool is_single = value.kind == Node::Kind::list && value.list.size() == 1;
    return is_single && value.list[0].kind == Node::Kind::table ? value.list[0] : root;
}

OptionValue* with_role(const std::vector<OptionSpec>& specs, std::vector<OptionValue>& values, std::uint32_t role) {
    const auto* spec = core::with_role(specs, role);
    return spec == nullptr ? nullptr : &values[static_cast<std::size_t>(spec - specs.data())];
}

}  // namespace

TextMistakes::TextMistakes(const Mistakes& mistakes) : std::runtime_error{printed(mistakes)} {}

CheckedOptions check_section(std::string_view text, const std::string& kind, const std::vector<OptionSpec>& specs,
                             const std::filesystem::path& directory) {
    CheckedOptions checked;
    checked.document = read_text(text, ".toml", "tocsin.toml");
    const auto& section = section_in(checked.document.root, kind);
    checked.where = section.where;
    Mistakes mistakes;
    checked.values = check_options(section, specs, kind + ".", std::filesystem::absolute(directory), mistakes);
    if (auto* enabled = with_role(specs, checked.values, TOCSIN_ROLE_ENABLED)) {
        if (enabled->where.file && enabled->integer == 0)
            mistakes.add(enabled->where, fmt::format("{}.{}", kind, core::with_role(specs, TOCSIN_ROLE_ENABLED)->name),
                         "the router makes no instance of a section that is not enabled");
        enabled->is_set = true;
        enabled->integer = 1;
    }
    throw_any(mistakes);
    const auto* name = with_role(specs, checked.values, TOCSIN_ROLE_NAME);
    if (name == nullptr)
        checked.name = kind;
    else
        checked.name = name->text.empty() ? "default" : name->text;
    return checked;
}

CheckedOptions check_handler_options(std::string_view text, const std::vector<OptionSpec>& specs,
                                     const std::filesystem::path& directory) {
    CheckedOptions checked;
    checked.document = read_text(text, ".yaml", "handler.yaml");
    checked.where = checked.document.root.where;
    Mistakes mistakes;
    checked.values =
        check_options(checked.document.root, specs, "options.", std::filesystem::absolute(directory), mistakes);
    throw_any(mistakes);
    return checked;
}

std::vector<std::optional<Payload>> templates_of(const CheckedOptions& options, const std::vector<OptionSpec>& specs) {
    Mistakes mistakes;
    auto templates = compile_templates(specs, options.values, mistakes);
    throw_any(mistakes);
    return templates;
}

TextMistakes told_by_plugin(std::string_view said, const CheckedOptions& options, const std::vector<OptionSpec>& specs,
                            const std::string& before) {
    Mistakes mistakes;
    add_plugin_mistakes(said, specs, options.values, before, options.where, mistakes);
    return TextMistakes{mistakes};
}

}  // namespace tocsin::core
