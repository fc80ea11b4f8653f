// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.wm;

public interface StatusBar {
  void updateWidget(String id);
}
