// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: public plugins for Gateway (coder/jetbrains-coder, redhat-developer/devspaces-gateway-plugin); Gateway itself is closed source.
package com.jetbrains.gateway.api;

import java.util.Map;
import kotlin.coroutines.Continuation;

public interface GatewayConnectionProvider {
  Object connect(Map<String, String> parameters, ConnectionRequestor requestor,
      Continuation<? super GatewayConnectionHandle> continuation);

  boolean isApplicable(Map<String, String> parameters);
}
