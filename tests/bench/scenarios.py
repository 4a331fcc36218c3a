# SPDX-License-Identifier: BSL-1.0
"""The table of scenarios. A name is group/point; `--only` takes either."""

from at_rest import IdleMemory, StartUp
from check import Expected
from handshakes import Handshakes
from h2load import Streams
from in_process import Compile, InProcess
from messages import Messages
from peers import Setup
from site_files import FLAG, KIB, SIZES, STYLE_SIZE, content, text
from under_load import ColdDownload, Http2, Latency, Requests, Resumed, Threads, WebSocket
from wrk import Load

CLOSE = ("Connection: close",)


def keep_alive(connections, in_quick):
    return Requests(f"keep_alive/{connections}", f"GET / of 5 bytes, {connections:,} connections, kept alive",
                    load=Load(connections=connections), in_quick=in_quick)


def pipelined(depth, in_quick):
    return Requests(f"pipelined/{depth}", f"64 connections, {depth} requests at once", load=Load(depth=depth),
                    setup=Setup(depth=depth), in_quick=in_quick)


def file(name, connections):
    size = SIZES[name]
    return Requests(f"files/{name}", f"a file of {size:,} bytes, {connections} connections", ability="files",
                    ruler="nginx", load=Load(f"/files/{name}.bin", connections),
                    expected=Expected(content=content(size)), by_bytes=size > 512 * KIB)


def compressed(name, ability, what):
    return Requests(f"gzip/{name}", f"a style sheet of 64 KiB, {what}, 64 connections", ability=ability,
                    ruler="nginx", load=Load(f"/files/{name}.css", headers=("Accept-Encoding: gzip",)),
                    expected=Expected(content=text(STYLE_SIZE), is_gzip=True))


def routes(count, in_quick):
    return Requests(f"routes/{count}", f"one of {count:,} routes, each in its turn, 64 connections", ability="routes",
                    ruler="nginx", load=Load("/api/things0/list", routes=count), setup=Setup(routes=count),
                    in_quick=in_quick)


def http2(name, size, setup, how, in_quick=True):
    return Http2(name, f"HTTP/2{how}: a file of {SIZES[size]:,} bytes, 16 connections of 32 streams",
                 ability=name.partition("/")[0], load=Streams(f"/files/{size}.bin"), setup=setup,
                 expected=Expected(content=content(SIZES[size])), in_quick=in_quick, unsteady=True)


def tls(point, what, load, algorithm="ecdsa", kind=Requests, **more):
    return kind(f"tls/{point}", f"TLS 1.3: {what}", ability="tls", ruler="nginx", load=load,
                setup=Setup(tls=True, algorithm=algorithm), expected=Expected(content=content(SIZES["1k"])), **more)


FULL = Handshakes("/files/1k.bin", "full")


def resumed(point, algorithm):
    load = Handshakes("/files/1k.bin", "resumed")
    return tls(point, "the same, resumed by ticket", load, algorithm, Resumed, full=FULL)


SCENARIOS = [
    keep_alive(1, False),
    keep_alive(64, True),
    keep_alive(1000, False),
    keep_alive(8000, True),
    pipelined(4, False),
    pipelined(16, True),
    pipelined(64, False),
    Requests("flag", "GET /flag, a file of 40 bytes, 64 connections", ability="flag", ruler="nginx",
             load=Load("/flag"), expected=Expected(content=FLAG)),
    file("1k", 64),
    file("64k", 64),
    file("1m", 16),
    file("100m", 4),
    compressed("ready", "precompressed", "with its .gz beside it"),
    compressed("made", "compresses", "compressed by the server"),
    ColdDownload("files/cold", "small answers beside a download of files that are not in memory, to those without"),
    Requests("close", "GET /, a connection for each request, 64 clients", ability="close",
             load=Load(headers=CLOSE), setup=Setup(floor_mode="close")),
    Requests("flag_close", "GET /flag, a connection for each request, 64 clients", ability="flag_close",
             ruler="nginx", load=Load("/flag", headers=CLOSE), expected=Expected(content=FLAG)),
    Requests("not_modified", "304: the 1 KiB file is asked for with its ETag, 64 connections", ability="not_modified",
             ruler="nginx", load=Load("/files/1k.bin"), expected=Expected(304, b""), conditional=True),
    Requests("echo", "POST of 4 KiB, echoed, 64 connections", ability="echo",
             load=Load("/echo", body=4 * KIB), expected=Expected(content=b"x" * 4 * KIB),
             setup=Setup(floor_mode="echo")),
    routes(1, False),
    routes(10, False),
    routes(100, False),
    routes(1000, True),
    routes(10000, False),
    tls("1k", "a file of 1,024 bytes, 64 connections", Load("/files/1k.bin")),
    tls("full", "a connection and a full handshake for each file of 1,024 bytes", FULL, unsteady=True),
    resumed("resumed", "ecdsa"),
    tls("full_rsa", "a full handshake, with a certificate of RSA, 2,048 bits", FULL, "rsa"),
    resumed("resumed_rsa", "rsa"),
    IdleMemory("tls/idle", "4,000 TLS connections that made a request and wait", ability="tls", connections=4000,
               setup=Setup(tls=True)),
    http2("h2tls/1k", "1k", Setup(tls=True), " over TLS 1.3"),
    http2("h2tls/64k", "64k", Setup(tls=True), " over TLS 1.3"),
    http2("h2/1k", "1k", Setup(http2=True), " without TLS", in_quick=False),
    WebSocket("websocket_echo", "WebSocket: 64 bytes of text echoed, 64 connections", load=Messages("echo", 64)),
    WebSocket("websocket_broadcast", "WebSocket: 64 bytes of text to 1,000 connections, for each that receives it",
              load=Messages("broadcast", 1000)),
    Threads("two_threads", "64 connections, one thread and two, wrk on the same two cores", load=Load(threads=2)),
    Latency("latency", "64 connections at half load"),
    StartUp("start", "from the start of the program to its first answer, a file of 40 bytes"),
    IdleMemory("idle_memory", "8,000 connections that made a request and wait"),
    Compile("compile", "g++ -O2 of the smallest program"),
    InProcess("parser", "the head of a request, ours beside Boost.Beast's", program="http1_parse_bench", ruler="beast"),
    InProcess("route_match", "1,000 routes", program="route_match_bench"),
]
