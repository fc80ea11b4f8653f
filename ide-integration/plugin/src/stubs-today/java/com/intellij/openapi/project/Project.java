// Signature only, of a method that is younger than the real class at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.project;

public interface Project {
  <T> T getService(Class<T> type);
}
