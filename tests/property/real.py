#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random policies and attempts that a live test can make real, and what the reference says of them.

real.py plan DIR SEED POLICIES CGROUP PROGRAMS   DIR/N.yaml, DIR/N.tries (a line per attempt, for a shell), DIR/lines
real.py outcomes DIR                             compares DIR/NUMBER.got, what try25 said
real.py events DIR EVENTS                        compares what `watch --json` told; an attempt is known by its last argument
real.py count DIR events|denied                  how many are to be told, how many denied

CGROUP is guarded; below it the test has made what TREE names. PROGRAMS is a directory with copies of try25, a to d.
"""
import json
import os
import sys

sys.dont_write_bytecode = True

import generate
import reference

ATTEMPTS = 20
TREE = ["", "/in", "/in/a", "/in/a/b", "/in/web-1", "/other"]
TARGETS = ["192.0.2.25", "198.51.100.25", "203.0.113.25", "10.99.0.25", "2001:db8::25", "127.0.0.1"]
FILLER = 65533  # a group that no rule names
DATA = os.environ.get("SMTPFENCE_DATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data")

generate.PROFILES = generate.PROFILES[:6] + generate.PROFILES[-2:]
generate.PORTS = [25, 26, 465, 587, 2525]
generate.UIDS = [0, 1001, 1002, 1003]
generate.GIDS = [0, 1001, 1002, 1003, 1004]
generate.NAMES = ["in", "other", "a", "b", "web-1", "web-2", "x"]
generate.NETWORKS = [
    "192.0.2.0/24", "192.0.2.25", "198.51.100.0/24", "203.0.113.0/26", "10.99.0.0/16", "10.99.0.25", "0.0.0.0/0",
    "128.0.0.0/1", "2001:db8::/32", "2001:db8::25", "::/0", "::ffff:192.0.2.0/120", "127.0.0.0/8",
]
generate.REDIRECTS = ["192.0.2.25:1025", "[2001:db8::25]:1025", "10.99.0.25:1025 [2001:db8::25]:1025 transparent"]
generate.LIMITS = ["10000 connections/h", "to 60 addresses/d"]  # never reached


class Real(generate.Generator):
    def __init__(self, seed, cgroup, programs):
        super().__init__(seed)
        self.top = cgroup
        self.programs = {os.path.join(programs, name): [1, i] for i, name in enumerate("abcd", 1)}
        generate.EXES = dict(list(self.programs.items())[:3])  # the last one no rule names

    def tree(self):
        return ["/"] + [self.top + path for path in TREE]

    def count(self):
        return self.r.choice([1, 3, 5, 8, 12])

    def exemptions(self, p):
        return []

    def attempt(self, number, line, networks, ports):
        guarded = line["cgroups"][1:]
        place = self.cgroup(guarded)
        if self.chance(3):
            place = self.deep(guarded, self.r.choice([32, 33, 35]))
        uid = self.r.choice(generate.UIDS + [1004])
        target = self.r.choice(TARGETS)
        mapped = "." in target and self.chance(20)
        more = self.chance(5)
        return {
            "attempt": number, "policy": line["policy"],
            "uid": uid, "euid": uid if self.chance(70) else self.r.choice(generate.UIDS),
            "groups": self.r.sample(generate.GIDS, self.r.randint(0, 2 if more else 4)), "more_groups": more,
            "exe": self.r.choice(list(self.programs.values())),
            "address": ("::ffff:" if mapped else "") + target, "port": self.r.choice(ports),
            "relays": [4, 6] if mapped or ":" in target else [4], "now_ns": 1, "caller": place, "socket": place,
        }

    def as_tried(self, a):
        """Cgroup, real and effective user, real and effective group, others, program, way, address, port, label."""
        target = a["address"].replace("::ffff:", "")
        way = "tcp6" if ":" in target else "mapped" if target != a["address"] else "tcp4"
        real, effective, *others = a["groups"] + [FILLER] * (2 - len(a["groups"]))
        if a["more_groups"]:
            others = list(range(70000, 70033))
        program = next(path for path, key in self.programs.items() if key == a["exe"])
        return [a["caller"], a["uid"], a["euid"], real, effective, ",".join(map(str, others)) or "-", program, way,
                target, a["port"], "n%d" % a["attempt"]]


def plan(to, seed, policies, cgroup, programs):
    g = Real(seed, cgroup, programs)
    with open(os.path.join(to, "lines"), "w", encoding="utf-8") as lines:
        for n in range(policies):
            doc, line = g.policy(n)
            line["responder"] = []
            lines.write(json.dumps(line) + "\n")
            with open(os.path.join(to, "%d.yaml" % n), "w", encoding="utf-8") as f:
                f.write(line["yaml"])
            with open(os.path.join(to, "%d.tries" % n), "w", encoding="utf-8") as f:
                for i in range(ATTEMPTS):
                    a = g.attempt(n * ATTEMPTS + i, line, None, g.ports(doc))
                    lines.write(json.dumps(a) + "\n")
                    f.write(" ".join(map(str, g.as_tried(a))) + "\n")


def judged(directory):
    """Each attempt with what the reference answers, what try25 is to say, and whether it is told."""
    policy = None
    with open(os.path.join(directory, "lines"), encoding="utf-8") as f:
        for text in f:
            line = json.loads(text)
            if "yaml" in line:
                policy = reference.Policy(line, DATA)
                continue
            a = policy.judge(reference.Attempt(line, policy))
            got = "ok"
            if a.verdict == "denied":
                got = "SILENT" if a.action == "drop" else a.errno or policy.block_errno
            elif a.verdict != "redirected" and line["address"].endswith("127.0.0.1"):
                got = "ECONNREFUSED"  # nobody listens there
            yield line, a, got, line["port"] in policy.watched and a.reason != "scope"


def outcomes(directory):
    for line, _, wanted, _ in judged(directory):
        with open(os.path.join(directory, "%d.got" % line["attempt"]), encoding="utf-8") as f:
            got = f.read().split()
        if got[:1] != [wanted]:
            yield "got %s, wanted %s: %s" % (" ".join(got), wanted, json.dumps(line))


def events(directory, path):
    told = {}
    with open(path, encoding="utf-8") as f:
        for text in f:
            event = json.loads(text)
            told.setdefault(event["process"]["args"][-1], []).append(event)
    for line, a, _, is_told in judged(directory):
        got = [
            (e["smtpfence"]["verdict"], e["smtpfence"]["action"], e["smtpfence"]["reason"], e["rule"].get("id"))
            for e in told.get("n%d" % line["attempt"], [])
        ]
        wanted = (a.verdict, a.action, a.reason, None if a.number is None else str(a.number))
        if got != [wanted] * is_told:
            yield "told %s, wanted %s: %s" % (got, wanted if is_told else "nothing", json.dumps(line))


def main():
    what, directory, *more = sys.argv[1:]
    if what == "plan":
        plan(directory, int(more[0]), int(more[1]), more[2], more[3])
    elif what == "count":
        kind = {"events": lambda a, is_told: is_told,
                "denied": lambda a, is_told: a.verdict == "denied"}[more[0]]
        print(sum(kind(a, is_told) for _, a, _, is_told in judged(directory)))
    else:
        differ = list({"outcomes": outcomes, "events": events}[what](directory, *more))
        print("%d differ" % len(differ), *differ[:10], sep="\n")
        sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
