#include "rpc/ready_line.hpp"

#include "rpc/types.hpp"

namespace helper::rpc {
namespace {

constexpr std::string_view k_ready = "ready";

}  // namespace

std::string ready_line(const Result<void>& outcome) {
  return outcome ? std::string(k_ready) : to_bytes(to_json(outcome.error()));
}

Result<void> parse_ready_line(std::string_view line) {
  if (line == k_ready) return {};
  HELPER_TRY_ASSIGN(const Json json, parse_json(line));
  HELPER_TRY_ASSIGN(Error error, error_from_json(json, "ready line"));
  return fail(std::move(error));
}

}  // namespace helper::rpc
