// An IDE's way to an interpreter, taken by JSch: java -cp jsch.jar JschClient.java HOST PORT USER KEY KNOWN_HOSTS
// INTERPRETER SCRIPT LOCAL REMOTE [LOCAL REMOTE...]. Prints three lines: the script's exit status, what it printed (its
// line ends as spaces), and what a program in the container sent back to this side's debugger.

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

public final class JschClient {
  private static final int TIMEOUT_MS = 20_000;
  private static final int DEBUGGER_PORT = 45_731;  // in the container
  private static final String DEBUGGEE =
      "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10).sendall(b'stopped at a breakpoint')";

  private record Ended(int status, String output) {}

  public static void main(String[] given) throws Exception {
    JSch jsch = new JSch();
    jsch.setKnownHosts(given[4]);
    jsch.addIdentity(given[3]);
    Session session = jsch.getSession(given[2], given[0], Integer.parseInt(given[1]));
    session.setConfig("StrictHostKeyChecking", "yes");
    session.setConfig("PreferredAuthentications", "publickey");
    session.connect(TIMEOUT_MS);
    try {
      upload(session, given);
      Ended script = run(session, given[5] + " " + given[6]);
      System.out.println(script.status());
      System.out.println(script.output().replace('\n', ' '));
      System.out.println(debug(session, given[5]));
    } finally {
      session.disconnect();
    }
  }

  // Channel.connect(timeout) waits for the server's answer a single time. Java allows a wait to end without a reason, and then
  // JSch says at once that the channel "is not opened". Without a timeout, JSch looks for the answer 2,000 times, and waits
  // 10 ms before each: that is the same limit, and one wait that ends early does no harm.
  private static void open(Channel channel) throws JSchException {
    channel.connect();
  }

  private static void upload(Session session, String[] given) throws Exception {
    ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
    open(sftp);
    for (int i = 7; i + 1 < given.length; i += 2) {
      String folder = "";
      String[] parts = given[i + 1].substring(1).split("/");
      for (int part = 0; part + 1 < parts.length; ++part) {
        folder += "/" + parts[part];
        try {
          sftp.stat(folder);
        } catch (SftpException absent) {
          sftp.mkdir(folder);
        }
      }
      sftp.put(given[i], given[i + 1]);
    }
    sftp.disconnect();
  }

  private static Ended run(Session session, String command) throws Exception {
    ChannelExec channel = (ChannelExec) session.openChannel("exec");
    channel.setCommand(command);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    channel.setErrStream(output, true);
    var input = channel.getInputStream();
    open(channel);
    input.transferTo(output);
    while (!channel.isClosed()) {
      Thread.sleep(10);
    }
    Ended ended = new Ended(channel.getExitStatus(), output.toString(StandardCharsets.UTF_8));
    channel.disconnect();
    return ended;
  }

  // The debugger listens here, behind a reverse forward; the program in the container connects back to it.
  private static String debug(Session session, String interpreter) throws Exception {
    try (ServerSocket debugger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      debugger.setSoTimeout(TIMEOUT_MS);
      session.setPortForwardingR("127.0.0.1", DEBUGGER_PORT, "127.0.0.1", debugger.getLocalPort());
      ChannelExec channel = (ChannelExec) session.openChannel("exec");
      channel.setCommand(interpreter + " -c \"" + DEBUGGEE + "\" " + DEBUGGER_PORT);
      open(channel);
      try (Socket program = debugger.accept()) {
        program.setSoTimeout(TIMEOUT_MS);
        return new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } finally {
        channel.disconnect();
      }
    }
  }
}
