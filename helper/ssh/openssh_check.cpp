#include "ssh/openssh_check.hpp"

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/process/pipe.hpp"
#include "base/process/process.hpp"
#include "base/process/spawn.hpp"
#include "base/text.hpp"
#include "ssh/wait.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace helper::ssh {
namespace {

constexpr std::size_t k_max_log = 256u << 10;
constexpr Milliseconds k_end_politely{1'000};
constexpr std::string_view k_certificate_suffix = "-cert-v01@openssh.com";
constexpr std::array<std::string_view, 2> k_key_lines{"debug1: Server host key: ", "debug1: Server host certificate: "};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view up_to(std::string_view text, std::string_view ends) {
  return text.substr(0, std::min(text.find_first_of(ends), text.size()));
}

// The key that the log shows. `count` counts the lines that name one: any text of a server may hold a line end and
// more.
void read_key(std::string_view log, HostKeyCheck& check, int& count) {
  while (!log.empty()) {
    const std::string_view line = take_line(log);
    for (const auto begin : k_key_lines) {
      if (!line.starts_with(begin)) continue;
      ++count;
      std::string_view rest = line.substr(begin.size());
      std::string_view type = up_to(rest, " ");
      rest.remove_prefix(std::min(type.size() + 1, rest.size()));
      if (type.ends_with(k_certificate_suffix)) type.remove_suffix(k_certificate_suffix.size());
      check.type = type;
      check.fingerprint = up_to(rest, " ,");
      const std::size_t authority = rest.rfind("\" CA ");
      if (authority == std::string_view::npos) continue;
      rest.remove_prefix(authority + 5);
      rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
      check.authority = up_to(rest, " ");
    }
  }
}

// What it says about its end, without the sentence that always comes last, and what is wrong with a certificate.
std::string last_words(std::string_view log) {
  std::string_view words;
  std::string certificate;
  while (!log.empty()) {
    const std::string_view line = take_line(log);
    const bool is_debug = line.starts_with("debug") || line.starts_with("OpenSSH_");
    if (line.starts_with("Certificate invalid: ")) certificate = "; " + std::string(line);
    if (!line.empty() && !is_debug && line != "Host key verification failed.") words = line;
  }
  return printable(words, 300) + (words.starts_with("Certificate invalid: ") ? "" : printable(certificate, 300));
}

std::string in_config(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '%' ? "%%" : std::string(1, c);
  return out;
}

// A Unix socket of this user alone, gone with the object.
class Signal {
 public:
  Signal() : folder_((std::filesystem::temp_directory_path(unusable_) / "helper-ssh-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr) folder_.clear();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket();
    if (folder_.empty() || path.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(fd.get(), 16) == 0)
      fd_ = std::move(fd);
  }
  ~Signal() {
    if (folder_.empty()) return;
    ::unlink(socket().c_str());
    ::rmdir(folder_.c_str());
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::string socket() const { return folder_ + "/agent"; }
  // Whether that process, and no child of its (a KnownHostsCommand may ask an agent), has connected.
  [[nodiscard]] bool came_from(pid_t pid) const {
    while (true) {
      const Fd peer(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) return false;
      ucred who{};
      socklen_t size = sizeof who;
      if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid == pid) return true;
    }
  }

 private:
  std::error_code unusable_;
  std::string folder_;
  Fd fd_;
};

// OpenSSH at work; ended and waited for with the object.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() { end_group(pid_, k_end_politely); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// What there is to read now. False at the end.
bool read_some(int fd, std::string& log) {
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n == 0) return false;
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (log.size() < k_max_log) log.append(piece.data(), static_cast<std::size_t>(n));
  }
}

std::string place_of(const KnownHostEntry& entry) { return entry.file + ":" + std::to_string(entry.line); }

tl::unexpected<Error> refused(const HostConfig& host, const KnownHosts& known, const HostKeyCheck& check) {
  std::string cause = "OpenSSH refuses its host key";
  if (!check.fingerprint.empty()) cause += " (" + check.type + " " + check.fingerprint + ")";
  if (!check.words.empty()) cause += ": " + check.words;
  for (const auto& entry : known.revoked()) {
    const std::string fingerprint = fingerprint_of(entry.base64);
    if (fingerprint == check.fingerprint) cause += "; the key is marked @revoked in " + place_of(entry);
    if (fingerprint == check.authority)
      cause += "; the authority of its certificate is marked @revoked in " + place_of(entry);
  }
  return fail(ErrorCode::server_host_key, host.alias, cause,
              "ask the server's administrator; see all of it with: " + ssh_by_hand(host.alias, {"-v"}, "true"));
}

}  // namespace

bool needs_openssh(const HostConfig& host, const KnownHosts& known) {
  return known.has_authorities() || host.asks_for_host_keys || host.revokes_host_keys;
}

std::vector<std::string> host_key_check_argv(const HostConfig& host, const std::string& agent,
                                             const std::string& agent_of_jumps) {
  std::vector<std::string> argv{"env", "SSH_ASKPASS_REQUIRE=never"};
  if (!agent_of_jumps.empty()) argv.push_back("SSH_AUTH_SOCK=" + agent_of_jumps);
  // What the person set for hosts stays, but for what would let a key pass, write one down, ask, or do more than check.
  argv.insert(argv.end(), {"ssh",
                           "-v",
                           "-E",
                           "/dev/stdout",
                           "-T",
                           "-oIgnoreUnknown=*",
                           "-oBatchMode=yes",
                           "-oStrictHostKeyChecking=yes",
                           "-oNoHostAuthenticationForLocalhost=no",
                           "-oUpdateHostKeys=no",
                           "-oFingerprintHash=sha256",
                           "-oConnectTimeout=10",
                           "-oPubkeyAuthentication=yes",
                           "-oPreferredAuthentications=none",
                           "-oGSSAPIKeyExchange=no",  // which knows no host key
                           "-oPKCS11Provider=none",
                           "-oControlMaster=no",
                           "-oControlPath=none",
                           "-oClearAllForwardings=yes",
                           "-oPermitLocalCommand=no",
                           "-oRemoteCommand=none",
                           "-oTunnel=no",
                           "-oForkAfterAuthentication=no",
                           "-oIdentityAgent=" + in_config(agent)});
  if (!host.jumps.empty()) {
    std::string jumps;
    for (const auto& jump : host.jumps) jumps += (jumps.empty() ? "" : ",") + jump.alias;
    argv.push_back("-oProxyJump=" + jumps);
  } else if (host.proxy_command.empty()) {
    argv.emplace_back("-oProxyCommand=none");
  }
  const Destination to = parse_destination(host.alias).value_or(Destination{host.hostname, host.user, host.port});
  std::ranges::move(ssh_words(to), std::back_inserter(argv));
  argv.emplace_back("true");
  return argv;
}

HostKeyCheck read_host_key_check(std::string_view log, bool passed) {
  using Verdict = HostKeyCheck::Verdict;
  HostKeyCheck check;
  int keys = 0;
  read_key(log, check, keys);
  check.words = last_words(log);
  if (keys == 0) return check;
  if (keys > 1) {
    check.words = "more than one host key is in what it printed";
    check.verdict = Verdict::refused;
    return check;
  }
  const bool is_unknown =
      check.words.starts_with("No ") && check.words.find(" host key is known for ") != std::string::npos;
  check.verdict = passed ? Verdict::accepted : is_unknown ? Verdict::unknown : Verdict::refused;
  return check;
}

Result<HostKeyCheck> check_by_openssh(const HostConfig& host, const KnownHosts& known, const ConnectOptions& options,
                                      const std::stop_token& stop) {
  const Signal signal;
  if (signal.fd() < 0)
    return fail(ErrorCode::internal, host.alias, "no socket can be made in the folder for temporary files");
  HELPER_TRY_ASSIGN(PipeEnds out, make_pipe());
  ::fcntl(out.read.get(), F_SETFL, O_NONBLOCK);
  HELPER_TRY_ASSIGN(const std::string env, find_program("env"));
  std::string log;
  bool passed = false;
  {
    HELPER_TRY_ASSIGN(const pid_t pid, spawn(env, host_key_check_argv(host, signal.socket(), options.agent_socket),
                                             {-1, out.write.get(), -1}, Leads::session));
    const Child child(pid);
    out.write.reset();
    const Limit limit(3 * options.connect_timeout, stop);
    bool open = true;
    while (open && !passed && !limit.passed() && !limit.stopped()) {
      static_cast<void>(limit.poll(out.read.get(), POLLIN, k_wait_slice, signal.fd()));
      open = read_some(out.read.get(), log);
      passed = signal.came_from(child.pid());
    }
    passed = passed || signal.came_from(child.pid());
  }
  if (stop.stop_requested())
    return fail(ErrorCode::cancelled, host.alias, "the request was cancelled while its host key was checked");
  static_cast<void>(read_some(out.read.get(), log));
  HostKeyCheck check = read_host_key_check(log, passed);
  if (check.verdict == HostKeyCheck::Verdict::refused) return refused(host, known, check);
  log_info("{}: OpenSSH was asked about its host key: {}", host.alias,
           passed ? "accepted, " + check.type + " " + check.fingerprint : check.words);
  return check;
}

}  // namespace helper::ssh
