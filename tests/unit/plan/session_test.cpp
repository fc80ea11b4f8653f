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
  observed.local.session = std::move(tried);
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
  EXPECT_TRUE(test::plan_for(desired(), with(tried)).empty());
}

TEST(Session, ThatAShellRefusesNamesTheShellAndItsWords) {
  SessionTry tried = refused("");
  tried.shell = "/usr/sbin/nologin";
  tried.stray = "This account is currently not available.";
  EXPECT_EQ(problem_of(tried),
            "SSH session of app in container centernet: its shell /usr/sbin/nologin runs no command; it says "
            "\"This account is currently not available.\"");
  const auto plan = test::plan_for(desired(), with(tried));
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

// The image's files on a server with userns-remap, with --userns=host.
TEST(Session, ThatSshdRefusesForTheOwnerOfAFolderNamesTheOwner) {
  SessionTry tried = refused("app@127.0.0.1: Permission denied (publickey).");
  tried.loose = "/";
  tried.loose_owner = "165536";
  EXPECT_EQ(
      problem_of(tried),
      "SSH session of app in container centernet: / belongs to user id 165536, who is neither root nor app, so sshd "
      "does not trust the keys below it");
  const auto plan = test::plan_for(desired(), with(tried));
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_NE(plan.problems[0].fix.find("chown 0:0 /; then: helper ensure"), std::string::npos) << plan.problems[0].fix;
}

TEST(Session, ThatNologinKeepsOutIsHelpedByAMoveThatLosesNothing) {
  SessionTry tried = refused("System is booting up.");
  tried.nologin = "/etc/nologin";
  Desired wanted = desired();
  wanted.target.ssh.user = "app";
  const auto problem = session_problem(wanted, with(tried));
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->fix.find("mv -n /etc/nologin /etc/nologin.off; then: helper ensure"), std::string::npos)
      << problem->fix;
}

TEST(Session, ThatSshdRefusesOtherwiseNamesTheKeyAndTheWords) {
  EXPECT_EQ(problem_of(refused("app@127.0.0.1: Permission denied (publickey).")),
            "SSH session of app in container centernet: sshd refuses the key /home/me/.ssh/id_ed25519: "
            "app@127.0.0.1: Permission denied (publickey).");
}

TEST(Session, ThatCannotBeTriedIsANote) {
  LocalKey locked = *ready().local.key;
  locked.has_passphrase = true;
  LocalKey touched = *ready().local.key;
  touched.public_line = "sk-ssh-ed25519@openssh.com AAAA me";
  touched.in_agent = true;
  for (const auto& [key, words] : {std::pair(locked, "has a passphrase"), std::pair(touched, "wants a touch")}) {
    Observed observed = with({});
    observed.local.key = key;
    observed.local.session->shell = "/bin/bash";
    EXPECT_EQ(session_problem(desired(), observed), std::nullopt);
    EXPECT_NE(session_note(desired(), observed).find(words), std::string::npos) << words;
  }
  Observed observed = with({});
  observed.local.key = locked;
  EXPECT_EQ(test::plan_for(desired(), observed).notes.back(), session_note(desired(), observed));
}

TEST(Session, ThatCannotBeTriedIsAProblemWhereWhatKeepsEverybodyOutIsSeen) {
  Desired wanted = desired();
  wanted.target.ssh.user = "app";
  const auto problem = [&](auto set) {
    Observed observed = with({});
    observed.local.key->has_passphrase = true;
    observed.local.session->shell = "/bin/bash";
    set(*observed.local.session);
    const auto found = session_problem(wanted, observed);
    return found ? found->cause : "none";
  };
  EXPECT_EQ(problem([](SessionTry&) {}), "none");
  EXPECT_NE(problem([](SessionTry& tried) { tried.loose = "/dev/helper/run"; }).find("may change"), std::string::npos);
  EXPECT_NE(problem([](SessionTry& tried) { tried.nologin = "/etc/nologin"; }).find("lets only root"),
            std::string::npos);
  EXPECT_NE(problem([](SessionTry& tried) { tried.shell = "/sbin/nologin"; }).find("runs no command"),
            std::string::npos);
}

TEST(Session, WithAKeyThatAnAgentHoldsIsTriedAlsoUnderAPassphrase) {
  LocalKey key = *ready().local.key;
  key.has_passphrase = true;
  EXPECT_NE(why_untried(key), "");
  key.in_agent = true;
  EXPECT_EQ(why_untried(key), "");
  Observed observed = with(refused("app@127.0.0.1: Permission denied (publickey)."));
  observed.local.key = key;
  EXPECT_TRUE(session_problem(desired(), observed));
}

TEST(Session, ThatSshCouldNotCarryBlamesNoShell) {
  SessionTry tried = refused("kex_exchange_identification: Connection closed by remote host");
  tried.exit_status = 255;
  EXPECT_EQ(problem_of(tried),
            "SSH session of app in container centernet: ssh could not connect through the tunnel, or lost its "
            "connection; it says \"kex_exchange_identification: Connection closed by remote host\"");
  EXPECT_EQ(session_problem(desired(), with(tried))->fix, "try again: helper ensure centernet");
  tried.exit_status = 3;
  EXPECT_NE(problem_of(tried).find("its shell /bin/bash runs no command"), std::string::npos);
}

TEST(Session, ThatHadNoAnswerIsANoteUnlessSomethingInTheWayIsSeen) {
  SessionTry tried = refused("no answer within 20 s");
  tried.undecided = true;
  EXPECT_EQ(problem_of(tried), "none");
  EXPECT_NE(session_note(desired(), with(tried)).find("no answer within 20 s"), std::string::npos);
  tried.command = true;  // and sftp had none
  EXPECT_EQ(problem_of(tried), "none");
  tried.noisy_file = "/root/.bashrc";
  EXPECT_NE(problem_of(tried).find("/root/.bashrc prints"), std::string::npos);
  tried.command = false;
  tried.noisy_file.clear();
  tried.loose = "/dev/helper/run";
  EXPECT_NE(problem_of(tried).find("may change /dev/helper/run"), std::string::npos);
}

TEST(Session, ThatAStartFileEndsOrHoldsUpNamesThatFile) {
  SessionTry tried = refused("");
  tried.exit_status = 3;
  tried.ending_file = "/root/.bashrc";
  EXPECT_EQ(problem_of(tried, "root"),
            "SSH session of root in container centernet: /root/.bashrc ends the shell, or waits for something, before "
            "any command runs");
  tried.undecided = true;  // it waits: no answer came in time
  EXPECT_NE(problem_of(tried, "root").find("/root/.bashrc"), std::string::npos);
  EXPECT_EQ(session_note(desired(), with(tried)), "");
  tried.undecided = false;
  tried.words = "root@127.0.0.1: Permission denied (publickey).";
  tried.exit_status = 255;
  EXPECT_EQ(problem_of(tried, "root").find("/root/.bashrc"), std::string::npos) << "the key is what keeps it out";
}

TEST(Session, WithoutAHomeToWriteIntoIsANote) {
  SessionTry tried;
  tried.command = tried.sftp = tried.no_home = true;
  EXPECT_EQ(session_problem(desired(), with(tried)), std::nullopt);
  EXPECT_NE(session_note(desired(), with(tried)).find("cannot write into the home folder"), std::string::npos);
  tried.no_home = false;
  EXPECT_EQ(session_note(desired(), with(tried)), "");
}

TEST(Session, WhoseStartFileReadsWhatItIsSentNamesThatFile) {
  SessionTry tried;
  tried.command = true;
  tried.words = "Invalid packet back from SSH2_FXP_INIT (type 1)";
  tried.reading_file = "/root/.bashrc";
  EXPECT_EQ(problem_of(tried, "root"),
            "SSH session of root in container centernet: /root/.bashrc reads what every session is sent, which sftp, "
            "scp and IDEs send to their server");
}

TEST(SessionKey, ChangesWithEachThingThatASessionDependsOn) {
  const Observed before = ready();
  const auto key = session_key(desired(), before);
  EXPECT_NE(key, "");
  Observed restarted = before;
  restarted.server.container->started_at = "2026-01-02T00:00:00Z";
  Observed other_key = before;
  other_key.local.key->public_line += "x";
  Observed other_setup = before;
  other_setup.place.inside->sshd_fingerprint = "other";
  Observed other_login = before;
  other_login.place.inside->login = "/dev/helper/run/authorized_keys 12 1700000001";
  EXPECT_NE(session_key(desired(), other_login), key);
  Desired other_user = desired();
  other_user.target.ssh.user = "dev";
  Observed locked = before;
  locked.local.key->has_passphrase = true;
  Observed added = locked;
  added.local.key->in_agent = true;
  EXPECT_NE(session_key(desired(), locked), key);
  EXPECT_NE(session_key(desired(), added), session_key(desired(), locked));
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
  EXPECT_EQ(key_problem(key)->fix,
            "keep it aside and write it again: mv -i '/home/me/my keys/id.pub' '/home/me/my keys/id.pub.old' && "
            "ssh-keygen -y -f '/home/me/my keys/id' > '/home/me/my keys/id.pub'");
}

TEST(Key, ThatOthersMayReadIsANoteWhereAnAgentHoldsIt) {
  Observed observed = ready();
  observed.local.key->open_to_others = observed.local.key->in_agent = true;
  EXPECT_EQ(key_problem(*observed.local.key), std::nullopt);
  const auto plan = test::plan_for(desired(), observed);
  EXPECT_TRUE(plan.problems.empty());
  ASSERT_FALSE(plan.notes.empty());
  EXPECT_NE(plan.notes.front().find("chmod 600 /home/me/.ssh/id_ed25519"), std::string::npos) << plan.notes.front();
}

TEST(ShownKeys, OfAnotherServerLeadToANewStartAndThenToAProblem) {
  Observed observed = ready();
  observed.local.tunnels[0].host_keys = {test::k_host_key};
  EXPECT_TRUE(test::plan_for(desired(), observed).empty());
  observed.local.tunnels[0].host_keys = {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISomebodyElses"};
  EXPECT_EQ(to_text(test::plan_for(desired(), observed)),
            "start sshd in the container: the SSH server that answers shows another host key than the target's\n");
  observed.attempts.sshd_starts = 1;
  const auto plan = test::plan_for(desired(), observed);
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].code, ErrorCode::tunnel_failed);
  EXPECT_EQ(
      plan.problems[0].cause,
      "the SSH server that answers through it shows another host key than the target's: something else answers at "
      "127.0.0.1:49153 on the server");
}

// Who has proven the host key: the server that listens now, the one at the look before, the one that had proven it.
TEST(KeyProof, OfOneServerHoldsAsLongAsItListens) {
  Observed observed = ready();
  const std::uint16_t port = desired().target.ssh.local_port;
  observed.local.host_keys = observed.server.records.front().host_keys = {"ssh-ed25519 own"};
  observed.local.tunnels = {{port, {}, {}, true}};
  observed.place.inside->ssh_server = "one";
  const auto proven = [&](std::vector<std::string> shown, const char* before, const char* had) {
    observed.local.tunnels[0].host_keys = std::move(shown);
    return proven_server(observed, port, before, had);
  };
  EXPECT_EQ(proven({}, "one", "one"), "one") << "a greeting is enough for the server that has proven itself";
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "one", ""), "one");
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "other", ""), "") << "it is not known which of the two showed the key";
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "", ""), "");
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "other", "other"), "") << "another server listens now";
  EXPECT_EQ(proven({"ssh-ed25519 foreign"}, "one", ""), "");
  EXPECT_EQ(proven({"ssh-ed25519 own", "ssh-rsa foreign"}, "one", ""), "");
  EXPECT_EQ(proven({}, "one", ""), "") << "nothing was shown";
  observed.place.inside->ssh_server = "";
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "", ""), "") << "a server that cannot be told from another proves nothing";
  observed.place.inside.reset();
  EXPECT_EQ(proven({"ssh-ed25519 own"}, "one", "one"), "");
}

}  // namespace
}  // namespace helper::plan
