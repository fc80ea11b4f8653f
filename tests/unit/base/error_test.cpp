#include "base/error.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace helper {
namespace {

TEST(ErrorCatalogue, NamesAreDottedLowerCaseAndUnique) {
  std::set<std::string_view> names;
  for (const auto& kind : error_catalogue()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    for (const char c : kind.name) EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '.' || c == '_') << kind.name;
  }
}

TEST(ErrorCatalogue, JsonRpcCodesAreUnique) {
  std::set<int> codes;
  for (const auto& kind : error_catalogue()) EXPECT_TRUE(codes.insert(kind.rpc_code).second) << kind.name;
}

// JSON-RPC 2.0, section 5.1: -32768 to -32000 are reserved, with these meanings.
TEST(ErrorCatalogue, TheSpecificationsCodesMeanWhatItSays) {
  EXPECT_EQ(error_kind(ErrorCode::rpc_parse).rpc_code, -32700);
  EXPECT_EQ(error_kind(ErrorCode::rpc_request).rpc_code, -32600);
  EXPECT_EQ(error_kind(ErrorCode::rpc_method).rpc_code, -32601);
  EXPECT_EQ(error_kind(ErrorCode::rpc_params).rpc_code, -32602);
  EXPECT_EQ(error_kind(ErrorCode::internal).rpc_code, -32603);
}

TEST(ErrorCatalogue, OurOwnJsonRpcCodesStayOutOfTheReservedRange) {
  const std::set<ErrorCode> specified{ErrorCode::rpc_parse, ErrorCode::rpc_request, ErrorCode::rpc_method,
                                      ErrorCode::rpc_params, ErrorCode::internal};
  for (const auto& kind : error_catalogue()) {
    if (specified.contains(kind.code)) continue;
    EXPECT_GT(kind.rpc_code, 0) << kind.name;
  }
}

TEST(ErrorCatalogue, EveryErrorHasAnExitStatusThatAShellCanTellFromSuccessAndFromASignal) {
  for (const auto& kind : error_catalogue()) {
    if (kind.code == ErrorCode::cancelled) {
      EXPECT_EQ(kind.exit_status, 130) << "as after SIGINT";
    } else {
      EXPECT_GE(kind.exit_status, 1) << kind.name;
      EXPECT_LT(kind.exit_status, 126) << kind.name;  // 126 and 127 are the shell's own
    }
  }
}

TEST(ErrorCatalogue, ErrorsOfOneFamilyShareTheirExitStatus) {
  std::map<std::string_view, int> families;
  for (const auto& kind : error_catalogue()) {
    const auto dot = kind.name.find('.');
    if (dot == std::string_view::npos) continue;
    const auto [family, is_new] = families.try_emplace(kind.name.substr(0, dot), kind.exit_status);
    EXPECT_EQ(family->second, kind.exit_status) << kind.name;
  }
}

TEST(ErrorCatalogue, AnUnknownNameFromTheWireIsInternal) {
  EXPECT_EQ(error_code_from_name("no.such.name"), ErrorCode::internal);
  EXPECT_EQ(error_code_from_name(""), ErrorCode::internal);
}

TEST(ErrorCatalogue, EveryNameLeadsBackToItsCode) {
  for (const auto& kind : error_catalogue()) {
    EXPECT_EQ(error_code_from_name(kind.name), kind.code);
    EXPECT_EQ(error_kind(kind.code).name, kind.name);
    EXPECT_FALSE(kind.meaning.empty());
  }
}

TEST(ErrorText, NamesThingCauseAndFix) {
  EXPECT_EQ(to_text(Error{ErrorCode::usage, "helper", "it is wrong", "fix it"}), "helper is wrong\n  fix: fix it");
  EXPECT_EQ(to_text(Error{ErrorCode::usage, "helper", "it is wrong", ""}), "helper is wrong");
  EXPECT_EQ(to_text(Error{ErrorCode::usage, "", "it is wrong", ""}), "it is wrong");
}

}  // namespace
}  // namespace helper
