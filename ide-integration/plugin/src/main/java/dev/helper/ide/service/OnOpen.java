package dev.helper.ide.service;

/** OnOpen is what a person wants to happen when a project is opened. */
public enum OnOpen {
  /** Nobody has asked yet. */
  UNASKED("Ask once"),
  ALWAYS("Ensure its target"),
  NEVER("Do nothing");

  private final String text;

  OnOpen(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
