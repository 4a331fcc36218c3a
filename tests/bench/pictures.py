# SPDX-License-Identifier: BSL-1.0
"""The plots of the page: which there are, and what of a run's figures each shows."""

from dataclasses import dataclass

import plot
from peers import FLOOR, OURS, label
from site_files import FLAG, SIZES

HUES = {OURS: "#c2410c", FLOOR: "#636c76", "nginx": "#4c78a8", "h2o": "#6b8e4e", "lighttpd": "#8a6fb0",
        "beast": "#b08a3c", "restinio": "#4f9a94"}
UNITS = {
    "us of CPU per request": "µs of the server's CPU time for a request; less is better",
    "us of CPU per message": "µs of the server's CPU time for a message that is received; less is better",
    "us from due to answered, p99.9": "µs from when a request was due to its answer, p99.9; less is better",
    "bytes per connection": "resident bytes for each; less is better",
    "ms to the first answer": "ms from the start of the program to its first answer; less is better",
}


def short(value):
    """Three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def tick(value):
    return f"{value:,.10g}"


@dataclass(frozen=True)
class Bars:
    """The peers in one scenario, the least first."""

    file: str
    title: str
    scenario: str

    def svg(self, figures):
        results = figures.results(self.scenario)
        rows = [(label(name), result["median"]) for name, result in results.items()]
        if not rows:
            return None
        unit = UNITS[figures.scenarios[self.scenario]["unit"]]
        if unit.startswith("µs") and min(value for _, value in rows) > 1000:
            unit, rows = "m" + unit[1:], [(name, value / 1000) for name, value in rows]
        rows.sort(key=lambda row: row[1])
        return plot.bars(self.title, unit, rows, OURS, FLOOR, short)


@dataclass(frozen=True)
class Curves:
    """The peers over several scenarios; each is a point."""

    file: str
    title: str
    x_label: str
    points: dict  # scenario -> x
    show_x: object = tick

    def svg(self, figures):
        series = {}
        for scenario, x in self.points.items():
            for name, result in figures.results(scenario).items():
                series.setdefault(label(name), []).append((x, result["median"]))
        series = {name: points for name, points in series.items() if len(points) > 1}
        if not series:
            return None
        return plot.curves(self.title, UNITS["us of CPU per request"], self.x_label, series, OURS, FLOOR,
                           {label(name): hue for name, hue in HUES.items()}, self.show_x, tick)


def size(value):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if value >= unit:
            return f"{value // unit} {name}"
    return f"{value} B"


PICTURES = [
    Bars("keep_alive", "A small answer, 64 connections", "keep_alive/64"),
    Curves("connections", "A small answer, by the number of connections", "connections",
           {f"keep_alive/{n}": n for n in (1, 64, 1000, 8000)}),
    Bars("pipelined", "A small answer, 16 requests at once", "pipelined/16"),
    Curves("depth", "A small answer, by the number of requests at once", "requests at once",
           {"keep_alive/64": 1, **{f"pipelined/{n}": n for n in (4, 16, 64)}}),
    Bars("flag", "/flag: a file of 40 bytes, 64 connections", "flag"),
    Curves("file_size", "A file, by its size", "size of the file",
           {"flag": len(FLAG), **{f"files/{name}": SIZES[name] for name in SIZES}}, size),
    *(Bars(f"file_{name}", f"A file of {size(SIZES[name])}", f"files/{name}") for name in SIZES),
    Bars("not_modified", "304 Not Modified, 64 connections", "not_modified"),
    Bars("close", "A connection for each small answer", "close"),
    Bars("flag_close", "A connection for each /flag", "flag_close"),
    Bars("echo", "4 KiB posted and echoed, 64 connections", "echo"),
    Bars("routes", "One of 1,000 routes", "routes/1000"),
    Curves("route_count", "One of many routes, by their number", "routes",
           {f"routes/{n}": n for n in (1, 10, 100, 1000, 10000)}),
    Bars("tls_1k", "A file of 1 KiB over TLS, HTTP/1.1, 64 connections", "tls/1k"),
    Bars("tls_full", "A TLS connection and a full handshake for each file of 1 KiB", "tls/full"),
    Bars("tls_resumed", "The same, resumed by ticket", "tls/resumed"),
    Bars("tls_full_rsa", "A full handshake with a certificate of RSA, 2,048 bits", "tls/full_rsa"),
    Bars("tls_resumed_rsa", "The same, resumed by ticket", "tls/resumed_rsa"),
    Bars("tls_idle", "Memory for an idle TLS connection, of 4,000", "tls/idle"),
    Bars("h2tls_1k", "A file of 1 KiB over HTTP/2 and TLS, 16 connections of 32 streams", "h2tls/1k"),
    Bars("h2tls_64k", "A file of 64 KiB over HTTP/2 and TLS, 16 connections of 32 streams", "h2tls/64k"),
    Bars("h2_1k", "A file of 1 KiB over HTTP/2 without TLS", "h2/1k"),
    Bars("websocket_echo", "A WebSocket message of 64 bytes, echoed, 64 connections", "websocket_echo"),
    Bars("websocket_broadcast", "A WebSocket message of 64 bytes to 1,000 connections, for each", "websocket_broadcast"),
    Bars("latency", "64 connections at half load", "latency"),
    Bars("idle_memory", "Memory for an idle connection, of 8,000", "idle_memory"),
    Bars("start", "From the start to the first answer", "start"),
]
