#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random policies, each followed by random attempts that its rules nearly speak of.

JSON lines for reference.py and for the programs; README.md beside it has their form. The same seed
makes the same lines; it is said on stderr and in the first line.
"""
import argparse
import ipaddress
import json
import random
import sys

# Ours and of the documentation only: nothing is ever sent there.
PROFILES = [
    "generic-cloud", "digitalocean", "hetzner-cloud", "observe", "strict", "upcloud", "ovh", "edbb",
    "tests/property/v4-only.yaml", "tests/property/v6-only.yaml",
]
PORTS = [25, 26, 465, 587, 2525, 24, 10025, 65535, 1]
UIDS = [0, 33, 1000, 1001, 1002, 1003, 65534, 4294967294]
GIDS = [0, 4, 33, 100, 1000, 1001, 1002, 65534]
EXES = {"/t/%s" % name: [8 << 20 | 1 + i % 2, 100 + i // 2] for i, name in enumerate("abcdef")}
NAMES = ["a", "b", "c", "web", "web-1", "web-2", "shop", "x"]
CLASSES = ["public", "private", "loopback", "link-local", "cgnat", "ula", "multicast"]
NETWORKS = [
    "192.0.2.0/24", "192.0.2.128/25", "192.0.2.7", "198.51.100.0/24", "203.0.113.0/26", "10.0.0.0/8",
    "10.1.0.0/16", "10.1.2.3", "172.16.0.0/12", "100.64.0.0/10", "0.0.0.0/0", "128.0.0.0/1", "169.254.1.0/24",
    "127.0.0.0/8", "2001:db8::/32", "2001:db8:25::/48", "2001:db8:25::7", "::/0", "fc00::/7", "fd00:1::/32",
    "fe80::/10", "64:ff9b::/96", "::ffff:192.0.2.0/120", "8000::/1",
]
SINGLE = [
    "192.0.2.7", "203.0.113.9", "10.1.2.3", "10.200.0.1", "172.16.0.1", "172.32.0.1", "192.168.1.1", "100.64.0.1",
    "100.128.0.1", "169.254.1.1", "127.0.0.1", "0.0.0.0", "224.0.0.5", "255.255.255.255", "2001:db8:25::7",
    "2001:db8:26::1", "fd00:1::5", "fe80::1", "ff02::1", "::1", "::", "2002::1", "64:ff9b::10.1.2.3",
    "64:ff9b::192.0.2.7", "64:ff9b::7f00:1",
]
ERRNOS = ["EPERM", "EACCES", "ECONNREFUSED", "EHOSTUNREACH", "ETIMEDOUT"]
REDIRECTS = ["127.0.0.1:1025", "[::1]:1025", "192.0.2.9:1025 [2001:db8::9]:1025 transparent"]
LIMITS = ["30 connections/h", "1 connection/10m", "30 connections/h to 10 addresses", "to 5 addresses/d"]
NOW = 10**17  # boot clock, ns: what expires later is in force when it is read
SPREAD = 1000


class Generator:
    def __init__(self, seed, any_relays=False):
        self.r = random.Random(seed)
        self.any_relays = any_relays

    def chance(self, percent):
        return self.r.random() * 100 < percent

    def some(self, values, most=3):
        return self.r.sample(values, self.r.randint(1, min(most, len(values))))

    # ---- policies ----

    def tree(self):
        paths = ["/"]
        for _ in range(self.r.choice([0, 3, 8, 20, 20])):
            above = self.r.choice(paths)
            path = (above if above != "/" else "") + "/" + self.r.choice(NAMES)
            if path not in paths and path.count("/") < 7:
                paths.append(path)
        return paths

    def pattern(self, tree):
        path = self.r.choice(tree)
        if path == "/" or self.chance(20):
            path = (path if path != "/" else "") + "/" + self.r.choice(NAMES)
        parts = path[1:].split("/")
        if self.chance(35):
            parts[self.r.randrange(len(parts))] = self.r.choice(["*", "web-*", "?", "[ab]", "web*"])
        return "/" + "/".join(parts)

    def patterns(self, tree):
        return sorted({self.pattern(tree) for _ in range(self.r.randint(1, 3))})

    def identity(self, tree, groups):
        """Selectors of who, at least one."""
        keys = ["user", "exe", "cgroup"] + (["group"] if groups else [])
        made = {}
        for key in self.some(keys, 2):
            made[key] = {
                "user": lambda: self.some(UIDS),
                "group": lambda: self.some(GIDS),
                "exe": lambda: self.some(sorted(EXES)),
                "cgroup": lambda: self.patterns(tree),
            }[key]()
        return made

    def targets(self):
        return self.some(NETWORKS if self.chance(70) else CLASSES + NETWORKS, 4)

    def selectors(self, p, groups=True):
        s = {}
        if self.chance(60):
            s.update(self.identity(p["tree"], groups and not p["tenant_groups"]))
        if self.chance(45):
            s["to"] = self.targets()
        if self.chance(40):
            s["port"] = self.some(PORTS)
        no = {}
        if self.chance(15):
            no["to"] = self.targets()
        if self.chance(10):
            no["port"] = self.some(PORTS, 2)
        if no:
            s["not"] = no
        return s

    def order(self, actions):
        action = self.r.choice(actions)
        if action == "block" and self.chance(30):
            return "block " + self.r.choice(ERRNOS)
        if action == "limit":
            return "limit " + self.r.choice(LIMITS)
        if action == "redirect":
            return "redirect " + self.r.choice(REDIRECTS)
        if action == "answer" and self.chance(50):
            return "answer 550 5.7.1 Use port 587"
        return action

    def rule(self, p, number, layer):
        actions = ["allow", "block", "drop", "answer"]
        rule = {"name": "r%d" % number}
        selectors = self.selectors(p)
        if p["tenants"] and not layer and self.chance(20):
            selectors["tenant"] = self.some(sorted(p["tenants"]), 2)
        if selectors:
            rule["if"] = selectors
        rule["then"] = self.order(actions if layer else actions + ["allow", "limit", "redirect"])
        if not layer and rule["then"] != "allow" and self.chance(15):
            rule["mode"] = "audit"
        return rule

    def exemptions(self, p):
        made = []
        many = self.chance(3)
        for i in range(self.r.choice([60, 63, 64, 65, 80]) if many else self.r.choice([0, 0, 1, 3, 6])):
            e = {"id": i + 1, "if": {} if many and self.chance(80) else self.selectors(p)}
            e["then"] = self.order(["allow", "block", "limit"])
            e["until_ns"] = NOW + (1 if many and i else self.r.randint(1, SPREAD))
            made.append(e)
        return made

    def count(self):
        kind = self.r.random()
        if kind < 0.01:
            return self.r.randint(300, 1000)
        if kind < 0.06:
            return self.r.randint(60, 140)
        return self.r.choice([0, 1, 2, 3, 5, 8, 12, 20])

    def policy(self, number):
        p = {"tree": self.tree(), "tenant_groups": self.chance(30), "tenants": {}}
        for name in self.r.sample(["ann", "ben", "cyd"], self.r.choice([0, 0, 1, 2, 3])):
            any_of = [self.identity(p["tree"], p["tenant_groups"]) for _ in range(self.r.choice([1, 1, 2]))]
            p["tenants"][name] = {"if": any_of if len(any_of) > 1 else any_of[0]}
        doc = {"version": 1, "mode": "enforce" if self.chance(80) else "audit"}
        doc["profile"] = self.r.choice(PROFILES)
        if self.chance(30):
            doc["block"] = self.r.choice(ERRNOS)
        if p["tenants"]:
            doc["tenants"] = p["tenants"]
        count = 0
        if p["tenants"] and self.chance(70):
            doc["layers"] = []
            for name in self.r.sample(sorted(p["tenants"]), self.r.randint(1, len(p["tenants"]))):
                rules = [self.rule(p, count + i, True) for i in range(self.r.randint(1, 4))]
                count += len(rules) + 1
                layer = {"tenant": name, "rules": rules}
                if self.chance(30):
                    layer["default"] = self.r.choice(["block", "drop"])
                doc["layers"].append(layer)
        rules = [self.rule(p, count + i, False) for i in range(self.count())]
        if rules:
            doc["rules"] = rules
        doc["default"] = self.r.choice(["block", "block", "drop", "allow", "block EACCES"])
        return doc, {
            "policy": number, "profile": doc["profile"], "yaml": self.yaml(doc), "cgroups": p["tree"], "exes": EXES,
            "exemptions": self.exemptions(p), "responder": self.r.choice([[], [4], [6], [4, 6]]),
            "errno": "EPERM",
        }

    @staticmethod
    def yaml(doc):
        """JSON is YAML; a key a line keeps complaints short."""
        return "".join("%s: %s\n" % (key, json.dumps(value)) for key, value in doc.items())

    # ---- attempts ----

    def named(self, line):
        """Networks that the policy names."""
        found = [n for n in NETWORKS if '"%s"' % n in line["yaml"]]
        return found or NETWORKS

    def ports(self, doc):
        """Mostly those that the profile may block and that rules name."""
        rules = doc.get("rules", []) + [r for layer in doc.get("layers", []) for r in layer["rules"]]
        named = [port for rule in rules for port in rule.get("if", {}).get("port", [])]
        return [25] * (4 + len(named) // 2) + named + [465, 587, 2525, 26, self.r.choice(PORTS), 80]

    def near(self, networks):
        """An address in a network, at its edges, or just outside."""
        net = ipaddress.ip_network(self.r.choice(networks))
        first, last = int(net.network_address), int(net.broadcast_address)
        at = self.r.choice([first, last, first - 1, last + 1, self.r.randint(first, last)])
        at = min(max(at, 0), (1 << net.max_prefixlen) - 1)
        return str(type(net.network_address)(at))

    def address(self, networks):
        a = self.near(networks) if self.chance(70) else self.r.choice(SINGLE)
        if ipaddress.ip_address(a).version == 4 and self.chance(15):
            return self.r.choice(["::ffff:", "64:ff9b::"]) + a
        return a

    def cgroup(self, tree):
        path = self.r.choice(tree)
        if self.chance(25):
            below = "/".join(self.r.choice(NAMES) for _ in range(self.r.randint(1, 3)))
            return (path if path != "/" else "") + "/" + below
        return path

    def deep(self, tree, levels):
        path = self.r.choice(tree)
        parts = [] if path == "/" else path[1:].split("/")
        return "/" + "/".join(parts + ["x"] * (levels - len(parts)))

    def relays(self, address):
        """Families that the socket can be sent to: those of a connect() by one of the target's family."""
        if self.any_relays and self.chance(20):
            return self.r.choice([[], [4], [6], [4, 6]])
        a = ipaddress.ip_address(address)
        return [4, 6] if a.version == 6 and not a.ipv4_mapped else [4]

    def attempt(self, number, line, networks, ports):
        tree = line["cgroups"]
        a = {"attempt": number, "policy": line["policy"]}
        a["uid"] = None if self.chance(4) else self.r.choice(UIDS + [7])
        a["euid"] = a["uid"] if self.chance(70) else self.r.choice(UIDS + [7])
        # of a process with too many groups the real and the effective one are known
        a["more_groups"] = self.chance(5)
        a["groups"] = self.r.sample(GIDS + [7], self.r.randint(0, 2 if a["more_groups"] else 4))
        a["exe"] = None if self.chance(5) else self.r.choice(sorted(EXES.values()) + [[8 << 20 | 3, 100]])
        a["address"] = self.address(networks)
        a["port"] = self.r.choice(ports)
        a["relays"] = self.relays(a["address"])
        a["now_ns"] = NOW + self.r.randint(0, SPREAD)
        a["caller"] = "?" if self.chance(3) else self.cgroup(tree)
        a["socket"] = a["caller"] if self.chance(70) else self.cgroup(tree)
        if self.chance(2):  # at the edge of what is judged
            place = self.r.choice(["caller", "socket"])
            a[place] = self.deep(tree, self.r.choice([31, 32, 33, 34, 40]))
            if self.chance(50) or a["socket"] == "?":  # which only an unknown caller has
                a["caller"] = a["socket"] = a[place]
        elif self.chance(3):
            a["socket"] = None  # cannot be read
        elif self.chance(3):
            # a kernel thread, or a packet, whose mark tells one group
            a["caller"], a["groups"], a["more_groups"] = None, a["groups"][:1], True
            if self.chance(20):
                a["socket"] = "?"
        return a


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--policies", type=int, default=2000)
    parser.add_argument("--attempts", type=int, default=50, help="of each policy")
    parser.add_argument("--any-relays", action="store_true", help="sockets of any family, and packets")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    sys.stderr.write("seed %d\n" % seed)
    g = Generator(seed, options.any_relays)
    sys.stdout.write(json.dumps({"seed": seed}) + "\n")
    for n in range(options.policies):
        doc, line = g.policy(n)
        sys.stdout.write(json.dumps(line) + "\n")
        networks, ports = g.named(line), g.ports(doc)
        for i in range(options.attempts):
            sys.stdout.write(json.dumps(g.attempt(n * options.attempts + i, line, networks, ports)) + "\n")


if __name__ == "__main__":
    main()
