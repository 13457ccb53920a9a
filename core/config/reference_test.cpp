#include "config/schema.hpp"
#include "config/test_support.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::core {
namespace {

using test::TemporaryFolder;
using Told = std::vector<std::string>;
using namespace std::string_view_literals;

/// A variable of this process while it lives.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_{name} { setenv(name, value, 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { unsetenv(name_); }

  private:
    const char* name_;
};

struct Result {
    OptionValue value;
    Told mistakes;
    Told warnings;
};

OptionSpec secret_string(References references = References::resolved) {
    OptionSpec spec;
    spec.name = "password";
    spec.secret = true;
    spec.references = references;
    return spec;
}

Result resolve(const std::string& value, const TemporaryFolder& folder, const OptionSpec& spec = secret_string()) {
    Mistakes mistakes;
    const auto root = read_toml(SourceText{"password = " + value, "file"}, mistakes);
    REQUIRE(mistakes.empty());
    auto values = check_options(root, {spec}, "mqtt.", folder.path(), mistakes);
    Result result{std::move(values[0]), test::told(mistakes), {}};
    for (const auto& warning : mistakes.warnings())
        result.warnings.push_back(test::place(warning.where) + " " + warning.key + ": " + warning.text);
    return result;
}

}  // namespace

TEST_CASE("a string from a file, without one line end") {
    const TemporaryFolder folder;
    const struct {
        std::string_view bytes;
        const char* text;
    } cases[] = {
        {"s3cret", "s3cret"},
        {"s3cret\n", "s3cret"},
        {"s3cret\r\n", "s3cret"},
        {"s3cret\n\n", "s3cret\n"},
        {"s3cret\r", "s3cret\r"},
        {" s3 cret \n", " s3 cret "},
        {"a\nb\n", "a\nb"},
        {"\xef\xbb\xbfx\n", "x"},
        {"\xc3\xa5\xf0\x9f\x94\x94", "\xc3\xa5\xf0\x9f\x94\x94"},
        {"\r\n\n", "\r\n"},
        {"{ file = \"x\" }\n", "{ file = \"x\" }"},
    };
    for (const auto& one : cases) {
        const auto file = folder.write("secret", one.bytes);
        REQUIRE(chmod(file.c_str(), 0600) == 0);
        const auto result = resolve("{ file = \"secret\" }", folder);
        CHECK(result.mistakes == Told{});
        CHECK(result.warnings == Told{});
        CHECK(result.value.is_set);
        CHECK(result.value.text == one.text);
        CHECK(test::place(result.value.where) == "1:12");
    }
    folder.write("secret", std::string(64 * 1024, 'x'));
    CHECK(resolve("{ file = \"secret\" }", folder).value.text == std::string(64 * 1024, 'x'));
    CHECK(resolve("{ file = \"" + (folder.path() / "secret").string() + "\" }", folder).mistakes == Told{});
}

TEST_CASE("what is wrong with the file is told where it is named, and nothing of what it holds") {
    const TemporaryFolder folder;
    folder.write("empty", "");
    folder.write("blank", "\r\n");
    folder.write("nul", "canary\0"sv);
    folder.write("latin", "canary\xe5\n");
    folder.write("large", std::string(64 * 1024 + 1, 'c'));
    std::filesystem::create_directory(folder.path() / "dir");
    REQUIRE(mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
    const struct {
        const char* value;
        const char* mistake;
    } cases[] = {
        {R"({ file = "none" })", R"(1:21 mqtt.password: "none" cannot be read: No such file or directory)"},
        {R"({ file = "dir" })", R"(1:21 mqtt.password: "dir" cannot be read: it is a directory)"},
        {R"({ file = "fifo" })", R"(1:21 mqtt.password: "fifo" cannot be read: it is no file)"},
        {R"({ file = "empty" })", R"(1:21 mqtt.password: "empty" is empty)"},
        {R"({ file = "blank" })", R"(1:21 mqtt.password: "blank" is empty)"},
        {R"({ file = "nul" })", R"(1:21 mqtt.password: "nul" holds a NUL byte)"},
        {R"({ file = "latin" })", R"(1:21 mqtt.password: "latin" is not UTF-8)"},
        {R"({ file = "large" })", R"(1:21 mqtt.password: "large" is larger than 64 KiB)"},
        {R"({ file = "" })", "1:21 mqtt.password.file: must be a string, the path of a file"},
        {R"({ file = 7 })", "1:21 mqtt.password.file: must be a string, the path of a file"},
        {R"({ file = "a\u0000b" })", "1:21 mqtt.password.file: must not contain a NUL character"},
        {R"({ env = ["X"] })", "1:20 mqtt.password.env: must be a string, the name of a variable"},
        {R"({ env = "TOCSIN_NOT_SET" })",
         R"(1:20 mqtt.password: "TOCSIN_NOT_SET" is no variable that is set in the environment)"},
        {R"({ env = "A=B" })", R"(1:20 mqtt.password: "A=B" is no variable that is set in the environment)"},
        {R"({ fil = "x" })", R"(1:14 mqtt.password.fil: unknown key (did you mean "file"?))"},
        {R"({ file = "empty", secret = "canary" })", "1:30 mqtt.password.secret: unknown key (known: file, env)"},
        {R"({ file = "empty", env = "PATH" })", "1:12 mqtt.password: has both a file and a variable: remove one"},
        {R"({ })", R"(1:12 mqtt.password: must be a string, { file = "..." } or { env = "..." })"},
        {R"(["canary"])", "1:12 mqtt.password: must be a string, not a list"},
    };
    for (const auto& one : cases) {
        const auto result = resolve(one.value, folder);
        CAPTURE(one.value);
        REQUIRE(result.mistakes.size() == 1);
        const auto& got = result.mistakes[0];
        CHECK(got == one.mistake);
        CHECK(got.find("canary") == std::string::npos);
        CHECK_FALSE(result.value.is_set);
    }
}

TEST_CASE("a string from a variable") {
    const TemporaryFolder folder;
    const auto result = [&](const char* value) {
        const Variable variable{"TOCSIN_CONFIG_TEST", value};
        return resolve("{ env = \"TOCSIN_CONFIG_TEST\" }", folder);
    };
    CHECK(result("s3cret").value.text == "s3cret");
    CHECK(result("s3cret\n").value.text == "s3cret\n");
    CHECK(resolve(R"({ env = "PATH\u0000" })", folder).mistakes.size() == 1);
    CHECK(result("").mistakes == Told{R"(1:20 mqtt.password: "TOCSIN_CONFIG_TEST" is empty in the environment)"});
    CHECK(result("canary\xff").mistakes ==
          Told{R"(1:20 mqtt.password: "TOCSIN_CONFIG_TEST" is not UTF-8 in the environment)"});
}

TEST_CASE("a secret that every user may read is warned of") {
    const TemporaryFolder folder;
    const auto file = folder.write("secret", "s3cret\n");
    REQUIRE(chmod(file.c_str(), 0644) == 0);
    const auto result = resolve("{ file = \"secret\" }", folder);
    CHECK(result.mistakes == Told{});
    CHECK(result.value.text == "s3cret");
    CHECK(result.warnings ==
          Told{R"(1:21 mqtt.password: "secret" can be read by every user of this machine: chmod o-r it)"});
    auto open = secret_string();
    open.secret = false;
    CHECK(resolve("{ file = \"secret\" }", folder, open).warnings == Told{});
}

TEST_CASE("where references are only checked, or refused") {
    const TemporaryFolder folder;
    const auto checked = secret_string(References::checked);
    CHECK(resolve("{ file = \"none\" }", folder, checked).mistakes == Told{});
    CHECK(resolve("{ env = \"TOCSIN_NOT_SET\" }", folder, checked).mistakes == Told{});
    CHECK(resolve("{ fil = \"none\" }", folder, checked).mistakes.size() == 1);
    const auto refused = secret_string(References::refused);
    CHECK(resolve("{ file = \"none\" }", folder, refused).mistakes ==
          Told{"1:12 mqtt.password: must be a string, not a table"});
}

}  // namespace tocsin::core
