// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.fileEditor;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.vfs.VirtualFile;

public class OpenFileDescriptor {
  public OpenFileDescriptor(Project project, VirtualFile file) {
    throw new UnsupportedOperationException("signature only");
  }

  public void navigate(boolean requestFocus) {
    throw new UnsupportedOperationException("signature only");
  }
}
