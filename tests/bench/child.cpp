#include "child.hpp"

#include "sockets.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::bench {
namespace {

constexpr auto look_every = std::chrono::milliseconds{2};

/// In the child.
[[noreturn]] void become(std::vector<char*> arguments, const Child::Options& options, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    const auto* input = options.input.empty() ? "/dev/null" : options.input.c_str();
    const int flags = O_WRONLY | O_CREAT | O_APPEND;
    if (::dup2(::open(input, O_RDONLY), 0) < 0 || ::dup2(::open(options.output.c_str(), flags, 0600), 1) < 0 ||
        ::dup2(1, 2) < 0)
        ::_exit(127);
    if (options.listening) {
        if (*options.listening == 3)
            ::fcntl(3, F_SETFD, 0);
        else
            ::dup2(*options.listening, 3);
        ::setenv("LISTEN_FDS", "1", 1);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    }
    for (int handle = options.listening ? 4 : 3; handle < 256; ++handle) ::close(handle);
    ::execvp(arguments[0], arguments.data());
    std::perror(arguments[0]);
    ::_exit(127);
}

}  // namespace

Child::Child(const std::vector<std::string>& command, Options options)
    : name_{command.front()}, output_{options.output} {
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ < 0) fail("fork");
    if (id_ == 0) become(std::move(arguments), options, parent);
}

Child::~Child() { kill(); }

bool Child::running() {
    if (!ended_) ended_ = ::waitpid(id_, nullptr, WNOHANG) == id_;
    return !ended_;
}

void Child::wait(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (running()) {
        if (std::chrono::steady_clock::now() >= end) throw std::runtime_error{name_ + " does not end:\n" + output()};
        std::this_thread::sleep_for(look_every);
    }
}

void Child::terminate(std::chrono::milliseconds limit) {
    if (running()) ::kill(id_, SIGTERM);
    wait(limit);
}

void Child::kill() {
    if (!running()) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    ended_ = true;
}

std::string Child::output() const {
    std::ostringstream text;
    text << std::ifstream{output_}.rdbuf();
    return text.str();
}

void Child::wait_for(const std::string& text, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (output().find(text) == std::string::npos) {
        if (!running() || std::chrono::steady_clock::now() >= end)
            throw std::runtime_error{name_ + " does not say \"" + text + "\":\n" + output()};
        std::this_thread::sleep_for(look_every);
    }
}

double Child::cpu_seconds() const {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        throw std::runtime_error{name_ + " has ended:\n" + output()};
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double Child::status(const std::string& key) const {
    std::ifstream file{"/proc/" + std::to_string(id_) + "/status"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return std::stod(line.substr(key.size())) / 1024;
    throw std::runtime_error{name_ + " has ended:\n" + output()};
}

}  // namespace tocsin::bench
