// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.notification;

import com.intellij.openapi.actionSystem.AnAction;
import com.intellij.openapi.project.Project;

public class Notification {
  public Notification addAction(AnAction action) {
    throw new UnsupportedOperationException("signature only");
  }

  public void notify(Project project) {
    throw new UnsupportedOperationException("signature only");
  }
}
