package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import org.jetbrains.annotations.NotNull;

/** Services asks the platform of today, for releases for a service. */
final class Services {
  private Services() {}

  static <T> @NotNull T get(@NotNull Class<T> type) {
    return com.intellij.openapi.application.ApplicationManager.getApplication().getService(type);
  }

  static <T> @NotNull T get(@NotNull Project project, @NotNull Class<T> type) {
    return project.getService(type);
  }
}
