// Gate is what every request passes before anything that its config names is touched: it finds the config, sees that
// the person has approved it, and reads it as it was approved. Safe from any thread.
#pragma once

#include "config/local_variables.hpp"
#include "config/parse.hpp"
#include "ensure/hands.hpp"
#include "ensure/questions.hpp"
#include "ensure/request.hpp"
#include "ensure/trust_book.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace helper::ensure {

// A config that was accepted.
struct Admitted {
  config::Config config;
  std::string digest;  // of what was looked at
};

class Gate {
 public:
  Gate(const World& world, Questions& questions) : world_(world), questions_(questions) {}

  // Whether an earlier approval may be adopted here: a request that must answer at once leaves that to others.
  enum class TakeOver { yes, no };
  // Errors: config_untrusted, cancelled when the person says no, and those of finding and reading the config.
  [[nodiscard]] Result<Admitted> admit(const Request& request, const std::stop_token& stop,
                                       TakeOver take_over = TakeOver::yes);
  // The config as it is written, for those who only read it.
  [[nodiscard]] Result<config::Config> read(const Request& request) const;
  // Asks again whether what was admitted is still approved; it may be called for as long as the gate is there.
  [[nodiscard]] std::function<Result<void>()> still_approved(const Request& request, const Admitted& admitted);

  // What the person says of configs, in the order of Service's methods.
  [[nodiscard]] Result<TrustReport> trusted(const Request& request);
  [[nodiscard]] Result<TrustReport> trust(const Request& request, const std::string& digest);
  [[nodiscard]] Result<bool> untrust(const Request& request);
  [[nodiscard]] Result<TrustList> trust_list() { return writer_.list(); }

 private:
  // What the person's environment says: as the request carries it, else as the last one about this config did, else as
  // this process has it.
  [[nodiscard]] config::LocalVariable variable_of(const Request& request, const std::filesystem::path& file) const;
  [[nodiscard]] Result<std::filesystem::path> file_of(const Request& request) const;
  Result<std::shared_ptr<const TrustLook>> pass(const Request& request, const std::filesystem::path& file,
                                                const std::stop_token& stop, TakeOver take_over);
  Result<void> ask(const Request& request, const std::filesystem::path& file, const TrustBook::Standing& standing,
                   const std::stop_token& stop);
  void tell_note(const Request& request, const std::filesystem::path& file, const std::string& text);

  const World& world_;
  Questions& questions_;
  TrustBook writer_{world_.paths, world_.files, world_.clock};
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, std::string> untold_;  // notes of configs whose earlier approval was adopted
  mutable std::map<std::filesystem::path, std::vector<std::string>> environments_;  // that requests carried, by config
};

}  // namespace helper::ensure
