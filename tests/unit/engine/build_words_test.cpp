// Builds that failed, as the builders print them: Docker's old one and BuildKit (20.10 and 28), Podman 4.3.
#include "engine/build_words.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

config::BuildConfig build() {
  config::BuildConfig config;
  config.context = "/home/me/p";
  config.dockerfile = "Dockerfile";
  return config;
}

Error error_of(const CommandOutput& output, FailedBuild failed = {}) {
  failed.image = "helper/d";
  return build_error(read_build(output), failed, build());
}

// Of BuildKit in Docker 20.10; `step` is what the failing one printed, `error` what is printed last.
CommandOutput by_buildkit(const std::string& step, const std::string& error) {
  return {1, "",
          "#1 [internal] load remote build context\n#1 sha256:90e2dcf9356fd624\n#1 DONE 0.0s\n\n#4 [1/2] FROM "
          "docker.io/library/debian-plain:1\n#4 CACHED\n\n" +
              step + "------\n" + error + "\n"};
}

TEST(Build, ThatFailsInTheOldBuilderTellsTheStepAndWhatItPrintedWithoutEscapes) {
  const Error error = error_of({1,
                                "Sending build context to Docker daemon     394B\r\r\nStep 1/3 : FROM debian-plain:1\n "
                                "---> 8dbe25cf02f2\nStep 2/3 "
                                ": RUN make\n ---> Running in 61e315317007\n10%\r100%\n\x1b[91mcc: not found\x1b[0m\n",
                                "The command '/bin/sh -c make' returned a non-zero code: 3\n"});
  EXPECT_EQ(error.cause,
            "The command '/bin/sh -c make' returned a non-zero code: 3; the last lines of the step that failed follow\n"
            "Step 2/3 : RUN make\n100%\ncc: not found");
  EXPECT_EQ(error.fix, "correct Dockerfile in /home/me/p");
}

TEST(Build, ThatFailsInBuildKitTellsTheStepAndWhatItPrintedWithoutEscapes) {
  const Error error = error_of(by_buildkit(
      "#5 [2/2] RUN make\n#5 sha256:25b631174150f710\n#5 0.218 one\n#5 0.218 \x1b[91mcc: not found\x1b[0m\n#5 ERROR: "
      "executor failed running [/bin/sh -c make]: exit code: 3\n------\n > [2/2] RUN make:\n",
      "executor failed running [/bin/sh -c make]: exit code: 3"));
  EXPECT_EQ(error.cause,
            "executor failed running [/bin/sh -c make]: exit code: 3; the last lines of the step that failed follow\n"
            "[2/2] RUN make\none\ncc: not found");
  EXPECT_EQ(error.fix, "correct Dockerfile in /home/me/p");
  const Error newer = error_of(
      {1, "",
       "#5 [2/2] RUN make\n#5 0.218 cc: not found\n#5 ERROR: process \"/bin/sh -c make\" did not complete "
       "successfully: "
       "exit code: 3\n------\n > [2/2] RUN make:\n0.218 cc: not found\n------\nDockerfile:2\n--------------------\n   "
       "1 | "
       "    FROM debian-plain:1\n   2 | >>> RUN make\n--------------------\nERROR: failed to solve: process \"/bin/sh "
       "-c "
       "make\" did not complete successfully: exit code: 3\n\n 1 warning found (use docker --debug to expand):\n"});
  EXPECT_EQ(newer.cause,
            "process \"/bin/sh -c make\" did not complete successfully: exit code: 3; the last lines of the step that "
            "failed follow\n[2/2] RUN make\ncc: not found");
}

TEST(Build, ThatFailsInPodmanTellsTheStepAndWhatItPrinted) {
  const Error error =
      error_of({1, "STEP 1/2: FROM debian-plain:1\nSTEP 2/2: RUN pip install torch==9\nCollecting torch\n",
                "ERROR: No matching distribution found for torch==9\nError: error building at STEP \"RUN "
                "pip install torch==9\": error while running runtime: exit status 1\n"},
               {.program = "podman"});
  EXPECT_EQ(error.cause,
            "error building at STEP \"RUN pip install torch==9\": error while running runtime: exit status 1; the last "
            "lines of the step that failed follow\nSTEP 2/2: RUN pip install torch==9\nCollecting torch\nERROR: No "
            "matching distribution found for torch==9");
}

TEST(Build, ThatPrintsMuchTellsTheNameOfTheStepAndItsLastLines) {
  std::string out = "Step 2/3 : RUN make\n";
  for (int i = 1; i <= 50; ++i) out += "line " + std::to_string(i) + "\n";
  const BuildWords words = read_build({1, out, "failed\n"});
  ASSERT_EQ(words.lines.size(), 20U);
  EXPECT_EQ(words.lines.front(), "Step 2/3 : RUN make");
  EXPECT_EQ(words.lines[1], "line 32");
  EXPECT_EQ(words.lines.back(), "line 50");
}

TEST(Build, ThatCannotHaveItsBaseImageHasTheFixOfAPull) {
  const std::string lookup =
      "dial tcp: lookup nosuch-registry.invalid on 10.0.0.1:53: dial udp 10.0.0.1:53: connect: network is unreachable";
  const std::string pull =
      "name another image than nosuch-registry.invalid/x:1 in /home/me/p/Dockerfile, or load it on the server; to see "
      "why "
      "the server cannot get it, on the server: docker pull nosuch-registry.invalid/x:1";
  EXPECT_EQ(error_of({1, "Step 1/1 : FROM nosuch-registry.invalid/x:1\n",
                      "Get \"https://nosuch-registry.invalid/v2/\": " + lookup + "\n"})
                .fix,
            pull);
  EXPECT_EQ(error_of({1, "Step 1/2 : FROM --platform=linux/amd64 nosuch-registry.invalid/x:1 AS base\n",
                      "pull access denied for x, repository does not exist or may require 'docker login'\n"})
                .fix,
            pull);
  EXPECT_EQ(
      error_of(by_buildkit("#3 [internal] load metadata for nosuch-registry.invalid/x:1\n#3 ERROR: failed to do "
                           "request: Head \"https://nosuch-registry.invalid/v2/x/manifests/1\": " +
                               lookup + "\n",
                           "failed to solve with frontend dockerfile.v0: failed to create LLB definition: failed to do "
                           "request: Head \"https://nosuch-registry.invalid/v2/x/manifests/1\": " +
                               lookup))
          .fix,
      pull);
  EXPECT_EQ(error_of(by_buildkit("#3 [internal] load metadata for nosuch-registry.invalid/x:1\n#3 ERROR: "
                                 "nosuch-registry.invalid/x:1: not found\n",
                                 "ERROR: failed to solve: nosuch-registry.invalid/x:1: not found"))
                .fix,
            pull);
  EXPECT_NE(
      error_of({125, "STEP 1/1: FROM nosuch-registry.invalid/x:1\n",
                "Trying to pull nosuch-registry.invalid/x:1...\nError: error creating build container: initializing "
                "source docker://nosuch-registry.invalid/x:1: pinging container registry: " +
                    lookup + "\n"},
               {.program = "podman"})
          .fix.find("on the server: podman pull nosuch-registry.invalid/x:1"),
      std::string::npos);
  EXPECT_NE(error_of({1, "Step 2/2 : COPY --from=tools:9 /x /x\n",
                      "pull access denied for tools, repository does not exist\n"})
                .fix.find("docker pull tools:9"),
            std::string::npos);
  EXPECT_NE(
      error_of(by_buildkit("#3 resolve image config for docker.io/docker/dockerfile:1\n#3 ERROR: " + lookup + "\n",
                           "failed to solve with frontend dockerfile.v0: " + lookup))
          .fix.find("remove the line \"# syntax=\""),
      std::string::npos);
}

// A network that a command of the Dockerfile lacks is no matter of images.
TEST(Build, WhoseCommandFindsNoNetworkHasTheFixOfTheDockerfile) {
  EXPECT_EQ(error_of({1, "Step 2/2 : RUN curl https://example.org\n", "curl: no such host\n"}).fix,
            "correct Dockerfile in /home/me/p");
}

TEST(Build, ThatNeedsBuildKitNamesWhatTheServerLacks) {
  const CommandOutput needs{
      1, "Step 2/2 : RUN --mount=type=cache,target=/root/.cache make\n",
      "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n      "
      "      Install the buildx component to build images with BuildKit:\n            "
      "https://docs.docker.com/go/buildx/\n\nthe --mount option requires BuildKit. Refer to "
      "https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled\n"};
  const Error newer = error_of(needs);
  EXPECT_TRUE(newer.cause.starts_with("the --mount option requires BuildKit. Refer to")) << newer.cause;
  EXPECT_EQ(newer.fix,
            "on the server: sudo apt-get install -y docker-buildx-plugin || sudo apt-get install -y docker-buildx");
  EXPECT_TRUE(error_of(needs, {.kit = BuildKit::by_variable}).fix.starts_with("remove DOCKER_BUILDKIT from"));
  EXPECT_TRUE(error_of(needs, {.kit = BuildKit::absent}).fix.starts_with("update Docker on the server"));
}

TEST(Build, WithAHereDocumentThatIsNotUnderstoodNamesTheLineThatHelps) {
  const std::string here = "FROM a\nRUN <<EOF\necho hi\nEOF\n";
  const std::string said = "dockerfile parse error line 3: unknown instruction: ECHO";
  const auto kit =
      by_buildkit("", "failed to solve with frontend dockerfile.v0: failed to create LLB definition: " + said);
  EXPECT_EQ(error_of(kit, {.dockerfile = here}).cause, said);
  EXPECT_EQ(error_of(kit, {.dockerfile = here}).fix,
            "the lines below << need a newer reader of Dockerfiles: begin /home/me/p/Dockerfile with the line: # "
            "syntax=docker/dockerfile:1");
  EXPECT_NE(error_of({1, "", said + "\n"}, {.dockerfile = here}).fix.find("docker-buildx"), std::string::npos);
  EXPECT_EQ(error_of(kit, {.dockerfile = "FROM a\nECHO hi\n"}).fix, "correct Dockerfile in /home/me/p");
}

TEST(Build, OfAFileThatIsNotSentNamesTheFolderAndTheIgnoreFile) {
  const std::string fix =
      "put that file into /home/me/p, where Dockerfile looks for it; or see whether it is excluded by "
      "/home/me/p/.dockerignore";
  EXPECT_EQ(
      error_of({1, "Step 2/2 : COPY nosuch /x\n",
                "COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does "
                "not exist\n"})
          .fix,
      fix);
  EXPECT_EQ(error_of(by_buildkit("#5 [2/2] COPY nosuch /x\n#5 ERROR: \"/nosuch\" not found: not found\n",
                                 "failed to compute cache key: \"/nosuch\" not found: not found"))
                .fix,
            fix);
}

TEST(Build, OnAFullDiskAsksForRoom) {
  EXPECT_EQ(error_of({1, "Step 2/2 : RUN make\n", "write /x: no space left on device\n"}).fix,
            "make room; to see what takes it, on the server: docker system df");
}

TEST(Build, ThatSaysNothingTellsItsStatus) {
  EXPECT_EQ(error_of({137, "", ""}).cause, "the build failed with exit status 137");
}

TEST(BuildKit, IsAskedForWhereDockerHasItAndDoesNotTakeItByItself) {
  using enum BuildKit;
  EXPECT_EQ(buildkit_of("20.10.24+dfsg1 20.10.24+dfsg1\n"), by_variable);
  EXPECT_EQ(buildkit_of("18.09.1 19.03.5"), by_variable);
  EXPECT_EQ(buildkit_of("18.06.3-ce 20.10.1"), absent);
  EXPECT_EQ(buildkit_of("20.10.1 17.03.2-ce"), absent);
  EXPECT_EQ(buildkit_of("23.0.1 20.10.24"), of_its_own);
  EXPECT_EQ(buildkit_of("28.2.2 28.2.2\n"), of_its_own);
  EXPECT_EQ(buildkit_of("Welcome to the lab\n20.10.24 20.10.24\n"), by_variable);
  for (const char* garbage : {"", "\n", "4.3.1 <no value>", "dev dev", "20.10.24"}) {
    EXPECT_EQ(buildkit_of(garbage), of_its_own) << garbage;
  }
}

}  // namespace
}  // namespace helper::engine
