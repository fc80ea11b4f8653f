package dev.helper.ide.service;

import com.google.gson.JsonObject;

/** Lets tests of other packages read a question from its event. */
public final class Questions {
  private Questions() {}

  public static Question of(JsonObject event) {
    return Question.of(event);
  }
}
