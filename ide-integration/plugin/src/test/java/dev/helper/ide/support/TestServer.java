package dev.helper.ide.support;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** STAND-IN for helperd, and only for what the real one does not do: it answers late, never, or with garbage. */
public final class TestServer implements Closeable {
  public static final String TOKEN = "0123456789abcdef".repeat(4);

  /** What it does with one request. */
  public interface Script {
    void answer(String body, Out out) throws IOException, InterruptedException;
  }

  /** Where a script writes its answer. */
  public static final class Out {
    private final OutputStream to;

    Out(OutputStream to) {
      this.to = to;
    }

    public Out raw(String text) throws IOException {
      to.write(text.getBytes(StandardCharsets.UTF_8));
      to.flush();
      return this;
    }

    public Out head() throws IOException {
      return raw("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    public Out line(String json) throws IOException {
      byte[] bytes = (json + "\n").getBytes(StandardCharsets.UTF_8);
      return raw(Integer.toHexString(bytes.length) + "\r\n" + json + "\n\r\n");
    }

    public void end() throws IOException {
      raw("0\r\n\r\n");
    }

    /** The answer with this result, as the real one streams it. */
    public void result(String body, String json) throws IOException {
      head().line("{\"jsonrpc\":\"2.0\",\"id\":" + id(body) + ",\"result\":" + json + "}").end();
    }
  }

  public static String id(String body) {
    return body.replaceAll("(?s).*\"id\":(\"[^\"]*\").*", "$1");
  }

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private volatile Script script;

  public TestServer(Script script) throws IOException {
    this.script = script;
    listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    Thread thread = new Thread(this::accept, "test server");
    thread.setDaemon(true);
    thread.start();
  }

  public static Script never() {
    return (body, out) -> TimeUnit.HOURS.sleep(1);
  }

  public static Script result(String json) {
    return (body, out) -> out.result(body, json);
  }

  public void will(Script other) {
    script = other;
  }

  /** The bodies of the requests that came, in order. */
  public List<String> bodies() {
    return bodies;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** An endpoint file that names it. */
  public Path writeEndpoint(Path file) throws IOException {
    return writeEndpoint(file, ProcessHandle.current().pid());
  }

  public Path writeEndpoint(Path file, long pid) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file,
        "{\"url\":\"http://127.0.0.1:" + port() + "/\",\"token\":\"" + TOKEN + "\",\"pid\":" + pid
            + ",\"version\":\"0.1.0\",\"started\":\"\"}\n");
    return file;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) socket.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread thread = new Thread(() -> serve(socket), "test server call");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      String body = request(socket.getInputStream());
      bodies.add(body);
      script.answer(body, new Out(socket.getOutputStream()));
    } catch (IOException | InterruptedException gone) {
      // the caller is gone
    } finally {
      sockets.remove(socket);
    }
  }

  private static String request(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int c = in.read();
      if (c < 0) throw new IOException("no request");
      head.write(c);
    }
    String text = head.toString(StandardCharsets.US_ASCII);
    if (!text.contains("Authorization: Bearer " + TOKEN + "\r\n")) throw new IOException("no token");
    int length = Integer.parseInt(text.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
