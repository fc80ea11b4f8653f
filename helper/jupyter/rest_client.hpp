// RestClient is the JupyterApi that really asks: cpprestsdk's HTTP client, behind a Gate.
#pragma once

#include "base/local_peer.hpp"
#include "ensure/jupyter_api.hpp"

namespace helper::jupyter {

// cpprestsdk's threads, which are made at the first call and stay.
inline constexpr std::size_t k_pool_threads = 2;

class RestClient final : public ensure::JupyterApi {
 public:
  // `policy` says whose connections its gates admit.
  explicit RestClient(const PeerPolicy& policy) : policy_(policy) {}
  [[nodiscard]] Result<std::vector<plan::JupyterKernel>> kernels(ensure::JupyterLines lines,
                                                                 const std::stop_token& stop) override;

 private:
  const PeerPolicy policy_;
};

}  // namespace helper::jupyter
