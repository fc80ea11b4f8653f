// What keeps a strict session from working, and how it is said.
#include "plan/session.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using test::desired;
using test::ready;

Observed with(SessionTry tried) {
  Observed observed = ready();
  tried.of = session_key(desired(), observed);
  observed.session = std::move(tried);
  return observed;
}

std::string problem_of(const SessionTry& tried, const std::string& user = "app") {
  Desired wanted = desired();
  wanted.target.ssh.user = user;
  const auto problem = session_problem(wanted, with(tried));
  return problem ? problem->thing + ": " + problem->cause : "none";
}

SessionTry refused(const std::string& words) {
  SessionTry tried;
  tried.words = words;
  tried.shell = "/bin/bash";
  return tried;
}

TEST(Session, ThatWorksIsNoProblem) {
  SessionTry tried;
  tried.command = tried.sftp = true;
  EXPECT_EQ(problem_of(tried), "none");
  EXPECT_TRUE(make_plan(desired(), with(tried)).empty());
}

TEST(Session, ThatAShellRefusesNamesTheShellAndItsWords) {
  SessionTry tried = refused("");
  tried.shell = "/usr/sbin/nologin";
  tried.stray = "This account is currently not available.";
  EXPECT_EQ(problem_of(tried),
            "SSH session of app in container centernet: its shell /usr/sbin/nologin runs no command; it says "
            "\"This account is currently not available.\"");
  const auto plan = make_plan(desired(), with(tried));
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].code, ErrorCode::inside_failed);
}

TEST(Session, ThatNologinKeepsOutNamesTheFileAndItsFirstLine) {
  SessionTry tried = refused("System is booting up.");
  tried.nologin = "/etc/nologin";
  tried.noisy_line = "System is booting up.";
  EXPECT_EQ(problem_of(tried),
            "SSH session of app in container centernet: the file /etc/nologin lets only root log in; it says \"System "
            "is booting up.\"");
}

TEST(Session, ThatAStartFileSpoilsNamesTheFileAndItsFirstLine) {
  SessionTry tried;
  tried.command = true;
  tried.stray = "Welcome to the lab GPU box";
  tried.noisy_file = "/root/.bashrc";
  tried.noisy_line = "Welcome to the lab GPU box";
  tried.shell = "/bin/bash";
  EXPECT_EQ(problem_of(tried, "root"),
            "SSH session of root in container centernet: /root/.bashrc prints \"Welcome to the lab GPU box\" in every "
            "session, which sftp, scp and IDEs take for data");
  const auto problem = session_problem(desired(), with(tried));
  EXPECT_EQ(
      problem->fix,
      "in the container, let /root/.bashrc print nothing, or begin it with: case $- in *i*) ;; *) return ;; esac; "
      "then: helper ensure centernet");
  tried.noisy_file.clear();
  EXPECT_EQ(problem_of(tried, "root"),
            "SSH session of root in container centernet: something that a login of its shell /bin/bash reads prints "
            "\"Welcome to the lab GPU box\" in every session, which sftp, scp and IDEs take for data");
}

TEST(Session, ThatSshdRefusesForTheRightsOfAFolderNamesTheFolder) {
  SessionTry tried = refused("app@127.0.0.1: Permission denied (publickey).");
  tried.loose = "/dev/helper/run";
  EXPECT_EQ(problem_of(tried),
            "SSH session of app in container centernet: other users may change /dev/helper/run, so sshd does not trust "
            "the keys in it");
}

TEST(Session, ThatSshdRefusesOtherwiseNamesTheKeyAndTheWords) {
  EXPECT_EQ(problem_of(refused("app@127.0.0.1: Permission denied (publickey).")),
            "SSH session of app in container centernet: sshd does not let the key /home/me/.ssh/id_ed25519 in: "
            "app@127.0.0.1: Permission denied (publickey).");
}

TEST(Session, ThatOnlyThePassphraseKeptFromBeingTriedIsANote) {
  Observed observed = with(refused("app@127.0.0.1: Permission denied (publickey)."));
  observed.key->has_passphrase = true;
  const auto plan = make_plan(desired(), observed);
  EXPECT_TRUE(plan.problems.empty());
  ASSERT_FALSE(plan.notes.empty());
  EXPECT_NE(plan.notes.back().find("has a passphrase"), std::string::npos);
}

TEST(SessionKey, ChangesWithEachThingThatASessionDependsOn) {
  const Observed before = ready();
  const auto key = session_key(desired(), before);
  EXPECT_NE(key, "");
  Observed restarted = before;
  restarted.container->started_at = "2026-01-02T00:00:00Z";
  Observed other_key = before;
  other_key.key->public_line += "x";
  Observed other_setup = before;
  other_setup.inside->sshd_print = "other";
  Desired other_user = desired();
  other_user.target.ssh.user = "dev";
  EXPECT_NE(session_key(desired(), restarted), key);
  EXPECT_NE(session_key(desired(), other_key), key);
  EXPECT_NE(session_key(desired(), other_setup), key);
  EXPECT_NE(session_key(other_user, before), key);
}

TEST(Key, ThatSshRefusesIsAProblemBeforeAnythingElse) {
  LocalKey key{"/home/me/my keys/id", "ssh-ed25519 AAAA"};
  EXPECT_EQ(key_problem(key), std::nullopt);
  key.open_to_others = true;
  EXPECT_EQ(key_problem(key)->fix, "chmod 600 '/home/me/my keys/id'");
  key.open_to_others = false;
  key.is_another = true;
  EXPECT_EQ(key_problem(key)->cause, "it is not the public half of /home/me/my keys/id");
  EXPECT_EQ(key_problem(key)->fix, "ssh-keygen -y -f '/home/me/my keys/id' > '/home/me/my keys/id.pub'");
}

TEST(ShownKeys, OfAnotherServerLeadToANewStartAndThenToAProblem) {
  Observed observed = ready();
  observed.tunnels[0].host_keys = {test::k_host_key};
  EXPECT_TRUE(make_plan(desired(), observed).empty());
  observed.tunnels[0].host_keys = {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISomebodyElses"};
  EXPECT_EQ(to_text(make_plan(desired(), observed)),
            "start sshd in the container: the SSH server that answers shows another host key than the target's\n");
  observed.attempts.sshd_starts = 1;
  const auto plan = make_plan(desired(), observed);
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].code, ErrorCode::tunnel_failed);
  EXPECT_EQ(
      plan.problems[0].cause,
      "the SSH server that answers through it shows another host key than the target's: something else answers at "
      "127.0.0.1:49153 on the server");
}

}  // namespace
}  // namespace helper::plan
