// RestClient is the JupyterApi that really asks: cpprestsdk's HTTP client, behind a Gate.
#pragma once

#include "ensure/jupyter_api.hpp"

namespace helper::jupyter {

// cpprestsdk's threads, which are made at the first call and stay.
inline constexpr std::size_t k_pool_threads = 2;

class RestClient final : public ensure::JupyterApi {
 public:
  [[nodiscard]] Result<std::vector<plan::JupyterKernel>> kernels(ensure::JupyterLines lines,
                                                                 const std::stop_token& stop) override;
};

}  // namespace helper::jupyter
