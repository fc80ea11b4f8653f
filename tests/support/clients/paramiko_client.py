"""An IDE's way to an interpreter, taken by paramiko: python3 paramiko_client.py, with a JSON object on standard input.

Given: host, port, user, key, known_hosts, interpreter, uploads (local path -> remote path), script (remote path). Prints one JSON object:
what the script printed, its exit status and its errors, and what a program in the container sent back to this side's debugger.
"""
import json
import os
import sys

import paramiko

DEBUGGEE = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10).sendall(b'stopped at a breakpoint')"


def run(client, command):
    _, out, err = client.exec_command(command, timeout=30)
    text, errors = out.read().decode(), err.read().decode()
    return {"out": text, "err": errors, "status": out.channel.recv_exit_status()}


def debug(client, interpreter):
    """The debugger listens on the container's side of a reverse forward; the program connects back to it."""
    transport = client.get_transport()
    port = transport.request_port_forward("127.0.0.1", 0)
    client.exec_command(f"{interpreter} -c \"{DEBUGGEE}\" {port}", timeout=30)
    channel = transport.accept(20)
    if channel is None:
        return None
    channel.settimeout(10)
    return channel.recv(100).decode()


def main():
    given = json.load(sys.stdin)
    with paramiko.SSHClient() as client:
        client.load_host_keys(given["known_hosts"])
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(given["host"], given["port"], given["user"], key_filename=given["key"], allow_agent=False, look_for_keys=False, timeout=20)
        with client.open_sftp() as sftp:
            for local, remote in given["uploads"].items():
                folder = ""
                for part in os.path.dirname(remote).strip("/").split("/"):
                    folder += "/" + part
                    try:
                        sftp.stat(folder)
                    except FileNotFoundError:
                        sftp.mkdir(folder)
                sftp.put(local, remote)
        answer = run(client, f"{given['interpreter']} {given['script']}")
        answer["debugger"] = debug(client, given["interpreter"])
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
