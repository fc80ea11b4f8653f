#include "settings/running.hpp"

#include "base/fd.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __APPLE__
#include "base/process/process.hpp"
#else
#include <fstream>
#include <iterator>
#endif

namespace helper::settings {

namespace {

// The number that the file begins with; 0 when there is none, or no such file.
int number_in(const std::filesystem::path& file) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 64> text{};
  const ssize_t length = fd ? ::read(fd.get(), text.data(), text.size()) : -1;
  if (length <= 0) return 0;
  int number = 0;
  std::from_chars(text.data(), text.data() + length, number);
  return std::max(number, 0);
}

// A port of 127.0.0.1 that somebody listens on cannot be bound. Nobody is connected to.
bool is_listened_on(int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || port <= 0 || port > 65'535) return false;
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == EADDRINUSE;
}

// Of a file or folder on the way to a program, in lower case: "pycharm64", "IntelliJ IDEA.app", "idea-IU-261.1".
bool is_name_of_ide(std::string_view name) {
  constexpr std::array<std::string_view, 5> k_begin{"pycharm", "dataspell", "jetbrains", "intellij", "ideai"};
  constexpr std::array<std::string_view, 2> k_words{"idea", "gateway"};
  const auto is_word = [&](std::string_view word) {
    const bool letter = name.size() > word.size() && name[word.size()] >= 'a' && name[word.size()] <= 'z';
    return name.starts_with(word) && !letter;
  };
  return std::ranges::any_of(k_begin, [&](auto begin) { return name.starts_with(begin); }) ||
         std::ranges::any_of(k_words, is_word);
}

}  // namespace

bool may_be_ide(std::string_view command_line) {
  if (command_line.empty()) return true;
  const std::string_view program = command_line.substr(0, command_line.find('\0'));
  for (const std::filesystem::path& part : std::filesystem::path(lower_case(program))) {
    if (is_name_of_ide(part.string())) return true;
  }
  // Started by a Java of somewhere else.
  const std::string_view words = command_line.substr(program.size());
  return std::filesystem::path(program).stem() == "java" && words.find("idea.") != std::string_view::npos;
}

bool still_runs(const RunningIde& ide) {
  if (ide.pid == 0) return false;
  const auto words = command_line(ide.pid);
  return words && may_be_ide(*words);
}

std::optional<RunningIde> running_ide(const std::filesystem::path& config_folder) {
  const RunningIde by_lock{number_in(config_folder / ".lock")};
  if (still_runs(by_lock)) return by_lock;
  if (is_listened_on(number_in(config_folder / "port"))) return RunningIde{};
  return std::nullopt;
}

namespace {

#ifdef __APPLE__

std::optional<std::string> ask_the_system(int pid) {
  ProcessSpec spec;
  spec.argv = {"ps", "-p", std::to_string(pid), "-o", "stat=", "-o", "comm="};
  const auto output = run_process(spec, {});
  if (!output) return std::string();
  const std::string text = trimmed(output->out);
  if (text.empty() || text.front() == 'Z') return std::nullopt;
  const std::size_t program = text.find_first_not_of(' ', std::min(text.find(' '), text.size()));
  return program == std::string::npos ? std::string() : text.substr(program);
}

#else

std::string all_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// proc(5): in "stat" the state follows the command's name, which is in parentheses and may hold any character.
bool is_zombie(int pid) {
  const std::string stat = all_of("/proc/" + std::to_string(pid) + "/stat");
  const auto end = stat.rfind(')');
  return end != std::string::npos && end + 2 < stat.size() && (stat[end + 2] == 'Z' || stat[end + 2] == 'X');
}

std::optional<std::string> ask_the_system(int pid) {
  if (is_zombie(pid)) return std::nullopt;
  return all_of("/proc/" + std::to_string(pid) + "/cmdline");
}

#endif

}  // namespace

std::optional<std::string> command_line(int pid) {
  if (pid <= 0 || (::kill(pid, 0) != 0 && errno == ESRCH)) return std::nullopt;
  return ask_the_system(pid);
}

}  // namespace helper::settings
