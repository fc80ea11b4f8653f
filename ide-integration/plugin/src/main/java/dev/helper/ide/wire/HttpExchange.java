package dev.helper.ide.wire;

import com.intellij.openapi.diagnostic.Logger;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An HttpExchange is one POST and the lines of its answer, on a plain socket: unlike the JDK's clients it can be
 * given up at any moment, keeps no thread, and asks no proxy or authenticator of the IDE's.
 */
final class HttpExchange implements Closeable {
  private static final Logger LOG = Logger.getInstance(HttpExchange.class);
  /** Looks up from the socket this often, to see whether it is still worth waiting. */
  private static final int SLICE_MS = 100;
  private static final int LONGEST_HEAD_LINE = 8 << 10;
  private static final int MOST_HEADERS = 100;
  private static final int LONGEST_LINE = 32 << 20;

  /** Is asked while nothing comes; throws to end the wait. */
  interface Patience {
    void check() throws IOException;
  }

  private final Socket socket = new Socket();
  private final Patience patience;
  private final byte[] buffer = new byte[16 << 10];
  private int at;
  private int end;
  private InputStream in;
  private int status;
  private boolean chunked;
  private long left; // of this chunk, or of the body; -1: until the connection ends
  private boolean over;

  HttpExchange(Patience patience) {
    this.patience = patience;
  }

  void send(Endpoint to, String body, int connectMs) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), to.port()), connectMs);
    socket.setSoTimeout(SLICE_MS);
    socket.setTcpNoDelay(true);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + to.port() + "\r\nAuthorization: Bearer " + to.token()
            + "\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\nConnection: close"
            + "\r\nContent-Length: " + bytes.length + "\r\n\r\n";
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(head.getBytes(StandardCharsets.US_ASCII));
    request.write(bytes);
    socket.getOutputStream().write(request.toByteArray());
    in = socket.getInputStream();
  }

  /** Reads the head of the answer; the HTTP status. */
  int readHead() throws IOException {
    do {
      String[] words = headLine().split(" ", 3);
      if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9][0-9]")) {
        throw new IOException("not HTTP");
      }
      status = Integer.parseInt(words[1]);
      readHeaders();
    } while (status < 200);
    return status;
  }

  /** The next line of the body without its end; null at the end of the body. */
  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (;;) {
      int c = bodyByte();
      if (c == '\n' || (c < 0 && line.size() > 0)) return line.toString(StandardCharsets.UTF_8.name());
      if (c < 0) return null;
      if (line.size() >= LONGEST_LINE) throw new IOException("a line without end");
      line.write(c);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException unclosed) {
      LOG.debug("nothing depends on it any more", unclosed);
    }
  }

  private void readHeaders() throws IOException {
    chunked = false;
    left = -1;
    for (int i = 0; i < MOST_HEADERS; ++i) {
      String line = headLine();
      if (line.isEmpty()) {
        if (chunked) left = 0;
        return;
      }
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).trim().toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).trim();
      if (name.equals("transfer-encoding") && value.equalsIgnoreCase("chunked")) chunked = true;
      if (name.equals("content-length") && !chunked) left = number(value, 10);
    }
    throw new IOException("headers without end");
  }

  private int bodyByte() throws IOException {
    if (over) return -1;
    if (chunked && left == 0) nextChunk();
    if (left == 0) over = true;
    if (over) return -1;
    int c = nextByte();
    if (c < 0 && left > 0) throw new IOException("the answer was cut off");
    if (c < 0) over = true;
    if (left > 0 && --left == 0 && chunked) endOfLine();
    return c;
  }

  private void nextChunk() throws IOException {
    String size = headLine();
    int extension = size.indexOf(';');
    left = number((extension < 0 ? size : size.substring(0, extension)).trim(), 16);
    if (left > 0) return;
    while (!headLine().isEmpty()) {
      // trailers are ignored here
    }
  }

  private void endOfLine() throws IOException {
    if (!headLine().isEmpty()) throw new IOException("not HTTP");
  }

  private String headLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (;;) {
      int c = nextByte();
      if (c < 0) throw new IOException("it closed the connection before it answered");
      if (c == '\n') break;
      if (line.length() >= LONGEST_HEAD_LINE) throw new IOException("not HTTP");
      line.append((char) c);
    }
    int length = line.length();
    return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
  }

  private int nextByte() throws IOException {
    while (at == end) {
      patience.check();
      try {
        int n = in.read(buffer);
        if (n < 0) return -1;
        at = 0;
        end = n;
      } catch (SocketTimeoutException nothingYet) {
        continue;
      }
      lastHeard = System.nanoTime();
    }
    return buffer[at++] & 0xff;
  }

  private volatile long lastHeard = System.nanoTime();

  /** When anything came last, by System.nanoTime(). */
  long lastHeard() {
    return lastHeard;
  }

  private static long number(String digits, int radix) throws IOException {
    try {
      long value = Long.parseLong(digits, radix);
      if (value >= 0) return value;
    } catch (NumberFormatException told) {
      LOG.debug("not a number", told);
    }
    throw new IOException("not HTTP");
  }
}
