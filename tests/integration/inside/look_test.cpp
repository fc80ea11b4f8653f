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
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

// A process that has these words in its command line, and does nothing.
class Named {
 public:
  explicit Named(const std::vector<std::string>& words) {
    std::vector<std::string> argv{"python3", "-c", "import time; time.sleep(600)"};
    argv.insert(argv.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (auto& word : argv) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    EXPECT_EQ(::posix_spawnp(&pid_, "python3", nullptr, nullptr, pointers.data(), environ), 0);
  }
  ~Named() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Named(const Named&) = delete;
  Named& operator=(const Named&) = delete;

 private:
  pid_t pid_ = -1;
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

const plan::SilentPython* silent(const plan::Inside& inside, const std::string& source) {
  const auto python = std::ranges::find(inside.silent_pythons, source, &plan::SilentPython::source);
  return python == inside.silent_pythons.end() ? nullptr : &*python;
}

TEST_P(EveryShell, FindsTheEnvironmentsOfEachToolWhereverTheyAre) {
  FakeServer server(GetParam());
  const std::string home = server.home().string();
  for (const char* folder :
       {"net/.pixi/envs/default", "net/.hatch/lint", "net/venv", "net/env", "net/backend/.venv", "pdm", "proj_env",
        "root2", "envs_a/one", "envs_b/two", "envs_c/three", "c3/envs/torch", "c3/envs/beside", "active", "uvenv",
        ".local/share/mise/installs/python/3.12.1", ".asdf/installs/python/3.11.4", ".rye/py/cpython@3.10.2",
        ".local/share/hatch/env/virtual/net/abcd1234/net"}) {
    server.python(folder);
  }
  for (const char* folder : {"net/env", "proj_env", "root2", "envs_a/one", "envs_b/two", "envs_c/three",
                             "c3/envs/torch", "c3/envs/beside"}) {
    fs::create_directories(server.home() / folder / "conda-meta");
  }
  fs::create_directories(server.home() / "root2/condabin");
  fs::create_symlink("3.12.1", server.home() / ".local/share/mise/installs/python/latest");
  fs::create_symlink("./3.12.1", server.home() / ".local/share/mise/installs/python/3.12");
  fs::create_directory_symlink(server.home() / "uvenv", server.home() / ".local/share/mise/installs/python/3.13.9");
  const fs::path of_uv = server.python(".local/share/uv/python/cpython-3.13.0").parent_path().parent_path();
  fs::create_directory_symlink(of_uv, of_uv.parent_path() / "cpython-3.13");
  server.write("home/net/venv/bin/activate", "");  // an old virtualenv
  server.write("home/net/backend/.venv/pyvenv.cfg", "");
  server.write("home/net/.pdm-python", home + "/pdm/bin/python");
  server.write("home/net/.tool-versions", "nodejs 20\npython 3.11.4 3.10\n");
  server.write("home/.conda/environments.txt",
               home + "/net/.pixi/envs/default\n" + home + "/root2\n" + home + "/proj_env");
  server.write("home/.condarc", "channels:\n  - x\nenvs_dirs:\n  # ours\n  - " + home +
                                    "/envs_a\n  - ~/envs_b # two\nauto: " + home + "\n");
  server.write("home/.mambarc", "envs_dirs: [\"" + home + "/envs_c\", /nonexistent]");
  const helper::test::ScopedEnv conda("CONDA_PREFIX", home + "/c3/envs/torch");
  const helper::test::ScopedEnv active("VIRTUAL_ENV", home + "/active");
  const helper::test::ScopedEnv uv("UV_PROJECT_ENVIRONMENT", "../uvenv");

  const auto inside = look(server, {"root", 1, 0, "auto", home + "/net"});
  for (const auto& [source, folder] : std::initializer_list<std::pair<const char*, const char*>>{
           {"pixi:default", "net/.pixi/envs/default"},
           {"hatch:lint", "net/.hatch/lint"},
           {"venv:venv", "net/venv"},
           {"venv:env", "net/env"},
           {"venv:backend/.venv", "net/backend/.venv"},
           {"pdm:.pdm-python", "pdm"},
           {"conda:proj_env", "proj_env"},
           {"conda:one", "envs_a/one"},
           {"conda:two", "envs_b/two"},
           {"conda:three", "envs_c/three"},
           {"conda:torch", "c3/envs/torch"},
           {"conda:beside", "c3/envs/beside"},
           {"activated:torch", "c3/envs/torch"},
           {"activated:active", "active"},
           {"uv-project:uvenv", "net/../uvenv"},
           {"mise:3.12.1", ".local/share/mise/installs/python/3.12.1"},
           {"mise:3.13.9", ".local/share/mise/installs/python/3.13.9"},
           {"uv-python:cpython-3.13.0", ".local/share/uv/python/cpython-3.13.0"},
           {"asdf:3.11.4", ".asdf/installs/python/3.11.4"},
           {"rye:cpython@3.10.2", ".rye/py/cpython@3.10.2"},
           {"hatch:net", ".local/share/hatch/env/virtual/net/abcd1234/net"}}) {
    ASSERT_NE(find(inside, source), nullptr) << source;
    EXPECT_EQ(find(inside, source)->path, home + "/" + folder + "/bin/python") << source;
  }
  EXPECT_TRUE(std::ranges::any_of(inside.pythons, [&](const plan::Python& p) {
    return p.source == "conda:base" && p.path == home + "/root2/bin/python";
  }));
  for (const char* source : {"conda:default", "conda:root2", "mise:latest", "mise:3.12", "uv-python:cpython-3.13"})
    EXPECT_EQ(find(inside, source), nullptr) << source;
  EXPECT_EQ(inside.project_files, std::vector<std::string>{"asdf:3.11.4"});
}

TEST_P(EveryShell, FindsEnvironmentsWhereTheSettingsOfTheirToolsPutThem) {
  FakeServer server(GetParam());
  const std::string home = server.home().string();
  for (const char* folder : {"poetry/net-x-py3.11", "hatch/net/abcd1234/net", "pdm/net-1", "net/.hatch/net-of-mine"})
    server.python(folder);
  server.write("home/.config/pypoetry/config.toml",
               "cache-dir = \"" + home + "\"\n\n[virtualenvs]\npath = \"{cache-dir}/poetry\"\n");
  server.write("home/poetry/envs.toml", "[net-x]\nminor = \"3.11\"\npatch = \"3.11.2\"\n");
  server.write("home/.config/hatch/config.toml", "[dirs]\ndata = \"/nowhere\"\n\n[dirs.env]\nvirtual = \"~/hatch\"\n");
  server.write("home/.config/pdm/config.toml", "[venv]\nlocation = \"" + home + "/pdm\"\n");
  server.write("home/net/.hatch/net-of-mine/pyvenv.cfg", "home = /usr/bin\n");
  server.write("home/net/pyproject.toml", "[project]\nname = \"Net_of.-Mine\"\n");
  const helper::test::ScopedEnv settings("XDG_CONFIG_HOME", "");

  const auto inside = look(server, {"root", 1, 0, "auto", home + "/net"});
  for (const char* source : {"poetry:net-x-py3.11", "hatch:net", "pdm:net-1", "hatch:net-of-mine"})
    EXPECT_NE(find(inside, source), nullptr) << source;
  EXPECT_TRUE(find(inside, "hatch:net-of-mine")->made_for_project);
  EXPECT_FALSE(find(inside, "hatch:net")->made_for_project);
  for (const char* source : {"poetry:net-x-py3.11", "hatch:net-of-mine"})
    EXPECT_NE(std::ranges::find(inside.project_files, source), inside.project_files.end()) << source;
}

TEST_P(EveryShell, FindsTheEnvironmentsOfTheFolderThatTheProjectsPoetryTomlNames) {
  FakeServer server(GetParam());
  server.python("net/envs/net-x-py3.11");
  server.write("home/net/poetry.toml", "[virtualenvs]\npath = \"{project-dir}/envs\"\n");
  const auto inside = look(server, {"root", 1, 0, "auto", (server.home() / "net").string()});
  EXPECT_NE(find(inside, "poetry:net-x-py3.11"), nullptr);
}

TEST_P(EveryShell, ReadsTheVersionThatMisesFilesOfTheProjectName) {
  struct Case {
    const char* file;
    const char* text;
    const char* names;
  };
  for (const auto& [file, text, names] : std::initializer_list<Case>{
           {"mise.toml", "[env]\npython = \"2.7\"\n[tools]\nnode = \"20\"\npython = \"3.12\" # ours\n", "3.12"},
           {".mise.toml", "  [tools]\r\n  python = ['3.11', '3.12']\r\n", "3.11"},
           {".config/mise.toml", "[tools]\npython = [\n  \"3.10\",\n]", "3.10"},
           {"mise/config.toml", "[tools]\npython = { virtualenv = \".venv\", version = \"3.9\" }\n", "3.9"},
           {"mise.local.toml", "[tools.python]\nversion='prefix:3.8'\n[tools.node]\nversion='20'\n", "3.8"},
           {".mise/config.toml", "[tools]\n\"python\"=\"latest\"\n", "latest"}}) {
    FakeServer server(GetParam());
    server.write("home/net/" + std::string(file), text);
    const auto inside = look(server, {"root", 1, 0, "auto", (server.home() / "net").string()});
    EXPECT_EQ(inside.project_files, std::vector<std::string>{"mise:" + std::string(names)}) << file;
  }
  FakeServer server(GetParam());
  server.write("home/net/mise.toml", "[tools]\npythons = \"1\"\n[tasks]\npython = \"3.12\"\n");
  EXPECT_TRUE(look(server, {"root", 1, 0, "auto", (server.home() / "net").string()}).project_files.empty());
}

TEST_P(EveryShell, FindsWhatAnOlderPdmNamed) {
  FakeServer server(GetParam());
  const std::string python = server.python("pdm").string();
  server.write("home/net/.pdm.toml", "[python]\nuse_venv = true\npath = \"" + python + "\"\n");
  const Question question{"root", 1, 0, "auto", (server.home() / "net").string()};
  auto inside = look(server, question);
  ASSERT_NE(find(inside, "pdm:.pdm.toml"), nullptr);
  EXPECT_EQ(find(inside, "pdm:.pdm.toml")->path, python);
  server.write("home/net/.pdm-python", python);
  inside = look(server, question);
  EXPECT_NE(find(inside, "pdm:.pdm-python"), nullptr);
  EXPECT_EQ(find(inside, "pdm:.pdm.toml"), nullptr);
}

TEST_P(EveryShell, FindsCondasEnvironmentsInFoldersWithSpaces) {
  FakeServer server(GetParam());
  const std::string home = server.home().string();
  for (const char* folder : {"my envs/one", "b/two", "c d/three", "e f/four", "g, h/five"}) {
    server.python(folder);
    fs::create_directories(server.home() / folder / "conda-meta");
  }
  server.write("home/.condarc", "envs_dirs:\n  - " + home + "/my envs  # ours\n  - \"" + home +
                                    "/g, h\"\r\npkgs_dirs:\n  - " + home + "/b\n");
  server.write("home/.mambarc", "envs_dirs: ['" + home + "/c d', ~/e f ]\n");
  const auto inside = look(server, {"root", 1, 0, "auto"});
  for (const auto& [source, folder] :
       std::initializer_list<std::pair<const char*, const char*>>{{"conda:one", "my envs/one"},
                                                                  {"conda:three", "c d/three"},
                                                                  {"conda:four", "e f/four"},
                                                                  {"conda:five", "g, h/five"}}) {
    ASSERT_NE(find(inside, source), nullptr) << source;
    EXPECT_EQ(find(inside, source)->path, home + "/" + folder + "/bin/python") << source;
  }
  EXPECT_EQ(find(inside, "conda:two"), nullptr);
}

TEST_P(EveryShell, KnowsTheCondaEnvironmentThatAnImageActivatesByItsNameAlone) {
  FakeServer server(GetParam());
  for (const char* folder : {"miniconda3/envs/torch", "miniconda3/envs/other", "far/jax"}) {
    server.python(folder);
    fs::create_directories(server.home() / folder / "conda-meta");
  }
  const helper::test::ScopedEnv no_prefix("CONDA_PREFIX", "");
  {
    const helper::test::ScopedEnv name("CONDA_DEFAULT_ENV", "torch");
    const auto inside = look(server, {"root", 1, 0, "auto"});
    ASSERT_NE(find(inside, "activated:torch"), nullptr);
    EXPECT_EQ(find(inside, "activated:torch")->path, server.home() / "miniconda3/envs/torch/bin/python");
    EXPECT_EQ(find(inside, "activated:other"), nullptr);
  }
  const helper::test::ScopedEnv path("CONDA_DEFAULT_ENV", (server.home() / "far/jax").string());
  EXPECT_NE(find(look(server, {"root", 1, 0, "auto"}), "activated:jax"), nullptr);
}

TEST_P(EveryShell, KnowsTheBaseUrlOfAJupyterThatIsNotOurs) {
  FakeServer server(GetParam());
  Listening jupyter;
  const std::string port = std::to_string(jupyter.port());
  const Question question{"root", 1, jupyter.port(), "auto"};
  const helper::test::ScopedEnv no_runtime("JUPYTER_RUNTIME_DIR", "");
  const auto runtime = [&](const std::string& name, const std::string& its_port, const std::string& pid) {
    server.write("home/.local/share/jupyter/runtime/" + name,
                 "{\n  \"base_url\": \"/user/" + name.substr(0, 2) + "/\",\n  \"hostname\": \"0.0.0.0\",\n  \"pid\": " +
                     pid + ",\n  \"port\": " + its_port + ",\n  \"url\": \"http://x:8888/\"\n}");
  };
  const std::string here = std::to_string(::getpid());
  EXPECT_EQ(look(server, question).jupyter.base_path, "");
  {
    // The same test with another shell may run at this moment: each of its processes has a port of its own.
    const Named other({"jupyter-lab", "--ServerApp.port=1", "--ServerApp.base_url=/another/"});
    EXPECT_EQ(look(server, question).jupyter.base_path, "");
    const Named process({"jupyter-lab", "--port=" + port, "--ServerApp.base_url=hub/y"});
    EXPECT_EQ(look(server, question).jupyter.base_path, "/hub/y/");
  }
  {
    const Named process({"jupyter-notebook", "--NotebookApp.port", port, "--NotebookApp.base_url", "/hub/z/"});
    EXPECT_EQ(look(server, question).jupyter.base_path, "/hub/z/");
  }
  runtime("jpserver-1.json", "1", here);
  runtime("jpserver-2.json", port, "999999999");
  EXPECT_EQ(look(server, question).jupyter.base_path, "") << "of another port, and one that has ended";
  runtime("nbserver-3.json", port, here);
  EXPECT_EQ(look(server, question).jupyter.base_path, "/user/nb/");
  runtime("jpserver-4.json", port, here);
  EXPECT_EQ(look(server, question).jupyter.base_path, "/user/jp/");
}

// Shells such as dash before 0.5.11 take IFS from the environment.
TEST(Looks, AreTheSameWhereTheImageSetsIfs) {
  FakeServer server("old-sh");
  const std::string old = "#!/bin/sh\n[ \"$1\" = -c ] || exit 2\nexec /bin/sh -c \"IFS=/; export IFS\n$2\"\n";
  server.program("old-sh", old);
  server.program("sh", old);
  server.python(".pyenv/versions/3.12.1");
  server.write("home/net/.tool-versions", "python 3.12.1\n");
  const helper::test::ScopedEnv no_pyenv("PYENV_ROOT", "");
  Listening listening;
  const auto inside = look(server, {"root", listening.port(), 0, "auto", (server.home() / "net").string()});
  EXPECT_EQ(inside.user_home, server.home().string());
  EXPECT_TRUE(inside.sshd_listening);
  EXPECT_NE(find(inside, "pyenv:3.12.1"), nullptr);
  EXPECT_NE(find(inside, "system"), nullptr);
  EXPECT_EQ(inside.project_files, std::vector<std::string>{"asdf:3.12.1"});
}

TEST_P(EveryShell, SaysOfAPythonThatDoesNotRunWhatItSaid) {
  FakeServer server(GetParam());
  fs::create_directories(server.home() / "net/.venv/bin");
  server.write("home/net/.venv/pyvenv.cfg", "uv = 0.5.1\n");
  fs::create_symlink("python3", server.home() / "net/.venv/bin/python");
  fs::create_symlink("/nowhere/uv/python3.12", server.home() / "net/.venv/bin/python3");
  const std::string versions = "home/.pyenv/versions/";
  server.executable(versions + "fatal/bin/python",
                    "#!/bin/sh\necho 'Fatal Python error: init_fs_encoding: failed' >&2\n"
                    "printf 'ModuleNotFoundError: No module\\033 named x\\n\\nCurrent thread:\\n' >&2\nexit 1\n");
  server.executable(
      versions + "library/bin/python",
      "#!/bin/sh\necho noise; echo 'python: error while loading shared libraries: libx.so' >&2\nexit 127\n");
  server.executable(versions + "killed/bin/python", "#!/bin/sh\nkill -KILL $$\n");
  server.executable(versions + "quiet/bin/python", "#!/bin/sh\nexit 3\n");
  const helper::test::ScopedEnv no_pyenv("PYENV_ROOT", "");

  const auto inside = look(server, {"root", 1, 0, "auto", (server.home() / "net").string()});
  for (const char* source : {"uv:.venv", "pyenv:fatal", "pyenv:library", "pyenv:killed", "pyenv:quiet"})
    ASSERT_NE(silent(inside, source), nullptr) << source;
  EXPECT_EQ(silent(inside, "uv:.venv")->target, "/nowhere/uv/python3.12");
  EXPECT_EQ(silent(inside, "uv:.venv")->path, (server.home() / "net/.venv/bin/python").string());
  EXPECT_EQ(silent(inside, "pyenv:fatal")->words, "ModuleNotFoundError: No module named x");
  EXPECT_EQ(silent(inside, "pyenv:fatal")->status, 1);
  EXPECT_EQ(silent(inside, "pyenv:library")->words, "python: error while loading shared libraries: libx.so");
  EXPECT_EQ(silent(inside, "pyenv:killed")->status, 137);
  EXPECT_EQ(silent(inside, "pyenv:quiet")->status, 3);
  EXPECT_EQ(silent(inside, "pyenv:quiet")->words, "");
}

// What one interpreter does hides no other, and keeps nobody waiting.
TEST_P(EveryShell, IsNotHeldUpByAPythonThatLeavesAProcessBehindOrPrintsWithoutEnd) {
  FakeServer server(GetParam());
  const std::string versions = "home/.pyenv/versions/";
  server.executable(versions + "leaves/bin/python", "#!/bin/sh\n(sleep 30) &\nexec /usr/bin/python3 \"$@\"\n");
  server.executable(versions + "floods/bin/python", "#!/bin/sh\nyes \"$(seq 100)\" | head -c 9000000\nexit 5\n");
  server.executable(versions + "one-line/bin/python", "#!/bin/sh\nhead -c 9000000 /dev/zero | tr '\\0' x\nexit 6\n");
  const helper::test::ScopedEnv no_pyenv("PYENV_ROOT", "");
  const auto begin = std::chrono::steady_clock::now();
  const auto inside = look(server, {"root", 1, 0, "auto"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(25));
  EXPECT_NE(find(inside, "pyenv:leaves"), nullptr);
  ASSERT_NE(silent(inside, "pyenv:floods"), nullptr);
  EXPECT_EQ(silent(inside, "pyenv:floods")->status, 5);
  ASSERT_NE(silent(inside, "pyenv:one-line"), nullptr);
  EXPECT_EQ(silent(inside, "pyenv:one-line")->status, 6);
}

TEST_P(EveryShell, AsksWhatTheLoginShellAndTheConfigNameHoweverManyThereAre) {
  FakeServer server(GetParam());
  for (int i = 100; i < 160; ++i)
    server.executable("home/miniconda3/envs/a" + std::to_string(i) + "/bin/python", "#!/bin/sh\nexit 1\n");
  const fs::path last = server.python("miniconda3/envs/zz");
  fs::create_directories(server.home() / "miniconda3/conda-meta");
  const fs::path own = server.python("own");
  server.write("home/.profile", "PATH=" + own.parent_path().string() + ":$PATH\n");
  const auto inside = look(server, {"root", 1, 0, "conda:zz"});
  ASSERT_NE(find(inside, "login:python"), nullptr);
  EXPECT_EQ(find(inside, "login:python")->path, own);
  ASSERT_NE(find(inside, "conda:zz"), nullptr);
  EXPECT_EQ(find(inside, "conda:zz")->path, last);
  EXPECT_GE(std::ranges::count_if(inside.silent_pythons, &plan::SilentPython::unasked), 12);
}

// Whoever opens a pipe waits for its writer.
TEST_P(EveryShell, ReadsNoPipeThatHasTheNameOfAFileOfATool) {
  FakeServer server(GetParam());
  fs::create_directories(server.home() / "net/mise");
  fs::create_directories(server.home() / ".conda");
  for (const char* name : {"net/.pdm-python", "net/environment.yml", "net/.tool-versions", "net/.python-version",
                           "net/mise.toml", ".condarc", ".conda/environments.txt"})
    ASSERT_EQ(::mkfifo((server.home() / name).c_str(), 0644), 0) << name;
  const auto begin = std::chrono::steady_clock::now();
  look(server, {"root", 1, 0, "auto", (server.home() / "net").string()});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
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
  for (const char* name : {"conda:blocks", "conda:fails", "conda:lies"}) {
    EXPECT_EQ(find(inside, name), nullptr) << name;
    ASSERT_NE(silent(inside, name), nullptr) << name;
  }
  EXPECT_EQ(silent(inside, "conda:blocks")->status, k_time_was_up);
  EXPECT_EQ(silent(inside, "conda:lies")->status, 0);
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
