package dev.helper.ide.ui;

import java.util.List;
import java.util.stream.Collectors;
import org.jetbrains.annotations.NotNull;

/** Html escapes plain text, mostly from a server, for the places that would read it as HTML. */
final class Html {
  private Html() {}

  static @NotNull String escape(@NotNull String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }

  static @NotNull String lines(@NotNull List<String> lines) {
    return lines.stream().map(Html::escape).collect(Collectors.joining("<br>"));
  }
}
