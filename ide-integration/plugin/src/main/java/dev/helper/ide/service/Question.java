package dev.helper.ide.service;

import com.google.gson.JsonObject;
import dev.helper.ide.wire.Json;
import java.time.Duration;
import java.util.List;
import org.jetbrains.annotations.NotNull;

/**
 * A Question is something that only a person can answer: a passphrase, a one-time code, an unknown host key, a container to be recreated.
 * {@code choices} are the possible answers of a CHOICE; {@code limit} is how long it stays open, zero when that is not known.
 */
public record Question(@NotNull String id, @NotNull Kind kind, @NotNull String prompt, @NotNull List<String> details,
    @NotNull List<String> choices, @NotNull Duration limit) {
  /** What kind of answer it takes. */
  public enum Kind { SECRET, TEXT, CHOICE }

  /** From the params of an event of kind "question". A kind that is not known is taken for a text. */
  static Question of(JsonObject event) {
    JsonObject json = Json.object(event, "question");
    String kind = Json.text(json, "kind");
    List<String> choices = Json.texts(json, "choices");
    boolean confirm = kind.equals("confirm");
    if (confirm && choices.isEmpty()) choices = List.of("yes", "no");
    return new Question(Json.text(event, "question_id"),
        confirm ? Kind.CHOICE : kind.equals("secret") ? Kind.SECRET : Kind.TEXT, Json.text(json, "prompt"),
        List.copyOf(Json.texts(json, "details")), List.copyOf(choices),
        Duration.ofMillis(Math.max(0, Json.number(json, "limit_ms", 0))));
  }
}
