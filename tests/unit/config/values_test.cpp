#include "config/values.hpp"

#include "config/keys.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

namespace helper::config {
namespace {

using Texts = std::vector<std::string>;
using CheckValue = Check (*)(std::string_view text);

// What is good must also fit the schema's pattern: an editor must never mark what helper takes.
void expect_good(CheckValue check, const char* key, const Texts& texts) {
  const std::regex pattern{std::string(find_key(key)->pattern)};
  for (const std::string& text : texts) {
    const Check bad = check(text);
    EXPECT_FALSE(bad) << key << " " << text << ": " << (bad ? bad->cause : "");
    EXPECT_TRUE(std::regex_match(text, pattern)) << key << " " << text;
  }
}

void expect_bad(CheckValue check, const Texts& texts) {
  for (const std::string& text : texts) {
    const Check bad = check(text);
    ASSERT_TRUE(bad) << text;
    EXPECT_FALSE(bad->cause.empty()) << text;
    EXPECT_FALSE(bad->fix.empty()) << text;
    EXPECT_EQ((bad->cause + bad->fix).find_first_of(std::string("\0\n\r\x1b\x7f", 5)), std::string::npos) << text;
    EXPECT_LT(bad->cause.size(), 300u) << text;
  }
}

const std::string k_long(5000, 'a');
const std::string k_nul("a\0b", 3);

TEST(Values, ATargetsNameIsOneThatHostAliasesAndFilesCanBear) {
  expect_good(check_target_name, "targets", {"a", "centernet", "9", "A_b.c-d", std::string(64, 'a')});
  expect_bad(check_target_name,
             {"", "-a", ".a", "_a", "a b", "a/b", "../x", "a\n", k_nul, "é", std::string(65, 'a'), k_long});
}

TEST(Values, AContainersNameFollowsTheEnginesRule) {
  expect_good(check_container_name, "targets.*.container.name", {"cn", "centernet", "0.-_"});
  expect_bad(check_container_name, {"", "c", "-cn", "/cn", "c n", "cn;rm", k_nul, k_long});
}

TEST(Values, AnImageIsAReference) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  expect_good(check_image, "targets.*.container.image",
              {"ubuntu", "centernet:1.2", "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", "localhost:5000/x/y",
               "Registry.example:443/a__b/c-d:T_1", "a@" + digest, "a:b@" + digest, digest, "localhost/x"});
  expect_bad(check_image, {"", "-x", "--privileged", "a b", "Centernet:1.2", "a:", "a:-x", "a:b:c", "a//b", "/a", "a/",
                           "a@b", "a@sha256:xyz", "a\n", "$(x)", "a;b", "http://x/y", k_nul, k_long});
  EXPECT_NE(check_image("Centernet:1.2")->cause.find("capital letter"), std::string::npos);
}

TEST(Values, AHostNameIsOne) {
  expect_good(check_hostname, "targets.*.container.hostname", {"", "a", "centernet", "a-b.c_d", std::string(63, 'a')});
  expect_bad(check_hostname, {"-a", "a-", "a.", "a b", "a\n", std::string(64, 'a'), k_nul});
}

TEST(Values, AServerIsLocalOrWhatSshTakes) {
  expect_good(check_server, "targets.*.server",
              {"local",
               "gpu1",
               "me@gpu1",
               "me@gpu1:22",
               "gpu1:65535",
               "10.0.0.1",
               "[::1]",
               "me@[2001:db8::1]:2200",
               "a_b.c-d",
               "me@corp@gpu1",
               "gpü",
               "work/gpu1",
               "gpu#2",
               "lab:gpu1",
               "lab:gpu1:a",
               "gpu*",
               "a!b?",
               "me#a/b@gpu1",
               "LAB\\me@gpu1",
               "[fe80::1%eth0]",
               "me@[fe80::1%eth0]:22"});
  expect_bad(check_server, {"",          "-oProxyCommand=x",
                            "me@-x",     "-x@host",
                            "@host",     "me@",
                            "a b",       "a\tb",
                            "a:0",       "a:65536",
                            "a:22x",     "a:",
                            ":22",       "::1",
                            "[::1",      "[x]",
                            "[::1]22",   "ssh://gpu1",
                            "gpu1;id",   "$(id)",
                            "`id`",      "a|b",
                            "[::1%]",    "a\nb",
                            "fe80::1%e", "a:b ",
                            "a'b",       "a\"b",
                            "me\\@host", "a\\b",
                            "[x%eth0]",  "a,b",
                            k_nul,       k_long});
}

TEST(Values, AUserIsOneOfTheContainers) {
  expect_good(check_user, "targets.*.ssh.user", {"root", "_apt", "first.last", "a-b"});
  expect_bad(check_user, {"", "-root", "ro ot", "root:x", "a@b", "9a", "a\n", k_nul, std::string(33, 'a')});
}

TEST(Values, GpusAreAllNoneACountOrDevices) {
  expect_good(check_gpus, "targets.*.container.gpus",
              {"all", "amd", "intel", "none", "1", "8", "0,1", "device=0", "device=0,1",
               "GPU-8a56a4bc-0184-a047-2620-be19fdad7acd", "GPU-1,GPU-2", "MIG-GPU-a/1/0", "0:1"});
  expect_bad(check_gpus, {"", "0", "00", "-1", "1000", "some", "0,", ",0", "0,,1", "0, 1", "device=", "device=all",
                          "all,0", "\"device=0\"", "0\n", k_nul, k_long});
  EXPECT_NE(check_gpus("0")->fix.find("device=0"), std::string::npos);
}

TEST(Values, ARuntimeIsAName) {
  expect_good(check_runtime, "targets.*.container.runtime", {"auto", "gpus", "nvidia", "io.containerd.runc.v2"});
  expect_bad(check_runtime, {"", "-x", "a b", "a=b", k_nul, k_long});
}

TEST(Values, ASizeHasAUnitThatTheEngineKnows) {
  expect_good(check_size, "targets.*.container.shm_size",
              {"", "1g", "512m", "64M", "1024", "2GB", "1GiB", "1k", "8b", "4t", "1.5g", "16 GB", "0.5g", "1.25 GiB"});
  expect_bad(check_size, {"0", "0g", "g", "-1g", "1.g", ".5g", "1.5.2g", "1  g", "1 ", " 1g", "0.0g", "1x", "1gg",
                          "0x10", "99999999999999999999", "9999999999999t", "1g\n", k_nul, k_long});
}

TEST(Values, ARestartPolicyIsTheEngines) {
  expect_good(check_restart, "targets.*.container.restart",
              {"no", "always", "unless-stopped", "on-failure", "on-failure:3"});
  expect_bad(check_restart, {"", "never", "unless-stoped", "on-failure:", "on-failure:x", "always:3", k_nul});
  EXPECT_NE(check_restart("unless-stoped")->cause.find("did you mean \"unless-stopped\"?"), std::string::npos);
}

TEST(Values, AMountIsHostAndAbsoluteContainerPath) {
  expect_good(check_mount, "targets.*.container.mounts",
              {"/a:/b", "/a:/b:ro", "/a:/b:rw", "data:/b", "/with space:/b c", "/:/host:ro", "/a\"b:/c'd"});
  expect_bad(check_mount,
             {"", "/a", "/a:", ":/b", "/a:b", "/a:/", "/a://", "/a:/b:z", "/a:/b:ro:rw", "./a:/b", "C:\\p:/b",
              "../a:/b", "~/a:/b", "-v:/b", "a/b:/c", "/a\n:/b", "/a:/b\x1b[2J", k_nul, k_long});
  for (const char* windows : {R"(C:\Users\me\p:/work)", "c:/Users/me/p:/work", R"(D:\p:/work:ro)"}) {
    const auto bad = check_mount(windows);
    ASSERT_TRUE(bad) << windows;
    EXPECT_NE(bad->cause.find("begins with a path of Windows"), std::string::npos) << bad->cause;
  }
  EXPECT_FALSE(check_mount("d:/data")) << "a volume of that name";
}

TEST(Values, APortMappingIsAsForDockerRun) {
  expect_good(check_port_mapping, "targets.*.container.ports",
              {"80", "8080:80", "127.0.0.1:8080:80", "0.0.0.0:8080:80", "127.0.0.1::80", "[::1]:80:80", "[::]::80",
               "53:53/udp", "80/tcp", "7000-7002:8000-8002", "7000-7002"});
  expect_bad(check_port_mapping, {"",
                                  "0",
                                  "65536",
                                  "80:0",
                                  "x:80",
                                  "80:",
                                  ":80",
                                  "1.2.3:80:80",
                                  "localhost:80:80",
                                  "::1:80:80",
                                  "80:80/icmp",
                                  "80/",
                                  "7000-7002:8000-8001",
                                  "7002-7000:1-3",
                                  "1-2-3",
                                  "80 ",
                                  "-80",
                                  "[::1]80:80",
                                  "a\n",
                                  k_nul,
                                  k_long});
}

TEST(Values, AnEnvironmentNameIsOneThatShellsCanSet) {
  expect_good(check_env_name, "targets.*.container.env", {"A", "_a1", "CUDA_VISIBLE_DEVICES"});
  expect_bad(check_env_name, {"", "1A", "A=B", "A B", "A-B", "A.B", "A\n", k_nul, k_long});
  EXPECT_TRUE(check_env_name("IFS"));
  EXPECT_FALSE(check_env_name("IFS2"));
}

TEST(Values, PythonIsAutoCondaOrAPath) {
  expect_good(check_python, "targets.*.python",
              {"auto", "conda:CenterNet", "/usr/bin/python3", "/opt/my env/bin/python"});
  expect_bad(check_python, {"", "python3", "conda:", "conda:a/b", "conda:a b", "conda:..", "conda:-x", "./python",
                            "~/bin/python", "/usr/bin/", "/", "/a\nb", "conda:a\tb", k_nul, "conda:" + k_long});
}

TEST(Values, PathsAreCheckedForWhatTheyMustBe) {
  expect_good(check_container_path, "targets.*.project.remote", {"/", "/workspace", "/a b"});
  expect_bad(check_container_path, {"", "workspace", "./x", "~/x", "/a\n", "/a\x7f", "/" + k_nul});
  expect_good(check_local_path, "targets.*.project.local", {".", "~", "a b", "/x"});
  expect_bad(check_local_path, {"", "a\n", "\x1b[2J", k_nul});
}

TEST(Values, PortsAreFromOneTo65535) {
  EXPECT_EQ(parse_port("1"), 1);
  EXPECT_EQ(parse_port("65535"), 65535);
  EXPECT_EQ(parse_port("022"), 22);
  for (const std::string bad : {"", "0", "65536", "99999", "100000", "-1", "+1", "1 ", " 1", "0x1", "1.0"})
    EXPECT_EQ(parse_port(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_port_pair("1:2"), (PortPair{1, 2}));
  EXPECT_EQ(parse_port_pair("6006"), (PortPair{6006, 6006}));
  for (const std::string bad : {"", ":", "1:", ":1", "1:2:3", "a:1"})
    EXPECT_EQ(parse_port_pair(bad), std::nullopt) << bad;
}

TEST(Values, UlimitsHaveASoftAndAHardSide) {
  EXPECT_EQ(parse_ulimit("-1"), (Ulimit{-1, -1}));
  EXPECT_EQ(parse_ulimit("64"), (Ulimit{64, 64}));
  EXPECT_EQ(parse_ulimit("64:-1"), (Ulimit{64, -1}));
  for (const std::string bad : {"", ":", "1:", "-2", "1:2:3", "x", "1k", "9999999999999999999"})
    EXPECT_EQ(parse_ulimit(bad), std::nullopt) << bad;
  for (const Ulimit good : {Ulimit{-1, -1}, Ulimit{0, 0}, Ulimit{1, 2}, Ulimit{5, -1}})
    EXPECT_FALSE(check_ulimit(good));
  for (const Ulimit bad : {Ulimit{2, 1}, Ulimit{-1, 5}, Ulimit{-2, 5}, Ulimit{1, -5}}) EXPECT_TRUE(check_ulimit(bad));
  EXPECT_FALSE(check_ulimit_name("memlock"));
  EXPECT_NE(check_ulimit_name("memlok")->cause.find("\"memlock\""), std::string::npos);
}

TEST(Values, TheMountPointIsTheMiddlePart) {
  EXPECT_EQ(mount_point("/a:/b"), "/b");
  EXPECT_EQ(mount_point("/a:/b:ro"), "/b");
}

}  // namespace
}  // namespace helper::config
