#include "cli/context.hpp"

namespace helper::cli {

std::string to_document(const rpc::Json& json, bool for_terminal) {
  // What a remote program printed may not be UTF-8; and in a terminal characters beyond ASCII could be control codes.
  return json.dump(2, ' ', for_terminal, rpc::Json::error_handler_t::replace) + "\n";
}

void write_json(Context& context, const rpc::Json& document) {
  context.out << to_document(document, context.out_is_terminal);
}

}  // namespace helper::cli
