// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.ui;

import com.intellij.openapi.project.Project;
import javax.swing.Action;
import javax.swing.JComponent;

public abstract class DialogWrapper {
  public static final int OK_EXIT_CODE = 0;

  protected DialogWrapper(Project project, boolean canBeParent) {
    throw new UnsupportedOperationException("signature only");
  }

  protected void init() {
    throw new UnsupportedOperationException("signature only");
  }

  public void setTitle(String title) {
    throw new UnsupportedOperationException("signature only");
  }

  public void setModal(boolean modal) {
    throw new UnsupportedOperationException("signature only");
  }

  protected abstract JComponent createCenterPanel();

  protected Action[] createActions() {
    throw new UnsupportedOperationException("signature only");
  }

  public JComponent getPreferredFocusedComponent() {
    throw new UnsupportedOperationException("signature only");
  }

  public void doCancelAction() {
    throw new UnsupportedOperationException("signature only");
  }

  public void show() {
    throw new UnsupportedOperationException("signature only");
  }

  public final void close(int exitCode) {
    throw new UnsupportedOperationException("signature only");
  }

  public boolean isDisposed() {
    throw new UnsupportedOperationException("signature only");
  }
}
