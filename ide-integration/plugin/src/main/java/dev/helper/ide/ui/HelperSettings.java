package dev.helper.ide.ui;

import com.intellij.openapi.components.PersistentStateComponent;
import com.intellij.openapi.components.State;
import com.intellij.openapi.components.Storage;
import dev.helper.ide.service.OnOpen;
import java.util.HashMap;
import java.util.Map;
import org.jetbrains.annotations.NotNull;

/**
 * HelperSettings is what a person has chosen, for this machine. What a project may do when it is opened is stored here
 * too, and not in the project's own files: a repository must not bring its own consent.
 */
@State(name = "HelperSettings", storages = @Storage("helper.xml"))
public final class HelperSettings implements PersistentStateComponent<HelperSettings.Values> {
  /** What is stored. */
  public static final class Values {
    public String helperPath = "";
    /** By the project's folder. */
    public Map<String, ProjectValues> projects = new HashMap<>();
    /** The configs that a link may ask Gateway to ensure. */
    public Map<String, Boolean> trustedConfigs = new HashMap<>();
  }

  /** Of one project. */
  public static final class ProjectValues {
    public String target = "";
    public OnOpen onOpen = OnOpen.UNASKED;
  }

  private Values values = new Values();

  public static @NotNull HelperSettings get() {
    return Services.get(HelperSettings.class);
  }

  @Override
  public synchronized @NotNull Values getState() {
    return values;
  }

  @Override
  public synchronized void loadState(@NotNull Values state) {
    values = state;
  }

  public synchronized @NotNull String helperPath() {
    return values.helperPath;
  }

  public synchronized void setHelperPath(@NotNull String path) {
    values.helperPath = path.strip();
  }

  public synchronized @NotNull String target(@NotNull String folder) {
    ProjectValues project = values.projects.get(folder);
    return project == null ? "" : project.target;
  }

  public synchronized @NotNull OnOpen onOpen(@NotNull String folder) {
    ProjectValues project = values.projects.get(folder);
    return project == null ? OnOpen.UNASKED : project.onOpen;
  }

  public synchronized void setTarget(@NotNull String folder, @NotNull String target) {
    project(folder).target = target.strip();
  }

  public synchronized void setOnOpen(@NotNull String folder, @NotNull OnOpen choice) {
    project(folder).onOpen = choice;
  }

  public synchronized boolean isTrusted(@NotNull String config) {
    return values.trustedConfigs.getOrDefault(config, false);
  }

  public synchronized void trust(@NotNull String config) {
    values.trustedConfigs.put(config, true);
  }

  private ProjectValues project(String folder) {
    return values.projects.computeIfAbsent(folder, f -> new ProjectValues());
  }
}
