// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: public plugins for Gateway (coder/jetbrains-coder, redhat-developer/devspaces-gateway-plugin); Gateway itself is closed source.
package com.jetbrains.gateway.api;

public abstract class GatewayConnectionHandle {}
