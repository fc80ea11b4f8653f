// Ports: each is a tunnel where it can be one.
#include "config/devcontainer_draft.hpp"
#include "config/values.hpp"

#include <string_view>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

// "localhost:3000" is a port of the container itself.
std::string_view without_local_host(std::string_view text) {
  for (const std::string_view host : {"localhost:", "127.0.0.1:"}) {
    if (text.starts_with(host)) return text.substr(host.size());
  }
  return text;
}

Result<void> read_one_app_port(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type == Type::integer) {
    draft.add("forwards", key, node);
    return {};
  }
  if (node.type != Type::text) return draft.wrong(node, key, "a port number, or text such as \"8000:8010\"");
  HELPER_TRY_ASSIGN(const auto port, draft.text(node, key));
  if (port) read_port(draft, *port, key, node.line);
  return {};
}

}  // namespace

void read_port(DevcontainerDraft& draft, const std::string& port, const std::string& key, int line) {
  const std::string plain(without_local_host(port));
  const bool is_tunnel = parse_port_pair(plain).has_value();
  draft.add_text(is_tunnel ? "forwards" : "container.ports", key, line, is_tunnel ? plain : port);
}

Result<void> read_forward_ports(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const JsonNode& item = node.items[i];
    const std::string its = item_key(key, i);
    if (item.type == Type::integer) {
      draft.add("forwards", its, item);
      continue;
    }
    if (item.type != Type::text) return draft.wrong(item, its, "a port number, or text such as \"localhost:3000\"");
    const std::string plain(without_local_host(item.text));
    if (plain.find(':') == std::string::npos) {
      draft.add_text("forwards", its, item.line, plain);
    } else {
      draft.unsupported({its, item.line, "it is a port of another container, and helper runs one only",
                         "serve it in this container, or tunnel to it on your own"});
    }
  }
  return {};
}

Result<void> read_app_port(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type != Type::array) return read_one_app_port(draft, node, key);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    HELPER_TRY(read_one_app_port(draft, node.items[i], item_key(key, i)));
  return {};
}

}  // namespace helper::config
