// Signature only, of a method that is younger than the real class at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.application;

public interface Application {
  <T> T getService(Class<T> type);
}
