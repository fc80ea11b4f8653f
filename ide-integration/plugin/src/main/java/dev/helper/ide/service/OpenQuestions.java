package dev.helper.ide.service;

import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.HelperException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** OpenQuestions are those of one request: shown to the person as they come, answered by their own calls, withdrawn when they are over. */
final class OpenQuestions {
  private static final Logger LOG = Logger.getInstance(OpenQuestions.class);
  private final Daemon daemon;
  private final Person person;
  private final Executor executor;
  private final Runnable giveUp;
  private final Map<String, Question> open = new LinkedHashMap<>();

  /** {@code giveUp} cancels the request. */
  OpenQuestions(Daemon daemon, Person person, Executor executor, Runnable giveUp) {
    this.daemon = daemon;
    this.person = person;
    this.executor = executor;
    this.giveUp = giveUp;
  }

  void onEvent(JsonObject event) {
    switch (Json.text(event, "kind")) {
      case "question":
        Question question = Question.of(event);
        synchronized (open) {
          open.put(question.id(), question);
        }
        person.ask(question, new Reply(question));
        break;
      case "answered":
        withdraw(Json.text(event, "question_id"));
        break;
      default:
    }
  }

  void withdrawAll() {
    Question[] left;
    synchronized (open) {
      left = open.values().toArray(new Question[0]);
      open.clear();
    }
    for (Question question : left) person.withdraw(question);
  }

  private void withdraw(String id) {
    Question question;
    synchronized (open) {
      question = open.remove(id);
    }
    if (question != null) person.withdraw(question);
  }

  private final class Reply implements Person.Reply {
    private final Question question;

    Reply(Question question) {
      this.question = question;
    }

    @Override
    public void answer(String value) {
      synchronized (open) {
        if (open.remove(question.id()) == null) return;
      }
      executor.execute(() -> {
        JsonObject params = new JsonObject();
        params.addProperty("question", question.id());
        params.addProperty("value", value);
        try {
          daemon.callIfRunning("answer", params, () -> false);
        } catch (HelperException gone) {
          LOG.info("an answer", gone);
          giveUp.run(); // the request that asked gets the same error
        }
      });
    }

    @Override
    public void refuse() {
      synchronized (open) {
        if (open.remove(question.id()) == null) return;
      }
      giveUp.run();
    }
  }
}
