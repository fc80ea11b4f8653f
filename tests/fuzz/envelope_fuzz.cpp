// Any bytes may come: the envelope parses them or answers with an error, and what it answers is JSON of its own kind.
#include "rpc/envelope.hpp"
#include "rpc/methods.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace helper::rpc;                             // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& item : parse_incoming(bytes).items) {
    if (const auto* invalid = std::get_if<Invalid>(&item)) {
      if (!parse_outgoing(to_bytes(make_error(invalid->id, invalid->error)))) __builtin_trap();
      continue;
    }
    const Call& call = std::get<Call>(item);
    if (!parse_outgoing(to_bytes(make_result(call.id, call.params)))) __builtin_trap();
    if (const Method* method = find_method(call.method)) static_cast<void>(check_params(*method, call.params));
  }
  static_cast<void>(parse_outgoing(bytes));
  return 0;
}
