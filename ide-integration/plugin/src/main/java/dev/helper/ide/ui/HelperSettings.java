package dev.helper.ide.ui;

import com.intellij.openapi.components.PersistentStateComponent;
import com.intellij.openapi.components.RoamingType;
import com.intellij.openapi.components.State;
import com.intellij.openapi.components.Storage;
import dev.helper.ide.service.OnOpen;
import java.util.HashMap;
import java.util.Map;
import org.jetbrains.annotations.NotNull;

/**
 * HelperSettings is what a person has chosen, for this machine. What a project may do when it is opened is stored here
 * too, and not in the project's own files: a repository must not bring its own consent. It is not carried to other
 * machines either, where the same path may hold another config.
 */
@State(name = "HelperSettings", storages = @Storage(value = "helper.xml", roamingType = RoamingType.DISABLED))
public final class HelperSettings implements PersistentStateComponent<HelperSettings.Values> {
  /** What is stored. */
  public static final class Values {
    public String helperPath = "";
    /** By the project's folder. */
    public Map<String, ProjectValues> projects = new HashMap<>();
    /** The configs that a link may ask Gateway to ensure: by the file, what names that which the person has seen of it. */
    public Map<String, String> linkedConfigs = new HashMap<>();

    Values copy() {
      Values copy = new Values();
      copy.helperPath = helperPath;
      projects.forEach((folder, project) -> copy.projects.put(folder, project.copy()));
      copy.linkedConfigs.putAll(linkedConfigs);
      return copy;
    }
  }

  /** Of one project. */
  public static final class ProjectValues {
    public String target = "";
    public OnOpen onOpen = OnOpen.UNASKED;
    /** What the config could do when the person chose. */
    public String digest = "";

    ProjectValues copy() {
      ProjectValues copy = new ProjectValues();
      copy.target = target;
      copy.onOpen = onOpen;
      copy.digest = digest;
      return copy;
    }
  }

  private Values values = new Values();

  public static @NotNull HelperSettings get() {
    return Services.get(HelperSettings.class);
  }

  /** A copy: the platform writes it on a thread of its own. */
  @Override
  public synchronized @NotNull Values getState() {
    return values.copy();
  }

  @Override
  public synchronized void loadState(@NotNull Values state) {
    values = state.copy();
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

  /** What named the config when the choice was made; "" when that is not known. */
  public synchronized @NotNull String digest(@NotNull String folder) {
    ProjectValues project = values.projects.get(folder);
    return project == null ? "" : project.digest;
  }

  public synchronized void setDigest(@NotNull String folder, @NotNull String digest) {
    project(folder).digest = digest;
  }

  /** Whether the person has said yes to a link that names this config, and it still does the same. */
  public synchronized boolean isLinked(@NotNull String config, @NotNull String digest) {
    return !digest.isEmpty() && digest.equals(values.linkedConfigs.get(config));
  }

  public synchronized void link(@NotNull String config, @NotNull String digest) {
    values.linkedConfigs.put(config, digest);
  }

  private ProjectValues project(String folder) {
    return values.projects.computeIfAbsent(folder, f -> new ProjectValues());
  }
}
