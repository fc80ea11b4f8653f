// Signature only, of a method that is younger than the real class at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.application;

public class ApplicationManager {
  public static Application getApplication() {
    throw new UnsupportedOperationException("signature only");
  }
}
