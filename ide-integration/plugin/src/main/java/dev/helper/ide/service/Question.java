package dev.helper.ide.service;

import com.google.gson.JsonObject;
import dev.helper.ide.wire.Json;
import java.time.Duration;
import java.util.List;

/** A Question is something that only a person can answer: a passphrase, a one-time code, an unknown host key, a container to be recreated. */
public final class Question {
  /** What kind of answer it takes. */
  public enum Kind { SECRET, TEXT, CHOICE }

  public final String id;
  public final Kind kind;
  public final String prompt;
  public final List<String> details;
  /** Of a CHOICE: the possible answers. */
  public final List<String> choices;
  /** How long it stays open; zero when that is not known. */
  public final Duration limit;

  private Question(
      String id, Kind kind, String prompt, List<String> details, List<String> choices, Duration limit) {
    this.id = id;
    this.kind = kind;
    this.prompt = prompt;
    this.details = details;
    this.choices = choices;
    this.limit = limit;
  }

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
