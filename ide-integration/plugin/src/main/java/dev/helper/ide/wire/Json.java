package dev.helper.ide.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.intellij.openapi.diagnostic.Logger;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** Json reads members that may be absent or of another type: what another program sent is never trusted. */
public final class Json {
  private static final Logger LOG = Logger.getInstance(Json.class);
  private Json() {}

  /** The object that the text is; null when it is anything else. */
  @SuppressWarnings("deprecation") // the static parse methods are younger than what older IDEs ship
  public static @Nullable JsonObject object(@NotNull String text) {
    try {
      JsonElement parsed = new JsonParser().parse(text);
      return parsed.isJsonObject() ? parsed.getAsJsonObject() : null;
    } catch (JsonParseException | StackOverflowError e) {
      LOG.debug("not JSON: " + e.getClass().getName()); // without the text, which may hold a token
      return null;
    }
  }

  public static @NotNull String text(@NotNull JsonObject of, @NotNull String name) {
    JsonElement value = of.get(name);
    boolean is = value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    return is ? value.getAsString() : "";
  }

  public static long number(@NotNull JsonObject of, @NotNull String name, long otherwise) {
    JsonElement value = of.get(name);
    boolean is = value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    return is ? value.getAsLong() : otherwise;
  }

  public static boolean isTrue(@NotNull JsonObject of, @NotNull String name) {
    JsonElement value = of.get(name);
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean() && value.getAsBoolean();
  }

  /** Empty when it is absent. */
  public static @NotNull JsonObject object(@NotNull JsonObject of, @NotNull String name) {
    JsonElement value = of.get(name);
    return value != null && value.isJsonObject() ? value.getAsJsonObject() : new JsonObject();
  }

  public static @NotNull List<JsonObject> objects(@NotNull JsonObject of, @NotNull String name) {
    return objects(of.get(name));
  }

  public static @NotNull List<JsonObject> objects(@Nullable JsonElement array) {
    List<JsonObject> objects = new ArrayList<>();
    if (array == null || !array.isJsonArray()) return objects;
    for (JsonElement each : array.getAsJsonArray()) {
      if (each.isJsonObject()) objects.add(each.getAsJsonObject());
    }
    return objects;
  }

  public static @NotNull List<String> texts(@NotNull JsonObject of, @NotNull String name) {
    List<String> texts = new ArrayList<>();
    JsonElement array = of.get(name);
    if (array == null || !array.isJsonArray()) return texts;
    for (JsonElement each : (JsonArray) array) {
      if (each.isJsonPrimitive()) texts.add(each.getAsString());
    }
    return texts;
  }
}
