#include "ensure/jupyter_token.hpp"

#include "base/digest.hpp"

namespace helper::ensure {

Result<std::string> jupyter_token(FileStore& files, const Paths& paths, const std::string& target) {
  const auto file = paths.jupyter_token(target);
  HELPER_TRY_ASSIGN(auto text, files.read(file));
  if (text && text->ends_with('\n')) text->pop_back();
  if (text && is_token(*text)) return std::move(*text);
  std::string token = random_token();
  if (token.empty()) return fail(ErrorCode::internal, file.string(), "the system gives no random numbers");
  HELPER_TRY(files.write(file, token + "\n", 0600));
  return token;
}

}  // namespace helper::ensure
