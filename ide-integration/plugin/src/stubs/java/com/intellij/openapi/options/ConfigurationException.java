// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.options;

public class ConfigurationException extends Exception {
  public ConfigurationException(String message) {
    super(message);
  }
}
