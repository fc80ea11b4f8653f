// PasswordServer is a small SSH server on 127.0.0.1, made of libssh's server half, that knows one password: a real sshd
// would need PAM or a shadow entry for the user who runs the tests.
#pragma once

#include "support/sshd.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <atomic>
#include <cstdint>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <thread>

namespace helper::test {

class PasswordServer {
 public:
  enum class Way { password, keyboard_interactive };

  PasswordServer(Way way, std::string password) : way_(way), password_(std::move(password)), port_(free_port()) {
    const std::string key = file("host_ed25519");
    must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key});
    bind_ = ssh_bind_new();
    const int no = 0;
    const auto port = static_cast<unsigned>(port_);
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDPORT, &port);
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_HOSTKEY, key.c_str());
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
    if (ssh_bind_listen(bind_) != SSH_OK) throw std::runtime_error(std::string("no listener: ") + ssh_get_error(bind_));
    const std::string line = read_file(key + ".pub");
    write_file(file("known_hosts"), "[127.0.0.1]:" + std::to_string(port_) + " " + line);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~PasswordServer() {
    thread_.request_stop();
    thread_.join();
    ssh_bind_free(bind_);
  }
  PasswordServer(const PasswordServer&) = delete;
  PasswordServer& operator=(const PasswordServer&) = delete;

  [[nodiscard]] ssh::HostConfig host() const {
    ssh::HostConfig host;
    host.alias = "password-server";
    host.hostname = "127.0.0.1";
    host.port = port_;
    host.user = "someone";
    host.identity_agent = "none";
    host.user_known_hosts = {file("known_hosts")};
    host.strict_host_key_checking = "yes";
    return host;
  }
  // How many passwords it was given.
  [[nodiscard]] int attempts() const { return attempts_; }

 private:
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd listener{ssh_bind_get_fd(bind_), POLLIN, 0};
      if (::poll(&listener, 1, 20) <= 0) continue;
      const ssh_session session = ssh_new();
      if (ssh_bind_accept(bind_, session) == SSH_OK) talk(session, stop);
      ssh_disconnect(session);
      ssh_free(session);
    }
  }

  // Answers the client until it goes away.
  void talk(ssh_session session, const std::stop_token& stop) {
    ssh_server_callbacks_struct callbacks{};
    callbacks.size = sizeof callbacks;
    callbacks.userdata = this;
    if (way_ == Way::password) callbacks.auth_password_function = on_password;
    ssh_set_server_callbacks(session, &callbacks);
    ssh_set_message_callback(session, on_message, this);
    // Only now: a client that is quick sends its first request with the last message of the key exchange.
    if (ssh_handle_key_exchange(session) != SSH_OK) return;
    const ssh_event event = ssh_event_new();
    ssh_event_add_session(event, session);
    while (!stop.stop_requested() && ssh_is_connected(session) != 0 && ssh_event_dopoll(event, 20) != SSH_ERROR) {
    }
    ssh_event_remove_session(event, session);
    ssh_event_free(event);
  }

  // 1: not answered here, so libssh gives its standard refusal.
  static int on_message(ssh_session session, ssh_message message, void* self) {
    auto& server = *static_cast<PasswordServer*>(self);
    if (ssh_message_type(message) == SSH_REQUEST_SERVICE)
      return ssh_message_service_reply_success(message) == SSH_OK ? 0 : 1;
    if (ssh_message_type(message) != SSH_REQUEST_AUTH) return 1;
    const bool interactive = server.way_ == Way::keyboard_interactive;
    ssh_message_auth_set_methods(message, interactive ? SSH_AUTH_METHOD_INTERACTIVE : SSH_AUTH_METHOD_PASSWORD);
    if (!interactive || ssh_message_subtype(message) != SSH_AUTH_METHOD_INTERACTIVE) return 1;
    if (ssh_message_auth_kbdint_is_response(message) == 0) {
      const char* prompts[] = {"Password: "};
      char echo[] = {0};
      return ssh_message_auth_interactive_request(message, "", "", 1, prompts, echo) == SSH_OK ? 0 : 1;
    }
    if (!server.is_right(ssh_userauth_kbdint_getanswer(session, 0))) return 1;
    return ssh_message_auth_reply_success(message, 0) == SSH_OK ? 0 : 1;
  }

  bool is_right(const char* given) {
    ++attempts_;
    return given != nullptr && password_ == given;
  }
  static int on_password(ssh_session session, const char*, const char* given, void* self) {
    ssh_set_auth_methods(session, SSH_AUTH_METHOD_PASSWORD);
    return static_cast<PasswordServer*>(self)->is_right(given) ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
  }

  Way way_;
  std::string password_;
  TempFolder folder_;
  std::uint16_t port_;
  ssh_bind bind_ = nullptr;
  std::atomic<int> attempts_ = 0;
  std::jthread thread_;
};

}  // namespace helper::test
