package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import org.jetbrains.annotations.NotNull;

/** Services asks the platform of 2018.3, against which it is built and tested here for a service. */
final class Services {
  private Services() {}

  static <T> @NotNull T get(@NotNull Class<T> type) {
    return com.intellij.openapi.components.ServiceManager.getService(type);
  }

  static <T> @NotNull T get(@NotNull Project project, @NotNull Class<T> type) {
    return com.intellij.openapi.components.ServiceManager.getService(project, type);
  }
}
