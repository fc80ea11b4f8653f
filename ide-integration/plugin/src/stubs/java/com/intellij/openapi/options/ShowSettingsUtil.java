// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.options;

import com.intellij.openapi.project.Project;

public abstract class ShowSettingsUtil {
  public static ShowSettingsUtil getInstance() {
    throw new UnsupportedOperationException("signature only");
  }

  public abstract <T extends Configurable> void showSettingsDialog(Project project, Class<T> toSelect);
}
