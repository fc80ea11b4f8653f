package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import org.jetbrains.annotations.NotNull;

/** Tools > Helper > Ensure. */
public final class EnsureAction extends HelperAction {
  @Override
  void start(@NotNull Project project) {
    Ensure.start(project);
  }
}
