// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.wm;

import com.intellij.openapi.project.Project;
import javax.swing.JFrame;

public abstract class WindowManager {
  public static WindowManager getInstance() {
    throw new UnsupportedOperationException("signature only");
  }

  public abstract JFrame getFrame(Project project);
}
