package dev.helper.ide.ui;

import com.google.gson.JsonObject;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.diagnostic.Logger;
import com.jetbrains.gateway.api.ConnectionRequestor;
import com.jetbrains.gateway.api.GatewayConnectionHandle;
import com.jetbrains.gateway.api.GatewayConnectionProvider;
import dev.helper.ide.service.Backend;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.Limits;
import dev.helper.ide.wire.HelperException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kotlin.coroutines.Continuation;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/**
 * The plugin's half in Gateway: a link of type=helper ensures the target it names, and then hands the target's own SSH
 * link to Gateway. It makes no connection itself.
 */
public final class HelperConnectionProvider implements GatewayConnectionProvider {
  private static final Logger LOG = Logger.getInstance(HelperConnectionProvider.class);
  private static final String TYPE = "helper";

  @Override
  public boolean isApplicable(@NotNull Map<String, String> parameters) {
    return TYPE.equals(parameters.get("type"));
  }

  /** Returns at once, with no handle: the connection comes by the SSH link, when the target is ready. */
  @Override
  public @Nullable Object connect(@NotNull Map<String, String> parameters, @NotNull ConnectionRequestor requestor,
      @NotNull Continuation<? super GatewayConnectionHandle> continuation) {
    open(parameters);
    return null;
  }

  /**
   * Any web page can make such a link: the person is asked, for the own config each time, for another the first time and
   * whenever it does something else than then.
   * Whether a config may run at all is for the service to ask, by content.
   */
  void open(@NotNull Map<String, String> parameters) {
    String config = parameters.getOrDefault("config", "");
    String target = parameters.getOrDefault("target", "");
    if (!config.isEmpty() && !isAbsolute(config)) {
      Desk.get().tell(null,
          Message.of(new HelperException("usage", config, "the link's config is not an absolute path", "correct the link")));
      return;
    }
    if (config.isEmpty()) {
      ask(config, target, "");
      return;
    }
    Backend backend = Backends.make(null, Limits.STANDARD, () -> new Backend.Where("", config, target));
    Tasks.run(null, "Look at the config of a link", HelperConnectionProvider::isOver, () -> open(parameters), progress -> {
      String digest = backend.digest(progress);
      if (HelperSettings.get().isLinked(config, digest)) ensure(config, target);
      else ask(config, target, digest);
    });
  }

  private static void ask(String config, String target, String digest) {
    Desk.get().tell(null,
        new Message(Message.Kind.ASK, "Ensure the target of a link?",
            List.of("A link asks for " + (target.isEmpty() ? "the target" : "target " + target) + " of " + (config.isEmpty() ? "your own config" : config) + ".",
                "The person who wrote that file decides what runs, on this machine too. Go on only if you know it."))
            .choice("Ensure", () -> {
              if (!config.isEmpty()) HelperSettings.get().link(config, digest);
              ensure(config, target);
            })
            .choice("Cancel", () -> {}));
  }

  private static void ensure(String config, String target) {
    Backend backend = Backends.make(null, Limits.STANDARD, () -> new Backend.Where("", config, target));
    Tasks.run(null, "Ensure backend", HelperConnectionProvider::isOver,
        () -> ensure(config, target), progress -> {
          JsonObject report = backend.ensure(progress);
          String link = Json.text(Json.object(report, "settings"), "gateway_link");
          if (link.isEmpty()) throw HelperException.unreachable("it gave no link for Gateway");
          Desk.get().browse(link);
        });
  }

  private static boolean isOver() {
    return ApplicationManager.getApplication().isDisposed();
  }

  private static boolean isAbsolute(String path) {
    try {
      return Path.of(path).isAbsolute();
    } catch (InvalidPathException e) {
      LOG.info("the config of a link", e);
      return false;
    }
  }
}
