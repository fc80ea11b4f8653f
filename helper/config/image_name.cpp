#include "config/image_name.hpp"

namespace helper::config {

std::string image_name(std::string_view target) {
  std::string name;
  for (const char c : target) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      name += static_cast<char>(capital ? c - 'A' + 'a' : c);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return "helper/" + name;
}

}  // namespace helper::config
