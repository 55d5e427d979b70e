#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The demo's internet: a mail exchanger on 25, a submission server on 587 and 465, and a witness.

usage: mailserver.py DIRECTORY MX4 MX6 SUBMISSION

DIRECTORY holds cert.pem and key.pem. A received mail becomes spool/PORT-NUMBER.eml. The witness
sits on the wire before the servers: `witness` gets a line per TCP SYN that came, answered or not.
"""

import asyncio
import base64
import os
import socket
import ssl
import struct
import sys

USER, PASSWORD = "shop", "demo-password"
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD
SYN, ACK = 0x02, 0x10


class Session:
    """One SMTP conversation; `submission` servers want TLS and a login before they take mail."""

    received = 0

    def __init__(self, reader, writer, spool, port, tls):
        self.reader, self.writer, self.spool, self.port = reader, writer, spool, port
        self.tls_context = tls
        self.user = None

    @property
    def secure(self):
        return self.writer.get_extra_info("ssl_object") is not None

    async def say(self, *lines):
        code = lines[0][:3]
        texts = [lines[0][4:], *lines[1:]]
        for i, text in enumerate(texts):
            more = "-" if i + 1 < len(texts) else " "
            self.writer.write(f"{code}{more}{text}\r\n".encode())
        await self.writer.drain()

    async def line(self):
        data = await asyncio.wait_for(self.reader.readline(), 20)
        if not data:
            raise ConnectionError
        return data.decode("ascii", "replace").rstrip("\r\n")

    async def run(self):
        await self.say("220 demo mail server")
        while True:
            verb, _, rest = (await self.line()).partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                return await self.say("221 bye")
            handler = getattr(self, "on_" + verb.lower(), None)
            if handler:
                await handler(rest)
            else:
                await self.say("502 not known here")

    async def on_ehlo(self, _):
        offers = ["8BITMIME"]
        if self.port == 587 and not self.secure:
            offers.append("STARTTLS")
        if self.port != 25 and self.secure:
            offers.append("AUTH PLAIN LOGIN")
        await self.say("250 demo", *offers)

    async def on_helo(self, _):
        await self.say("250 demo")

    async def on_noop(self, _):
        await self.say("250 ok")

    on_rset = on_noop

    async def on_starttls(self, _):
        if self.port != 587 or self.secure:
            return await self.say("502 not offered")
        await self.say("220 go ahead")
        await self.writer.start_tls(self.tls_context)

    async def on_auth(self, rest):
        if not self.secure:
            return await self.say("530 STARTTLS first")
        kind, _, given = rest.partition(" ")
        if kind.upper() == "PLAIN":
            given = given or await self.ask("")
            _, user, password = base64.b64decode(given).decode().split("\0")
        else:
            user = base64.b64decode(given or await self.ask("Username:")).decode()
            password = base64.b64decode(await self.ask("Password:")).decode()
        if (user, password) != (USER, PASSWORD):
            return await self.say("535 wrong user or password")
        self.user = user
        await self.say("235 welcome")

    async def ask(self, prompt):
        await self.say("334 " + base64.b64encode(prompt.encode()).decode())
        return await self.line()

    async def on_mail(self, _):
        if self.port != 25 and not self.user:
            return await self.say("530 log in first")
        await self.say("250 ok")

    async def on_rcpt(self, _):
        await self.say("250 ok")

    async def on_data(self, _):
        await self.say("354 end with a dot")
        lines = []
        while (text := await self.line()) != ".":
            lines.append(text)
        Session.received += 1
        how = self.writer.get_extra_info("ssl_object")
        head = [f"X-Demo-Port: {self.port}", f"X-Demo-TLS: {how.version() if how else 'none'}",
                f"X-Demo-User: {self.user or 'nobody'}"]
        name = os.path.join(self.spool, f"{self.port}-{Session.received}.eml")
        with open(name, "w", encoding="utf-8") as f:
            f.write("\n".join(head + lines) + "\n")
        await self.say("250 taken")


async def serve(spool, address, port, tls):
    async def talk(reader, writer):
        try:
            await Session(reader, writer, spool, port, tls).run()
        except (OSError, asyncio.TimeoutError, ValueError, ssl.SSLError):
            pass
        finally:
            writer.close()

    implicit = tls if port == 465 else None
    await asyncio.start_server(talk, address, port, ssl=implicit)


def syn_of(frame):
    """(source, port) of an Ethernet frame that asks for a TCP connection, else None."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == ETH_P_IP and frame[23] == socket.IPPROTO_TCP:
        source = socket.inet_ntop(socket.AF_INET, frame[26:30])
        tcp = 14 + (frame[14] & 15) * 4
    elif kind == ETH_P_IPV6 and frame[20] == socket.IPPROTO_TCP:
        source = socket.inet_ntop(socket.AF_INET6, frame[22:38])
        tcp = 14 + 40
    else:
        return None
    if frame[tcp + 13] & (SYN | ACK) != SYN:
        return None
    return source, struct.unpack_from("!H", frame, tcp + 2)[0]


def watch(loop, path):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.setblocking(False)
    log = open(path, "a", buffering=1, encoding="ascii")

    def frame_came():
        frame, where = wire.recvfrom(2048)
        seen = syn_of(frame) if where[2] != socket.PACKET_OUTGOING else None
        if seen:
            log.write(f"SYN to port {seen[1]} from {seen[0]}\n")

    loop.add_reader(wire, frame_came)


async def main(directory, mx4, mx6, submission):
    spool = os.path.join(directory, "spool")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem"))
    watch(asyncio.get_running_loop(), os.path.join(directory, "witness"))
    for address, port in (mx4, 25), (mx6, 25), (submission, 587), (submission, 465):
        await serve(spool, address, port, tls)
    open(os.path.join(directory, "ready"), "w", encoding="ascii").close()
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
