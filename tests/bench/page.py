# SPDX-License-Identifier: BSL-1.0
"""Writes docs/explanation/performance.md and its plots from a run's JSON. The words are in page.md."""

import re
import shutil

import goals
from measure import DISTURBED
from peers import FLOOR, OURS, label
from pictures import PICTURES, short
from places import HERE, SOURCE

PAGE = SOURCE / "docs" / "explanation" / "performance.md"
FOLDER = PAGE.with_suffix("")
FIGURES = FOLDER / "figures.json"
COLUMNS = [FLOOR, OURS, "nginx", "nginx_default", "h2o", "lighttpd", "nghttpd", "beast", "restinio", "thread_per_connection",
           "fork_per_connection"]
COLUMNS_OF_README = [FLOOR, OURS, "nginx", "h2o", "lighttpd", "nghttpd", "beast", "restinio"]
BETWEEN_PEERS = ("us of CPU per request", "us of CPU per message", "us from due to answered, p99.9", "bytes per connection",
                 "ms to the first answer")


def row(cells):
    return "| " + " | ".join(cells) + " |"


def markdown_table(head, rows, numbers=True):
    rule = ["---", *(["--:" if numbers else "---"] * (len(head) - 1))]
    return "\n".join([row(head), "|" + "|".join(rule) + "|", *(row(one) for one in rows)])


def table_or_word(head, rows):
    return markdown_table(head, rows) if rows else "*Not measured in this run.*"


def cell(result):
    if not result:
        return ""
    disturbed = result["noise"] is not None and result["noise"] > DISTURBED
    return short(result["median"]) + ("\\*" if disturbed else "")


def between_peers(figures):
    """The scenarios in which peers stand side by side."""
    return {name: one for name, one in figures.scenarios.items()
            if one["unit"] in BETWEEN_PEERS and OURS in one["results"]}


def all_figures(figures):
    rows = [[f"{one['what']} ({one['unit'].split()[0].replace('us', 'µs')})",
             *(cell(one["results"].get(peer)) for peer in COLUMNS)]
            for one in between_peers(figures).values()]
    return markdown_table(["", *(label(peer) for peer in COLUMNS)], rows)


def losses(figures):
    """Where a peer does better than ours, by how much."""
    rows = []
    for name, one in between_peers(figures).items():
        ratios = {peer: figures.ratio(name, OURS, peer) for peer in one["results"] if peer not in (OURS, FLOOR)}
        better = sorted(((ratio, peer) for peer, ratio in ratios.items() if ratio > 1), reverse=True)
        if better:
            rows.append([one["what"], ", ".join(f"{label(peer)} ({ratio:.2f})" for ratio, peer in better)])
    if not rows:
        return "Nowhere in this run."
    return markdown_table(["", "better than ours (ours to theirs)"], rows, numbers=False)


def picture(figures, name):
    one = next(one for one in PICTURES if one.file == name)
    if not (FOLDER / f"{name}.svg").exists():
        return f"*{one.title}: not measured in this run.*"
    return f"![{one.title}]({FOLDER.name}/{name}.svg)"


def extra_table(figures, scenario, columns):
    """Of one scenario: the median, and what was measured beside it. `columns`: head -> name and divisor."""
    rows = []
    for name, result in figures.results(scenario).items():
        cells = []
        for key, divisor in columns.values():
            value = result["median"] if key is None else figures.more(scenario, name, key)
            cells.append(short(value / divisor))
        rows.append([label(name), *cells])
    return table_or_word(["", *columns], rows)


def versions(figures):
    rows = [[label(name), one["version"] or "-", one["what"]] for name, one in figures.content["peers"].items()]
    return markdown_table(["", "version", "what it is here"], rows, numbers=False)


def machine(figures):
    m = figures.content["machine"]
    return (f"{m['cores']} cores of an {m['cpu']}, Linux {m['kernel']}, {m['compiler']}, wrk {m['wrk']}; load average "
            f"{m['load_average']} when the run began")


def run_of(run):
    return (f"{run['date']}, commit {run['commit']}, `{run['command']}`: {run['rounds']} rounds, {run['seconds']:g} s of "
            "load for each peer in each.")


def taken(figures):
    quick = " **A quick run, not for figures.**" if figures.content["quick"] else ""
    later = [f"\n\nLater, by themselves: {', '.join(names)}; {run_of(run)}" for run, names in figures.later_runs()]
    return run_of(figures.content) + quick + "".join(later)


def two_threads(figures):
    rows = [[label(name), short(result["median"]), f"{result['ratio']:.2f}"]
            for name, result in figures.results("two_threads").items()]
    return table_or_word(["threads", "µs for a request", "to one thread"], rows)


def in_process(figures):
    rows = [[f"{name}: {what}", short(result["median"]), one["unit"]]
            for name, one in figures.scenarios.items() if name in ("compile", "parser", "route_match")
            for what, result in one["results"].items()]
    return table_or_word(["", "", "unit"], rows)


def room(figures):
    """How near to the floor the goals are that are set by another server."""
    floor = figures.median("keep_alive/64", FLOOR)
    rows = []
    for scenario, what, limit in (("flag", "`/flag`", 0.70), ("files/1k", "file of 1 KiB", 0.70),
                                  ("not_modified", "304 Not Modified", 0.70)):
        nginx, ours = figures.median(scenario, "nginx"), figures.median(scenario, OURS)
        if floor and nginx and ours:
            rows.append([what, f"{limit * nginx / floor:.2f}", f"{ours / floor:.2f}", f"{nginx / floor:.2f}"])
    return table_or_word(["", "goal, in floors", "ours", "nginx"], rows)


BLOCKS = {
    "goals": goals.markdown,
    "room": room,
    "losses": losses,
    "all_figures": all_figures,
    "versions": versions,
    "machine": machine,
    "taken": taken,
    "two_threads": two_threads,
    "in_process": in_process,
    "latency": lambda f: extra_table(f, "latency", {
        "p50, µs": ("p50", 1), "p99, µs": ("p99", 1), "p99.9, µs": (None, 1), "longest, µs": ("max", 1)}),
    "cold": lambda f: extra_table(f, "files/cold", {
        "p99, µs": ("p99, us", 1), "calm p99, µs": ("calm p99, us", 1), "times": (None, 1), "longest, µs": ("max, us", 1),
        "MB/s": ("MB/s", 1)}),
    "start": lambda f: extra_table(f, "start", {"ms": (None, 1), "resident, MB": ("resident", 1e6)}),
}


def fill(template, figures):
    def block(match):
        word, _, argument = match.group(1).partition(" ")
        return picture(figures, argument) if word == "picture" else BLOCKS[word](figures)
    return re.sub(r"\{\{([^}]+)\}\}", block, template)


def write(figures):
    """The page, its plots, and the figures that they show."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for one in PICTURES:
        svg = one.svg(figures)
        if svg:
            (FOLDER / f"{one.file}.svg").write_text(svg)
    PAGE.write_text(fill((HERE / "page.md").read_text(), figures))


README_ROWS = {
    "keep_alive/64": "small answer, 64 connections",
    "keep_alive/8000": "the same, 8,000 connections",
    "pipelined/16": "16 requests pipelined",
    "flag": "a file of 40 bytes",
    "files/64k": "a file of 64 KiB",
    "not_modified": "304 Not Modified",
    "close": "a connection for each request",
    "tls/1k": "a file of 1 KiB over TLS",
    "h2tls/1k": "the same by HTTP/2",
    "idle_memory": "bytes for an idle connection",
    "tls/idle": "the same over TLS",
}


def readme_table(figures):
    peers = [peer for peer in COLUMNS_OF_README if any(figures.result(name, peer) for name in README_ROWS)]
    rows = []
    for name, what in README_ROWS.items():
        cells = [short(result["median"]) if (result := figures.result(name, peer)) else "" for peer in peers]
        rows.append([what, *(f"**{text}**" if peer == OURS else text for peer, text in zip(peers, cells))])
    return markdown_table(["", *(label(peer) for peer in peers)], rows)
