package dev.helper.ide.ui;

import dev.helper.ide.wire.HelperException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.annotations.NotNull;

/** A Message is what a person is told, with what they can do about it. */
public final class Message {
  /** How bad it is; an ASK and an ERROR stay until somebody has looked at them. */
  public enum Kind { INFO, ASK, WARNING, ERROR }

  public final Kind kind;
  public final String title;
  /** Plain text, never HTML. */
  public final List<String> lines;
  public final Map<String, Runnable> choices = new LinkedHashMap<>();

  public Message(@NotNull Kind kind, @NotNull String title, @NotNull List<String> lines) {
    this.kind = kind;
    this.title = title;
    this.lines = List.copyOf(lines);
  }

  /** What is wrong, and what fixes it. */
  public static @NotNull Message of(@NotNull HelperException trouble) {
    List<String> lines = trouble.fix().isEmpty() ? List.of(trouble.why())
                                                 : List.of(trouble.why(), "Fix: " + trouble.fix());
    return new Message(Kind.ERROR, trouble.thing().isEmpty() ? "Helper" : trouble.thing(), lines);
  }

  public @NotNull Message choice(@NotNull String label, @NotNull Runnable action) {
    choices.put(label, action);
    return this;
  }
}
