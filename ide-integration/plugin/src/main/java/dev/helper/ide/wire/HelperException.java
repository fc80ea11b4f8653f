package dev.helper.ide.wire;

/** A HelperException is what a person can act on: the thing it is about, the cause, and the command or edit that fixes it. */
public final class HelperException extends Exception {
  private static final long serialVersionUID = 1;

  private final String name;
  private final String thing;
  private final String why;
  private final String fix;

  /** {@code name} is stable and for programs, as in `helper help errors`; {@code fix} may be empty. */
  public HelperException(String name, String thing, String why, String fix) {
    super(thing.isEmpty() ? why : thing + ": " + why);
    this.name = name;
    this.thing = thing;
    this.why = why;
    this.fix = fix;
  }

  public String name() {
    return name;
  }

  public String thing() {
    return thing;
  }

  public String why() {
    return why;
  }

  public String fix() {
    return fix;
  }

  public boolean isCancelled() {
    return name.equals("cancelled");
  }

  public static HelperException cancelled(String what) {
    return new HelperException("cancelled", what, "it was cancelled", "");
  }

  /** The service does not answer; another attempt, or a new daemon, may fix that. */
  public static HelperException unreachable(String why) {
    return new HelperException("daemon.unreachable", "helperd", why, "try again; if it stays so: helper rpc shutdown");
  }
}
