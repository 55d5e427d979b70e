#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The demo's shop: a script that mails an order with smtplib, as many do.
# usage: send.py HOST PORT [USER PASSWORD]
import smtplib
import ssl
import sys

host, port, *login = sys.argv[1:]
try:
    with smtplib.SMTP(host, int(port), local_hostname="shop.example.net", timeout=5) as s:
        if login:
            s.starttls(context=ssl.create_default_context())
            s.login(*login)
        s.sendmail("shop@example.net", ["bob@example.com"],
                   "From: shop@example.net\nTo: bob@example.com\nSubject: order (smtplib)\n\nHello\n")
except OSError as e:
    sys.stderr.write(f"send.py: {type(e).__name__}: {e}\n")
    sys.exit(1)
