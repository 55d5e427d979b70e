#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a policy decides, from the words of the design and the manual: plain loops, no vectors, no C.

Reads JSON lines, answers JSON lines; README.md beside it has their form. It knows no rule that it was
not given, so it is slow where the programs are fast, and it must agree with them on every attempt.
"""
import argparse
import ipaddress
import json
import os
import sys
from fnmatch import fnmatchcase

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

ALWAYS_WATCHED = {25, 26, 465, 587, 2525}
DEPTH = 32  # levels of the cgroup tree below the root that are judged
TRIES = 64  # exemptions that have expired; after as many, only the rules are asked
STRICTNESS = ["allow", "limit", "redirect", "answer", "block", "drop"]
STRICT = {"answer", "block", "drop"}  # nothing leaves: holds for the unidentified, too

CLASSES4 = [
    ("loopback", "0.0.0.0/32"), ("loopback", "127.0.0.0/8"), ("private", "10.0.0.0/8"),
    ("private", "172.16.0.0/12"), ("private", "192.168.0.0/16"), ("link-local", "169.254.0.0/16"),
    ("cgnat", "100.64.0.0/10"), ("multicast", "224.0.0.0/4"),
]
CLASSES6 = [
    ("loopback", "::/128"), ("loopback", "::1/128"), ("ula", "fc00::/7"), ("link-local", "fe80::/10"),
    ("multicast", "ff00::/8"),
]
CLASSES = {
    4: [(name, ipaddress.ip_network(net)) for name, net in CLASSES4],
    6: [(name, ipaddress.ip_network(net)) for name, net in CLASSES6],
}
CLASS_NAMES = {"public", "private", "loopback", "link-local", "cgnat", "ula", "multicast", "own"}
ANY = {"public", "private", "link-local", "cgnat", "ula"}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


# ---- where to ----

class Target:
    """An address as it is judged: v4-mapped is IPv4; one in NAT64 is also the IPv4 address inside."""

    def __init__(self, text):
        a = ipaddress.ip_address(text)
        if a.version == 6 and a.ipv4_mapped:
            a = a.ipv4_mapped
        self.addresses = [a]
        self.family = a.version
        if a.version == 6 and a in NAT64:
            self.addresses.append(ipaddress.ip_address(int(a) & 0xFFFFFFFF))
        self.kind = self.class_of(self.addresses[-1])

    @staticmethod
    def class_of(a):
        for name, net in CLASSES[a.version]:
            if a in net:
                return name
        return "public"

    def is_in(self, classes, networks):
        if self.kind in classes:
            return True
        for a in self.addresses:
            for net in networks:
                if a.version == net.version and a in net:
                    return True
        return False


def as_list(value):
    return value if isinstance(value, list) else [value]


def split_targets(values):
    """Classes and networks of a `to:`; a v4-mapped network is IPv4's."""
    classes, networks = set(), []
    for value in as_list(values):
        if value in CLASS_NAMES:
            classes.add(value)
            continue
        net = ipaddress.ip_network(value)
        mapped = net.network_address.ipv4_mapped if net.version == 6 else None
        if mapped and net.prefixlen >= 96:
            net = ipaddress.ip_network((mapped, net.prefixlen - 96))
        networks.append(net)
    return classes, networks


# ---- who ----

def parts_of(path):
    return [] if path == "/" else path.strip("/").split("/")


def begins_as(pattern, parts):
    """The first components of a path are what the pattern's first are."""
    return all(fnmatchcase(part, p) for p, part in zip(pattern, parts))


class Place:
    """A cgroup of an attempt: its path, and the deepest one on the way to it that was looked at."""

    def __init__(self, path, tree):
        self.parts = parts_of(path)
        self.known = path in tree
        self.seen = self.parts
        while not self.known and self.seen and "/" + "/".join(self.seen) not in tree:
            self.seen = self.seen[:-1]

    @property
    def deep(self):
        return len(self.parts) > DEPTH

    def matches(self, patterns, strict):
        """A pattern stands for what it names and all below. What is not known fails closed."""
        for pattern in patterns:
            if len(pattern) <= len(self.seen) and begins_as(pattern, self.seen):
                return True
        if self.known or not strict:
            return False
        return any(len(p) > len(self.seen) and begins_as(p, self.seen) for p in patterns)


class Selectors:
    """An `if:`: lists are OR, different selectors are AND."""

    def __init__(self, given, exes):
        given = given or {}
        extra = set(given) - {"to", "port", "user", "group", "exe", "cgroup", "tenant", "not"}
        if extra:
            raise ValueError("not for this reference: %s" % extra)
        no = given.get("not", {})
        self.to = split_targets(given["to"]) if "to" in given else None
        self.not_to = split_targets(no["to"]) if "to" in no else None
        self.ports = self.numbers(given, "port")
        self.not_ports = self.numbers(no, "port") or set()
        self.users = self.numbers(given, "user")
        self.groups = self.numbers(given, "group")
        self.exes = None
        if "exe" in given:
            self.exes = {tuple(exes[path]) for path in as_list(given["exe"])}
        self.cgroups = None
        if "cgroup" in given:
            self.cgroups = [parts_of(path) for path in as_list(given["cgroup"])]
        self.tenants = as_list(given["tenant"]) if "tenant" in given else []

    @staticmethod
    def numbers(given, key):
        return {int(v) for v in as_list(given[key])} if key in given else None


class Term:
    """One way in which a rule or an exemption matches: all of its parts do."""

    def __init__(self, parts, order, number):
        self.target = parts[0]  # the only one that may speak of targets
        self.order = order
        self.number = number
        self.users = [p.users for p in parts if p.users is not None]
        self.groups = [p.groups for p in parts if p.groups is not None]
        self.exes = [p.exes for p in parts if p.exes is not None]
        self.cgroups = [p.cgroups for p in parts if p.cgroups is not None]
        self.until = None
        self.layer = 0

    @property
    def passes(self):
        """What a tenant allows it leaves to the layers below."""
        return self.layer > 0 and self.order.action == "allow"

    @property
    def strict(self):
        return self.order.action in STRICT and not self.order.audit and not self.passes

    def speaks_of(self, policy, attempt):
        of = self.target
        port = attempt.port
        if port in of.not_ports or port not in (policy.blocked if of.ports is None else of.ports):
            return False
        if of.not_to and attempt.to.is_in(*of.not_to):
            return False
        if of.to is None:
            return policy.in_scope(attempt.to)
        return attempt.to.is_in(*of.to)

    def has_user(self, uid):
        if uid is None:
            return self.strict
        return all(uid in users for users in self.users)

    def is_of(self, attempt, place):
        if self.users:
            real, effective = self.has_user(attempt.uid), self.has_user(attempt.euid)
            if not (real or effective if self.strict else real and effective):
                return False
        for groups in self.groups:
            if not groups & attempt.groups and not (self.strict and attempt.more_groups):
                return False
        for exes in self.exes:
            if attempt.exe not in exes and not (self.strict and attempt.exe is None):
                return False
        for patterns in self.cgroups:
            if not (self.strict if place is None else place.matches(patterns, self.strict)):
                return False
        return True


# ---- what a rule orders ----

class Order:
    def __init__(self, text, audit, block_errno, responder):
        word = str(text).split()
        self.action = word[0]
        self.audit = audit
        self.relays = set()
        self.errno = None
        if self.action not in STRICTNESS:
            raise ValueError("no action: %s" % text)
        if self.action == "block":
            self.errno = word[1] if len(word) > 1 else block_errno
        if self.action == "redirect":
            self.relays = {6 if w.startswith("[") else 4 for w in word[1:] if w != "transparent"}
        if self.action == "answer":
            self.relays = set(responder)


class Answer:
    def __init__(self, order, reason, number, policy):
        self.action = order.action
        self.reason = reason
        self.number = number
        self.errno = order.errno
        self.enforced = policy.enforce and not order.audit
        self.verdict = "allowed"

    def settle(self, relays, order):
        """The mode is the last turn of the decision; of a limit this is the first connection."""
        elsewhere = self.action in ("redirect", "answer")
        if self.action in ("allow", "limit"):
            return self
        if elsewhere and not order.relays & relays:
            self.reason = "no_relay"
        if not self.enforced:
            self.verdict = "audited"
        elif not elsewhere or self.reason == "no_relay":
            self.verdict = "denied"
        else:
            self.verdict = "redirected" if self.action == "redirect" else "answered"
        return self

    def strictness(self):
        """In effect, then as it was ordered. What is denied for want of a relay is a block."""
        asked = STRICTNESS.index(self.action)
        if self.verdict == "denied":
            return max(asked, STRICTNESS.index("block")), asked
        if self.verdict == "audited":
            return 0, asked
        return asked, asked


# ---- the policy ----

class Policy:
    def __init__(self, line, data):
        doc = yaml.load(line["yaml"], LOADER)
        self.enforce = doc.get("mode", "enforce") == "enforce"
        self.exes = line.get("exes", {})
        self.tree = set(line.get("cgroups", ["/"]))
        self.read_profile(doc.get("profile", "generic-cloud"), data)
        self.block_errno = doc.get("block", line.get("errno", "EPERM"))
        self.responder = line.get("responder", [])
        self.tenants = {
            name: [Selectors(s, self.exes) for s in as_list(t["if"])]
            for name, t in doc.get("tenants", {}).items()
        }
        self.exemptions = []
        for e in sorted(line.get("exemptions", []), key=lambda e: -e["id"]):
            self.add(self.exemptions, e, "e%d" % e["id"], None)
        self.rules = []
        self.number = 0
        for i, layer in enumerate(doc.get("layers", [])):
            rules = list(layer.get("rules", []))
            if "default" in layer:
                rules.append({"then": layer["default"]})
            self.add_rules(rules, layer["tenant"], i + 1)
        self.add_rules(doc.get("rules", []), None, 0)
        self.otherwise = self.order({"then": doc.get("default", "block")})
        self.watched = ALWAYS_WATCHED | self.blocked
        for term in self.exemptions + self.rules:
            self.watched |= term.target.ports or set()
        self.asks_cgroup = any(t.cgroups for t in self.exemptions + self.rules)

    def read_profile(self, name, data):
        path = name if "/" in name else os.path.join(data, "profiles", name + ".yaml")
        with open(path, encoding="utf-8") as f:
            p = yaml.load(f, LOADER)
        ports = [] if p["ports"] == "none" else as_list(p["ports"])
        self.blocked = set() if p["effect"] == "rate" else set(ports)
        scope = set(as_list(p["scope"])) - {"not-in-prefixes", "none"}
        if "any" in scope or p["scope"] == "not-in-prefixes":
            scope = scope - {"any"} | ANY
        self.scope = {"public"} if scope == {"unknown"} else scope
        self.alone = {"v4": 4, "v6": 6}.get(p["family"])  # the only family that the profile speaks of

    def in_scope(self, to):
        return to.kind in self.scope and self.alone in (None, to.family)

    def order(self, rule):
        return Order(rule["then"], rule.get("mode") == "audit", self.block_errno, self.responder)

    def add_rules(self, rules, tenant, layer):
        for rule in rules:
            for term in self.add(self.rules, rule, self.number, tenant):
                term.layer = layer
            self.number += 1

    def add(self, to, rule, number, tenant):
        """A term for each way in which its own tenants and its layer's tenant come together."""
        own = Selectors(rule.get("if"), self.exes)
        ways = [[own]]
        for names in (own.tenants, [tenant] if tenant else []):
            if names:
                ways = [w + [s] for w in ways for n in names for s in self.tenants[n]]
        terms = [Term(way, self.order(rule), number) for way in ways]
        for term in terms:
            term.until = rule.get("until_ns")
        to.extend(terms)
        return terms

    # ---- the decision ----

    def first(self, attempt, place):
        expired = 0
        for term in self.exemptions:
            if not term.speaks_of(self, attempt) or not term.is_of(attempt, place):
                continue
            if term.until is None or attempt.now < term.until:
                return term
            expired += 1
            if expired == TRIES:
                break
        passed = None  # the layer that has left it to those below
        for term in self.rules:
            if term.layer and term.layer == passed:
                continue
            if not term.speaks_of(self, attempt) or not term.is_of(attempt, place):
                continue
            if not term.passes:
                return term
            passed = term.layer
        return None

    def ask(self, attempt, place):
        in_scope = self.in_scope(attempt.to)
        blocked = attempt.port in self.blocked
        if place and place.deep and self.asks_cgroup:
            if in_scope and blocked:
                order = Order("block", False, self.otherwise.errno or self.block_errno, [])
                return Answer(order, "depth", None, self).settle(set(), order)
            place = None
        term = self.first(attempt, place)
        if term:
            reason = "rule" if isinstance(term.number, int) else "exemption"
            return Answer(term.order, reason, term.number, self).settle(attempt.relays, term.order)
        order = self.otherwise if in_scope and blocked else Order("allow", False, None, [])
        reason = "scope" if not in_scope else "default" if blocked else "open"
        return Answer(order, reason, None, self).settle(set(), order)

    def judge(self, attempt):
        """The caller's cgroup and the socket's are both judged; the stricter wins, in doubt the caller's."""
        if attempt.port not in self.watched:
            order = Order("allow", False, None, [])
            return Answer(order, "open", None, self)
        best = None
        for place in attempt.places:
            answer = self.ask(attempt, place)
            if best is None or answer.strictness() > best.strictness():
                best = answer
        return best


class Attempt:
    def __init__(self, line, policy):
        self.uid = line["uid"]
        self.euid = line["euid"]
        self.groups = set(line["groups"])
        self.more_groups = line["more_groups"]
        self.exe = tuple(line["exe"]) if line["exe"] else None
        self.to = Target(line["address"])
        self.port = line["port"]
        self.relays = set(line["relays"])
        self.now = line["now_ns"]
        self.places = [
            None if path == "?" else Place(path, policy.tree)
            for path in (line["caller"], line["socket"]) if path is not None
        ]


def answers(lines, data):
    """Each attempt with what is answered to it."""
    policy = None
    for text in lines:
        line = json.loads(text)
        if "yaml" in line:
            policy = Policy(line, data)
        elif "attempt" in line:
            a = policy.judge(Attempt(line, policy))
            denied = a.verdict == "denied" and a.action == "block"
            yield line, {
                "attempt": line["attempt"], "verdict": a.verdict, "action": a.action, "reason": a.reason,
                "rule": a.number, "errno": a.errno if denied else None,
            }


def check(lines, data):
    """Attempts that say what is to be answered: TAP."""
    failed = 0
    n = 0
    for line, answer in answers(lines, data):
        n += 1
        wanted = dict(zip(["verdict", "action", "reason", "rule"], line["expect"]))
        good = all(answer[key] == value for key, value in wanted.items())
        failed += not good
        print("%sok %d - %s" % ("" if good else "not ", n, line["why"]))
        if not good:
            print("# answered %s" % answer)
    print("1..%d" % n)
    return 1 if failed or not n else 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("SMTPFENCE_DATA") or os.path.join(here, "../../data"))
    parser.add_argument("--check", action="store_true", help="attempts say what is to be answered")
    options = parser.parse_args()
    if options.check:
        sys.exit(check(sys.stdin, options.data))
    for _, answer in answers(sys.stdin, options.data):
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
