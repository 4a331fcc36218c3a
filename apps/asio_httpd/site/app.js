"use strict";

// The welcome page watches the status endpoint, and shows by which protocol each of its requests went; the flag page fetches /flag and the status once.
// No other script, no other host.

const byId = (id) => document.getElementById(id);
const statusPath = document.body.dataset.status;

// ---- asking ---------------------------------------------------------------------------------

async function ask(path) {
  const started = performance.now();
  const answer = await fetch(path, { cache: "no-store" });
  const text = await answer.text();
  return { ok: answer.ok, status: answer.status, text, took: performance.now() - started };
}

async function askStatus() {
  if (!statusPath) throw new Error("The status is switched off (--status off).");
  const answer = await ask(statusPath);
  if (answer.status === 403) throw new Error("The status is shown to browsers on the server's own machine only.");
  if (!answer.ok) throw new Error(`${statusPath} answered ${answer.status}.`);
  return { report: JSON.parse(answer.text), text: answer.text };
}

function complaint(error) {
  return error instanceof TypeError ? "The server does not answer." : error.message;
}

// ---- showing --------------------------------------------------------------------------------

const count = (n) => n.toLocaleString("en");

function duration(us) {
  if (us < 1000) return `${us.toFixed(us < 10 ? 1 : 0)} µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e4 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(1)} s`;
}

function uptime(seconds) {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

// Rows of [name, value, class].
function fill(table, rows) {
  const shown = rows.length ? rows : [["none yet", "", "none"]];
  table.replaceChildren(...shown.map(([name, value, kind]) => {
    const row = document.createElement("tr");
    if (kind) row.className = kind;
    for (const text of [name, value]) {
      const cell = document.createElement("td");
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  }));
}

const classNames = { "2xx": "good", "4xx": "warn", "5xx": "bad" };
const alarming = new Set(["internal_error", "handler_timeout", "content_changed"]);

function nonZero(counts, kindOf) {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => [name.replaceAll("_", " "), count(n), kindOf(name)]);
}

// ---- the welcome page -----------------------------------------------------------------------

const keep = 60;
const rates = [];
let last = null;
let timer = null;

function rateSince(report) {
  const now = { at: report.uptime_seconds, total: report.requests.total };
  const before = last;
  last = now;
  if (!before || now.at <= before.at) return null;
  return Math.max(0, now.total - before.total) / (now.at - before.at);
}

function drawRates() {
  const top = Math.max(1, ...rates);
  const points = rates.map((r, i) => {
    const x = (240 * (keep - rates.length + i)) / (keep - 1);
    return `${x.toFixed(1)},${(46 - (44 * r) / top).toFixed(1)}`;
  });
  const line = points.length ? `M${points.join("L")}` : "";
  const first = points.length ? points[0].split(",")[0] : 0;
  byId("spark-line").setAttribute("d", line);
  byId("spark-area").setAttribute("d", line && `${line}L240,48L${first},48Z`);
}

function show(report) {
  const rate = rateSince(report);
  if (rate !== null) {
    rates.push(rate);
    if (rates.length > keep) rates.shift();
    byId("rate").textContent = rate < 10 ? rate.toFixed(1) : count(Math.round(rate));
  }
  drawRates();
  const { connections, requests } = report;
  byId("open").textContent = count(connections.open);
  byId("total").textContent = count(requests.total);
  byId("uptime").textContent = uptime(report.uptime_seconds);
  fill(byId("versions"), nonZero(requests.by_version, (name) => (name === "HTTP/2.0" ? "good" : "")));
  showTls(report.tls);
  const l = requests.latency_us;
  fill(byId("latency"), l.count === 0 ? [] : [
    ["half within", duration(l.p50)], ["90 % within", duration(l.p90)],
    ["99 % within", duration(l.p99)], ["99.9 % within", duration(l.p999)],
    ["longest", duration(l.max)],
  ]);
  fill(byId("classes"), nonZero(requests.by_status_class, (name) => classNames[name]));
  fill(byId("closed"), nonZero(connections.closed, (name) => (alarming.has(name) ? "bad" : "")));
  byId("about").textContent =
    `asio_httpd ${report.version}, process ${report.pid}, ${report.threads} threads, ` +
    `${connections.idle} of ${connections.open} connections idle, listening on ${report.listeners.join(", ")}.`;
}

// Nothing of it where no listener has TLS.
function showTls(tls) {
  byId("tls").hidden = tls.handshakes + tls.failed === 0;
  fill(byId("handshakes"), [
    ["handshakes", count(tls.handshakes)], ["of these, resumed", count(tls.resumed)],
    ["failed", count(tls.failed), tls.failed > 0 ? "warn" : ""],
    ...nonZero(tls.by_version, () => ""),
  ]);
}

function say(text, bad = false) {
  const message = byId("message");
  message.textContent = text;
  message.hidden = text === "";
  message.classList.toggle("bad", bad);
}

async function tick() {
  try {
    show((await askStatus()).report);
    byId("figures").hidden = false;
    say("");
  } catch (error) {
    say(complaint(error), true);
  }
  if (timer !== null) timer = setTimeout(tick, 1000);
}

function toggleWatching() {
  const watching = timer !== null;
  if (watching) {
    clearTimeout(timer);
    timer = null;
    last = null;
  } else {
    timer = 0;
    tick();
  }
  const button = byId("watch");
  button.setAttribute("aria-pressed", String(!watching));
  button.textContent = watching ? "Watch" : "Pause";
}

// ---- how the page came ----------------------------------------------------------------------

const protocolNames = { h2: "HTTP/2", "http/1.1": "HTTP/1.1", "http/1.0": "HTTP/1.0" };
const requestsMade = new Map(); // "/style.css" -> { protocol, times }

function protocolOf(entry) {
  return protocolNames[entry.nextHopProtocol] ?? (entry.nextHopProtocol || "from the cache");
}

function remember(entry) {
  const { pathname } = new URL(entry.name);
  const times = (requestsMade.get(pathname)?.times ?? 0) + 1;
  requestsMade.set(pathname, { protocol: protocolOf(entry), times });
}

function showProtocols(entries) {
  entries.forEach(remember);
  fill(byId("protocols"), [...requestsMade].map(([path, { protocol, times }]) =>
    [times > 1 ? `${path} (${count(times)} times)` : path, protocol, protocol === "HTTP/2" ? "good" : ""]));
  const page = performance.getEntriesByType("navigation")[0];
  const encrypted = location.protocol === "https:" ? "over TLS" : "without TLS";
  byId("came-how").textContent = `By ${protocolOf(page)} ${encrypted}. Each request of this page:`;
  byId("came").hidden = false;
}

function watchProtocols() {
  showProtocols(performance.getEntriesByType("navigation"));
  const observer = new PerformanceObserver((list) => {
    showProtocols(list.getEntries());
    performance.clearResourceTimings(); // the browser keeps a limited number of them
  });
  observer.observe({ type: "resource", buffered: true });
}

// ---- the flag page --------------------------------------------------------------------------

// Runs one errand of a button, which cannot be pressed again until it is done.
async function errand(button, work) {
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
  }
}

async function fetchFlag() {
  const output = byId("flag");
  const note = byId("flag-note");
  output.className = "flag";
  try {
    const answer = await ask("/flag");
    output.textContent = answer.text.trimEnd();
    output.classList.add(answer.ok ? "got" : "bad");
    note.textContent = `${answer.status}, ${answer.text.length} bytes, ${answer.took.toFixed(1)} ms`;
  } catch (error) {
    output.textContent = complaint(error);
    output.classList.add("bad");
  }
}

async function fetchStatus() {
  const pre = byId("status-text");
  const note = byId("status-note");
  try {
    pre.textContent = (await askStatus()).text;
    pre.hidden = false;
    note.textContent = `From ${statusPath}.`;
    note.classList.remove("bad");
  } catch (error) {
    note.textContent = complaint(error);
    note.classList.add("bad");
  }
}

// ---- wiring ---------------------------------------------------------------------------------

if (byId("protocols")) watchProtocols();
byId("watch")?.addEventListener("click", toggleWatching);
byId("fetch-flag")?.addEventListener("click", (e) => errand(e.currentTarget, fetchFlag));
byId("fetch-status")?.addEventListener("click", (e) => errand(e.currentTarget, fetchStatus));
if (byId("curl")) byId("curl").textContent = `curl -i ${location.origin}/flag`;
