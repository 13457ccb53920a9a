#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace tocsin::testing {
namespace {

std::vector<std::string> merged(const Environment& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

constexpr int first_passed = 3;
constexpr int above_all = 256;
constexpr std::string_view listen_pid = "LISTEN_PID=";

/// `text` has room behind "LISTEN_PID=".
void write_own_id(char* text) {
    char digits[20];
    int count = 0;
    for (auto id = ::getpid(); id != 0; id /= 10) digits[count++] = static_cast<char>('0' + id % 10);
    for (text += listen_pid.size(); count > 0;) *text++ = digits[--count];
    *text = '\0';
}

/// Closes all but the passed descriptors, which get the numbers from 3 on. They are changed.
void keep_only(std::vector<int>& passed) {
    for (auto& handle : passed) handle = ::fcntl(handle, F_DUPFD, above_all);
    for (int handle = first_passed; handle < above_all; ++handle) ::close(handle);
    for (int number = first_passed; const int handle : passed) {
        ::dup2(handle, number++);
        ::close(handle);
    }
}

/// In the child: only calls that are safe after fork.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* out, const char* err,
                         pid_t parent, char* own_id, std::vector<int>& passed) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int flags = O_WRONLY | O_CREAT | O_APPEND;
    if (::dup2(::open("/dev/null", O_RDONLY), 0) < 0 || ::dup2(::open(out, flags, 0600), 1) < 0 ||
        ::dup2(::open(err, flags, 0600), 2) < 0)
        ::_exit(127);
    keep_only(passed);
    if (!passed.empty()) write_own_id(own_id);
    ::execvpe(arguments[0], arguments, environment);
    const char text[] = "cannot be started\n";
    if (::write(2, text, sizeof text - 1) < 0) ::_exit(126);
    ::_exit(127);
}

std::string words(const Arguments& command) {
    std::string text;
    for (const auto& word : command) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

Process::Process(const Arguments& command, const Environment& environment, const std::vector<int>& passed) {
    Arguments arguments = command;
    auto variables = merged(environment);
    auto handles = passed;
    char* own_id = nullptr;
    if (!passed.empty()) {
        variables.push_back("LISTEN_FDS=" + std::to_string(passed.size()));
        variables.push_back(std::string{listen_pid} + std::string(20, ' '));
        own_id = variables.back().data();
    }
    const auto argument_pointers = pointers(arguments);
    const auto variable_pointers = pointers(variables);
    const auto out = (files_.path() / "out").string();
    const auto err = (files_.path() / "err").string();
    const pid_t parent = ::getpid();
    // Until the child has given up this program's signal handlers, no signal may reach it.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    id_ = ::fork();
    const int error = errno;
    if (id_ == 0)
        become(argument_pointers.data(), variable_pointers.data(), out.c_str(), err.c_str(), parent, own_id, handles);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (id_ < 0) throw std::system_error{error, std::generic_category(), "fork"};
}

Process::~Process() { kill(); }

void Process::send_signal(int number) const {
    if (!exit_) ::kill(id_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds deadline) {
    const auto ended = [this] {
        if (exit_) return true;
        int status = 0;
        if (::waitpid(id_, &status, WNOHANG) != id_) return false;
        exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return true;
    };
    wait_until(ended, deadline);
    return exit_;
}

void Process::kill() {
    send_signal(SIGKILL);
    wait();
}

std::size_t Process::peak_memory() const {
    const auto file = "/proc/" + std::to_string(id_) + "/status";
    for (const auto& line : lines_of(read_text(file)))
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(line.find(':') + 1)) * 1024;
    throw std::runtime_error{file + " has no VmHWM"};
}

Finished run(const Arguments& command, const Environment& environment, std::chrono::milliseconds deadline) {
    Process process{command, environment};
    const auto code = process.wait(deadline);
    if (!code) throw std::runtime_error{words(command) + " does not end; it wrote:\n" + process.out() + process.err()};
    return {*code, process.out(), process.err()};
}

std::string run_ok(const Arguments& command, const Environment& environment, std::chrono::milliseconds deadline) {
    auto finished = run(command, environment, deadline);
    if (finished.code != 0)
        throw std::runtime_error{words(command) + " failed with " + std::to_string(finished.code) + ":\n" +
                                 finished.out + finished.err};
    return std::move(finished.out);
}

std::vector<std::string> lines_of(const std::string& text, bool all) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin))
        lines.push_back(text.substr(begin, end - begin));
    if (all && begin < text.size()) lines.push_back(text.substr(begin));
    return lines;
}

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        throw std::runtime_error{std::string{name} + " is not set: run this through meson test"};
    return value;
}

}  // namespace tocsin::testing
