#include "plugin/trusted_file.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tocsin::core {
namespace {

using Buffer = std::array<char, 16384>;

std::string user_name(uid_t user) {
    Buffer buffer;
    passwd entry{};
    passwd* found = nullptr;
    const bool known = ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
    return known ? entry.pw_name : "";
}

/// With the number, for messages.
std::string shown(std::string_view name, std::string_view what, unsigned number) {
    return name.empty() ? fmt::format("{} {}", what, number) : fmt::format("{} ({} {})", name, what, number);
}

struct Group {
    std::string name;
    bool is_owners_own = false;
};

Group look_up(gid_t group, std::string_view owner) {
    Buffer buffer;
    struct group entry {};
    struct group* found = nullptr;
    if (::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
    bool is_own = entry.gr_name == owner;
    for (char** member = entry.gr_mem; *member != nullptr; ++member) is_own = is_own && *member == owner;
    return {entry.gr_name, is_own};
}

/// `what` is the path, with a word for what it is.
void check(const std::filesystem::path& path, const std::string& what, uid_t user) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw std::runtime_error{
            fmt::format("{} cannot be looked at: {}", what, std::generic_category().message(errno))};
    const auto refuse = [&](std::string_view reason, std::string_view remedy) {
        throw std::runtime_error{fmt::format("{} {}, so nothing of it is loaded: {}", what, reason, remedy)};
    };
    const auto owner = user_name(status.st_uid);
    if (status.st_uid != 0 && status.st_uid != user)
        refuse(fmt::format("belongs to {}, neither to root nor to the user that runs tocsin",
                           shown(owner, "uid", status.st_uid)),
               "change its owner with chown");
    const auto mode = status.st_mode & 07777u;
    if ((mode & S_IWOTH) != 0)
        refuse(fmt::format("can be written by everybody (mode {:04o})", mode), "take that away with chmod go-w");
    if ((mode & S_IWGRP) == 0) return;
    const auto group = look_up(status.st_gid, owner);
    if (!group.is_owners_own)
        refuse(
            fmt::format("can be written by the group {} (mode {:04o})", shown(group.name, "gid", status.st_gid), mode),
            "take that away with chmod g-w");
}

}  // namespace

void check_trusted_folder(const std::filesystem::path& folder, uid_t user) {
    check(folder, fmt::format("the folder {}", folder.string()), user);
}

void check_trusted_file(const std::filesystem::path& file, uid_t user) {
    std::error_code error;
    const auto target = std::filesystem::canonical(file, error);
    if (error) throw std::runtime_error{fmt::format("cannot be read: {}", error.message())};
    check(target, target == file ? "the file" : fmt::format("the file {}", target.string()), user);
    check_trusted_folder(target.parent_path(), user);
}

}  // namespace tocsin::core
