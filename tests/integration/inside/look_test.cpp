// The look inside, run by real shells over real files.
#include "inside/look.hpp"

#include "base/fd.hpp"
#include "base/process/process.hpp"
#include "base/shell.hpp"
#include "support/fake_server.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>

namespace helper::inside {
namespace {

using test::FakeServer;
namespace fs = std::filesystem;

// A TCP port of 127.0.0.1 (or ::1) on which this test listens.
class Listening {
 public:
  explicit Listening(bool ipv6 = false) : socket_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    if (ipv6) {
      address.sin6_family = AF_INET6;
      address.sin6_addr = in6addr_loopback;
    } else {
      auto& four = reinterpret_cast<sockaddr_in&>(address);
      four.sin_family = AF_INET;
      four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size = sizeof four;
    }
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    stands_ = socket_ && ::bind(socket_.get(), where, size) == 0 && ::listen(socket_.get(), 1) == 0 &&
              ::getsockname(socket_.get(), where, &size) == 0;
    port_ = ntohs(ipv6 ? address.sin6_port : reinterpret_cast<sockaddr_in&>(address).sin_port);
  }
  [[nodiscard]] bool stands() const { return stands_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Fd socket_;
  bool stands_ = false;
  std::uint16_t port_ = 0;
};

std::vector<std::string> shells() {
  std::vector<std::string> found{"sh"};
  for (const auto& [program, command] : {std::pair("dash", "dash"), std::pair("bash", "bash --posix"),
                                         std::pair("busybox", "busybox sh"), std::pair("mksh", "mksh")}) {
    if (std::system((std::string("command -v ") + program + " >/dev/null 2>&1").c_str()) == 0)
      found.emplace_back(command);
  }
  return found;
}

std::string in_container(const std::string& script) {
  return shell::quote({"docker", "exec", "--user", "0", "--", "c", "sh", "-c", script});
}

plan::Inside look(FakeServer& server, const Question& question, const plan::Python* known = nullptr) {
  const std::string nonce = make_nonce();
  const std::string script =
      known == nullptr ? look_script(question, nonce) : look_script(question, nonce, *known, true);
  const auto output = server.runner.run({in_container(script), {}, Milliseconds(40'000)}, {});
  EXPECT_TRUE(output) << to_text(output.error());
  if (!output) return {};
  const auto inside = read_look(parse_sections(output->out, nonce), question);
  EXPECT_TRUE(inside) << output->out << output->err;
  return inside.value_or(plan::Inside{});
}

const plan::Python* find(const plan::Inside& inside, const std::string& source) {
  const auto python = std::ranges::find(inside.pythons, source, &plan::Python::source);
  return python == inside.pythons.end() ? nullptr : &*python;
}

class EveryShell : public testing::TestWithParam<std::string> {};

TEST_P(EveryShell, FindsTheUserThePortsAndEachPython) {
  FakeServer server(GetParam());
  const fs::path environment = server.python("miniconda3/envs/net");
  fs::create_directories(server.home() / "miniconda3/conda-meta");
  const fs::path wanted = server.python("venv with a space");
  server.write("home/.profile", "PATH=" + environment.parent_path().string() + ":$PATH\n");
  const Listening ssh;
  const Listening jupyter(true);
  ASSERT_TRUE(ssh.stands());

  const auto inside = look(server, {"root", ssh.port(), jupyter.port(), wanted.string()});
  EXPECT_EQ(inside.user_home, server.home());
  EXPECT_TRUE(inside.sshd_listening);
  EXPECT_EQ(inside.jupyter.listening, jupyter.stands());
  for (const auto& [source, path] : {std::pair<std::string, std::string>("login:python", environment),
                                     std::pair<std::string, std::string>("conda:net", environment),
                                     std::pair<std::string, std::string>("path", wanted)}) {
    ASSERT_NE(find(inside, source), nullptr) << source;
    EXPECT_EQ(find(inside, source)->path, path);
    EXPECT_EQ(find(inside, source)->version.rfind("3.", 0), 0U);
    EXPECT_FALSE(find(inside, source)->prefix.empty());
  }
}

TEST_P(EveryShell, FindsNothingThatIsNotThere) {
  FakeServer server(GetParam());
  std::uint16_t closed = 0;
  {
    const Listening before;
    closed = before.port();
  }
  const auto inside = look(server, {"nobody-here", closed, 0, "/nonexistent/python"});
  EXPECT_EQ(inside.user_home, "");
  EXPECT_FALSE(inside.sshd_listening);
  EXPECT_FALSE(inside.jupyter.listening);
  EXPECT_EQ(find(inside, "path"), nullptr);
  EXPECT_EQ(find(inside, "login:python"), nullptr);
}

TEST_P(EveryShell, TheQuickLookRunsOnlyTheKnownPython) {
  FakeServer server(GetParam());
  const plan::Python known{server.python("venv"), "3", "", "login:python"};
  server.write("home/.profile", "touch " + (server.folder() / "profile-was-read").string() + "\n");
  const auto inside = look(server, {"root", 1, 0, "auto"}, &known);
  ASSERT_EQ(inside.pythons.size(), 1U);
  EXPECT_EQ(inside.pythons.front().path, known.path);
  EXPECT_EQ(inside.pythons.front().source, "login:python");
  EXPECT_FALSE(fs::exists(server.folder() / "profile-was-read"));
}

INSTANTIATE_TEST_SUITE_P(Here, EveryShell, testing::ValuesIn(shells()), [](const auto& each) {
  std::string name = each.param;
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
  return name;
});

struct StartFile {
  const char* name;
  std::string text;
  bool names_python;  // else the login shell gives no answer, and the system's Python is found all the same
};

class LoginShell : public testing::TestWithParam<StartFile> {};

TEST_P(LoginShell, HidesNoPythonWhateverItsStartFileDoes) {
  FakeServer server;
  const fs::path environment = server.python("env");
  server.write("home/.bash_profile",
               "PATH=" + environment.parent_path().string() + ":$PATH\n" + GetParam().text + "\n");
  const auto begin = std::chrono::steady_clock::now();
  const auto inside = look(server, {"root", 1, 0, "auto"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(35));
  if (GetParam().names_python) {
    ASSERT_NE(find(inside, "login:python"), nullptr);
    EXPECT_EQ(find(inside, "login:python")->path, environment);
  } else {
    EXPECT_EQ(find(inside, "login:python"), nullptr);
  }
  EXPECT_NE(find(inside, "system"), nullptr);
  std::ifstream left(server.home() / "left-running");
  for (pid_t pid = 0; left >> pid;) ::kill(pid, SIGKILL);
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, LoginShell,
    testing::Values(StartFile{"Quiet", "", true},
                    StartFile{"PrintsNoise", "echo hello; printf 'no end'; echo >&2 x", true},
                    StartFile{"PrintsMuch", "head -c 1000000 /dev/zero | tr '\\0' 'x'", true},
                    StartFile{"ReadsItsInput", "read -r answer", true}, StartFile{"FailsAtOnce", "false", true},
                    StartFile{"LeavesAProcessRunning", "sleep 100 & disown; echo $! >> ~/left-running", true},
                    StartFile{"SetsErrexitAndNounset", "set -eu", true},
                    StartFile{"OnlyForPeople", "case $- in *i*) ;; *) exit 0 ;; esac", true},
                    StartFile{"OnlyForScripts", "case $- in *i*) exit 0 ;; esac", true},
                    StartFile{"Exits", "exit 3", false},
                    StartFile{"BlocksAndIgnoresTerm", "while :; do sleep 100; done", false},
                    StartFile{"PretendsToAnswer", "echo '@helper-which /bin/false'; exit 0", false}),
    [](const auto& each) { return std::string(each.param.name); });

struct OtherShell {
  const char* name;
  const char* start_file;
  const char* sets_path;  // with %s for the folder that comes first
};

class EveryLoginShell : public testing::TestWithParam<OtherShell> {};

TEST_P(EveryLoginShell, IsAskedInAWayThatItUnderstands) {
  fs::path program;
  for (const char* folder : {"/bin", "/usr/bin"}) {
    if (fs::exists(fs::path(folder) / GetParam().name)) program = fs::path(folder) / GetParam().name;
  }
  if (program.empty()) GTEST_SKIP() << GetParam().name << " is not installed";
  FakeServer server;
  const fs::path environment = server.python("env");
  std::string text = GetParam().sets_path;
  text.replace(text.find("%s"), 2, environment.parent_path().string());
  server.write("home/" + std::string(GetParam().start_file), "echo hello\n" + text + "\n");
  server.set_user(std::to_string(::getuid()), program.string());
  const auto inside = look(server, {"root", 1, 0, "auto"});
  ASSERT_NE(find(inside, "login:python"), nullptr);
  EXPECT_EQ(find(inside, "login:python")->path, environment);
  EXPECT_FALSE(inside.login_cut);
}

INSTANTIATE_TEST_SUITE_P(Here, EveryLoginShell,
                         testing::Values(OtherShell{"bash", ".bash_profile", "PATH=%s:$PATH"},
                                         OtherShell{"dash", ".profile", "PATH=%s:$PATH"},
                                         OtherShell{"tcsh", ".cshrc", "setenv PATH %s:$PATH"},
                                         OtherShell{"fish", ".config/fish/config.fish", "set -gx PATH %s $PATH"}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Pythons, OfEveryToolAreFoundWithWhatTheyTell) {
  FakeServer server;
  const fs::path project = server.home() / "net";
  const auto environment = [&](const std::string& folder, const std::string& marks) {
    server.python(folder);
    server.write("home/" + folder + "/pyvenv.cfg", "home = /usr/bin\n" + marks);
  };
  environment("net/.venv", "uv = 0.5.1\n");
  environment("net/env", "");
  environment(".local/share/virtualenvs/net-x", "");
  server.write("home/.local/share/virtualenvs/net-x/.project", project.string());
  server.python(".pyenv/versions/3.12.1");
  server.python(".local/share/uv/python/cpython-3.13.0");
  server.write("home/net/environment.yml", "# ours\nname: 'net'  # not base\n");
  server.write("home/net/.python-version", "3.12\n");
  const std::string packages =
      "home/net/env/lib/" + fs::canonical("/usr/bin/python3").filename().string() + "/site-packages/";
  server.write(packages + "torch/__init__.py", "raise SystemExit('it was imported')");
  server.write(packages + "torch-2.2.0.dist-info/METADATA", "");
  server.write("home/net/requirements.txt", "torch>=2 # yes\n# numpy\nno-such-thing\n");
  const helper::test::ScopedEnv no_pyenv("PYENV_ROOT", "");

  const auto inside = look(server, {"root", 1, 0, "auto", project.string(), "json,xml.dom,torch,no_such.thing"});
  for (const char* source : {"uv:.venv", "venv:env", "pipenv:net-x", "pyenv:3.12.1", "uv-python:cpython-3.13.0"})
    ASSERT_NE(find(inside, source), nullptr) << source;
  EXPECT_TRUE(find(inside, "pipenv:net-x")->made_for_project);
  EXPECT_FALSE(find(inside, "venv:env")->made_for_project);
  EXPECT_EQ(inside.project_files, (std::vector<std::string>{"conda:net", "pyenv:3.12"}));
  const plan::Python& with_torch = *find(inside, "venv:env");
  EXPECT_EQ(with_torch.prefix, project / "env");
  EXPECT_EQ(with_torch.base_prefix, "/usr");
  EXPECT_EQ(with_torch.missing, std::vector<std::string>{"no_such.thing"});
  EXPECT_EQ(with_torch.frameworks, (std::vector<plan::Framework>{{"torch", "2.2.0"}}));
  EXPECT_EQ(with_torch.requirements, 1);
  EXPECT_EQ(find(inside, "uv:.venv")->missing, (std::vector<std::string>{"torch", "no_such.thing"}));
}

TEST(Pythons, AreFoundWithinSecondsWhenTheLoginShellBlocksAndThatIsTold) {
  FakeServer server;
  server.write("home/.bash_profile", "while :; do sleep 100; done\n");
  server.python(".pyenv/versions/3.12.1");
  const helper::test::ScopedEnv no_pyenv("PYENV_ROOT", "");
  const auto begin = std::chrono::steady_clock::now();
  const auto inside = look(server, {"root", 1, 0, "auto"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_TRUE(inside.login_cut);
  EXPECT_NE(find(inside, "pyenv:3.12.1"), nullptr);
}

TEST(Pythons, ThatBlockOrPrintOrFailAreLeftOut) {
  FakeServer server;
  server.executable("home/.conda/envs/blocks/bin/python", "#!/bin/sh\ntrap '' TERM\nsleep 100 & wait; sleep 100\n");
  server.executable("home/.conda/envs/fails/bin/python", "#!/bin/sh\nexit 1\n");
  server.executable("home/.conda/envs/lies/bin/python", "#!/bin/sh\nprintf '\\nsomething-py\\037conda:lies\\n'\n");
  server.python(".conda/envs/good");
  std::string list;
  for (const char* name : {"blocks", "fails", "lies", "good"})
    list += (server.home() / ".conda/envs" / name).string() + "\n";
  server.write("home/.conda/environments.txt", list);
  const auto inside = look(server, {"root", 1, 0, "auto"});
  EXPECT_NE(find(inside, "conda:good"), nullptr);
  for (const char* name : {"conda:blocks", "conda:fails", "conda:lies"}) EXPECT_EQ(find(inside, name), nullptr) << name;
}

TEST(Questions, OfAnyKindAreNeverRunAsShellText) {
  FakeServer server;
  const std::string evil = "$(touch " + (server.folder() / "pwned").string() + ")'; touch " +
                           (server.folder() / "pwned").string() + "; '`touch " + (server.folder() / "pwned").string() +
                           "`";
  EXPECT_EQ(look(server, {evil, 1, 0, "/" + evil}).user_home, "");
  const plan::Python known{"/" + evil, "3", "", evil};
  EXPECT_TRUE(look(server, {evil, 1, 0, evil}, &known).pythons.empty());
  EXPECT_FALSE(fs::exists(server.folder() / "pwned"));
}

}  // namespace
}  // namespace helper::inside
