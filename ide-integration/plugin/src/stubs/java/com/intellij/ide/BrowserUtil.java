// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.ide;

public final class BrowserUtil {
  private BrowserUtil() {}

  public static void browse(java.net.URI uri) {
    throw new UnsupportedOperationException("signature only");
  }
}
