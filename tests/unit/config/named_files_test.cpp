#include "config/named_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::config {
namespace {

using testing::Contains;
using testing::Not;

const ScriptPlaces k_places{{"/home/me/p"}, {{"/workspace/p", "/home/me/p"}}};

TEST(NamedFiles, AWordMayBeAFileOfTheProject) {
  const auto named = files_named_in("set -e; bash setup.sh && python \"tools/get data.py\" || true", k_places);
  EXPECT_THAT(named.files, Contains("/home/me/p/setup.sh"));
  EXPECT_FALSE(named.more);
  EXPECT_THAT(files_named_in("source ./env.sh", k_places).files, Contains("/home/me/p/env.sh"));
  EXPECT_THAT(files_named_in("FILE=a.sh sh $(cat list.txt)", k_places).files, Contains("/home/me/p/a.sh"));
  EXPECT_THAT(files_named_in(R"(["bash", "start.sh"])", k_places).files, Contains("/home/me/p/start.sh"));
  EXPECT_THAT(files_named_in("sh ../../x.sh", k_places).files, Contains("/home/x.sh")) << "out of the project";
}

TEST(NamedFiles, APathOfTheContainerIsTheFileThatStandsForIt) {
  EXPECT_THAT(files_named_in("sh /workspace/p/a.sh", k_places).files, Contains("/home/me/p/a.sh"));
  EXPECT_THAT(files_named_in("/workspace/project/a.sh", k_places).files, testing::IsEmpty());
  const ScriptPlaces dockerfile{{"/c"}, {{"/", "/c"}}};
  EXPECT_THAT(files_named_in("COPY /setup.sh /tmp/", dockerfile).files, Contains("/c/setup.sh"));
}

TEST(NamedFiles, AFolderThatTheTextChangesIntoCounts) {
  const auto named = files_named_in("cd scripts && ./go.sh", k_places);
  EXPECT_THAT(named.files, Contains("/home/me/p/scripts/go.sh"));
  EXPECT_THAT(files_named_in("make -C build all", k_places).files, Contains("/home/me/p/build/Makefile"));
}

TEST(NamedFiles, WhatACommandReadsWithoutBeingToldCounts) {
  EXPECT_THAT(files_named_in("make setup", k_places).files, Contains("/home/me/p/Makefile"));
  EXPECT_THAT(files_named_in("/usr/bin/pip install -e .", k_places).files, Contains("/home/me/p/setup.py"));
  EXPECT_THAT(files_named_in("remake it", k_places).files, Not(Contains("/home/me/p/Makefile")));
}

TEST(NamedFiles, APathOfTheImageIsTheFileThatCopyPutsThere) {
  const auto named = [](const std::string& dockerfile) {
    return files_named_in(dockerfile, places_of_dockerfile(dockerfile, "/c")).files;
  };
  EXPECT_THAT(named("FROM x\nCOPY . /app\nRUN bash /app/setup.sh\n"), Contains("/c/setup.sh"));
  EXPECT_THAT(named("FROM x\nWORKDIR /app\nCOPY . .\nRUN sh /app/setup.sh"), Contains("/c/setup.sh"));
  EXPECT_THAT(named("FROM x\ncopy --chown=1:1 tools/ \\\r\n  /opt/t/\r\nRUN /opt/t/go.sh"), Contains("/c/tools/go.sh"));
  EXPECT_THAT(named("FROM x\nADD [\"tools\", \".\"]\nRUN ./go.sh"), Contains("/c/tools/go.sh"));
  EXPECT_THAT(named("FROM x\nCOPY --from=a /x /y\nRUN /y/go.sh"), Not(Contains("/c/x/go.sh")));
  EXPECT_THAT(places_of_dockerfile("COPY\nCOPY a\n\\", "/c").folders, testing::ElementsAre("/c"));
}

TEST(NamedFiles, WhatStandsInQuotesIsTriedWhole) {
  for (const char* text : {"python \"tools/get data.py\"", "python 'tools/get data.py'",
                           "bash -c \"sh \\\"tools/get data.py\\\"\"", "echo don't; sh 'tools/get data.py'"}) {
    EXPECT_THAT(files_named_in(text, k_places).files, Contains("/home/me/p/tools/get data.py")) << text;
  }
  EXPECT_THAT(files_named_in("cd 'my tools' && sh a.sh", k_places).files, Contains("/home/me/p/my tools/a.sh"));
  EXPECT_THAT(files_named_in("sh \"/workspace/p/a b.sh\"", k_places).files, Contains("/home/me/p/a b.sh"));
}

TEST(NamedFiles, WhatIsLeftOutAtALimitIsSaid) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "cd d" + std::to_string(i) + "; ";
  EXPECT_TRUE(files_named_in(text, k_places).more) << "folders";
  EXPECT_FALSE(files_named_in("cd a; cd b; cd a", k_places).more);
  std::string dockerfile;
  for (int i = 0; i < 20; ++i) dockerfile += "COPY d" + std::to_string(i) + " /d\n";
  const auto places = places_of_dockerfile(dockerfile, "/c");
  EXPECT_TRUE(places.more);
  EXPECT_TRUE(files_named_in("true", places).more) << "folders of a Dockerfile";
  EXPECT_FALSE(places_of_dockerfile("COPY a b\nCOPY c d\n", "/c").more);
}

TEST(NamedFiles, ThereIsALimit) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "f" + std::to_string(i) + " ";
  const auto named = files_named_in(text, k_places);
  EXPECT_EQ(named.files.size(), k_most_named_files);
  EXPECT_TRUE(named.more);
}

TEST(NamedFiles, AShellScriptIsKnownByItsNameOrItsFirstLine) {
  EXPECT_TRUE(is_shell_script("/p/a.sh", ""));
  EXPECT_TRUE(is_shell_script("/p/a", "#!/usr/bin/env bash\nx"));
  EXPECT_FALSE(is_shell_script("/p/a", "#!/usr/bin/python3\nsh"));
}

}  // namespace
}  // namespace helper::config
