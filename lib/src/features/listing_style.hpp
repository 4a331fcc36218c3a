// SPDX-License-Identifier: BSL-1.0
//
// How a list of a folder looks. Of one family with the error page and the pages of the binary.
//
// Icons are masks, which take the colour of what they are drawn in; they are part of the style, so
// that a row costs no more than its class. On narrow screens an entry has two lines.

#pragma once

#include <string_view>

namespace asio_httpd::features {

inline constexpr std::string_view listing_style = R"(:root {
  color-scheme: light dark;
  --paper: #f6f8f8; --card: #fff; --ink: #14211f; --soft: #5b6b68; --line: #dde5e3;
  --hover: #f1f6f5; --accent: #0f766e; --accent-ink: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0e1413; --card: #172120; --ink: #e6efed; --soft: #93a5a1; --line: #27352f;
    --hover: #1e2b29; --accent: #2dd4bf; --accent-ink: #06201c;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--accent) }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }
h1 {
  margin: 0; font-size: 1.5rem; line-height: 1.35; font-weight: 400; letter-spacing: -.01em;
  overflow-wrap: anywhere;
}
h1 a { text-decoration: none }
h1 a:hover { text-decoration: underline }
h1 b { font-weight: 650 }
h1 i { font-style: normal; color: var(--soft); padding: 0 .2em }
.bar {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: .6rem 1rem; min-height: 2.4rem; margin: .5rem 0 1.1rem;
}
.bar p { margin: 0; color: var(--soft) }
.button {
  display: inline-flex; align-items: center; gap: .5rem; padding: .4rem 1rem;
  border-radius: 999px; background: var(--accent); color: var(--accent-ink);
  font-size: .95rem; font-weight: 600; text-decoration: none;
}
.button:hover { filter: brightness(1.08) }
main {
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
}
table { width: 100%; border-collapse: collapse }
th, td { padding: 0; text-align: left; font-weight: 400 }
th { font-size: .85rem; white-space: nowrap }
th a { display: block; padding: .7rem 1.2rem; color: var(--soft); text-decoration: none }
th a:hover, th[aria-sort] a { color: var(--ink) }
th[aria-sort] a { font-weight: 650 }
th[aria-sort] a::after { content: " \2191" }
th[aria-sort=descending] a::after { content: " \2193" }
th:nth-child(2), td:nth-child(2) { text-align: right }
td { border-top: 1px solid var(--line); vertical-align: top }
td:first-child { width: 100% }
td:first-child > * {
  display: block; position: relative; padding: .5rem 1.2rem .5rem 3rem; color: var(--ink);
  text-decoration: none; overflow-wrap: anywhere;
}
td:nth-child(n+2) {
  padding: .5rem 1.2rem; color: var(--soft); font-size: .9rem; line-height: 1.5rem;
  white-space: nowrap; font-variant-numeric: tabular-nums;
}
tbody tr:hover { background: var(--hover) }
td a:hover bdi, .up a:hover { text-decoration: underline; text-underline-offset: .15em }
td:first-child span { color: var(--soft) }
td:first-child > ::before { position: absolute; top: .7rem; left: 1.2rem }
td:first-child > ::before, .button::before {
  content: ""; flex: none; width: 1.1rem; height: 1.1rem;
  background: currentColor; -webkit-mask: var(--icon) center/contain no-repeat;
  mask: var(--icon) center/contain no-repeat; opacity: .5;
}
.folder td:first-child > ::before { background: var(--accent); opacity: 1 }
.button::before { opacity: 1; width: 1rem; height: 1rem }
.note { margin: 0; padding: 1.6rem 1.2rem; border-top: 1px solid var(--line); color: var(--soft);
  text-align: center }
@media (max-width: 40rem) {
  body { padding: 1.25rem .75rem 2.5rem }
  h1 { font-size: 1.25rem }
  h1, .bar { padding: 0 .4rem }
  thead tr { display: flex; justify-content: space-between }
  th a { padding: .7rem .9rem }
  th span { display: none }
  tbody tr { display: grid; grid-template-columns: 1fr auto; border-top: 1px solid var(--line) }
  td { border: 0 }
  td:first-child { grid-column: 1 / -1 }
  td:first-child > * { padding: .55rem .9rem .1rem 2.7rem }
  td:first-child > ::before { left: .9rem; top: .75rem }
  td:nth-child(n+2) { padding: 0 .9rem .5rem; font-size: .82rem; line-height: 1.3 }
  td:nth-child(2) { grid-area: 2 / 2 }
  td:nth-child(3) { grid-area: 2 / 1; padding-left: 2.7rem }
  .up td:first-child > * { padding-bottom: .1rem }
}
:root {
  --file: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.3' stroke-linejoin='round'%3E%3Cpath d='M3.2 1.4h6L13 5.2v9.4H3.2zM9 1.4v4h4'/%3E%3C/svg%3E");
  --text: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.3' stroke-linejoin='round'%3E%3Cpath d='M3.2 1.4h6L13 5.2v9.4H3.2zM9 1.4v4h4M5.4 8.4h5.2M5.4 11.2h5.2'/%3E%3C/svg%3E");
  --image: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.3' stroke-linejoin='round'%3E%3Cpath d='M1.4 2.4h13.2v11.2H1.4zM1.4 11.4l3.8-3.8 3 3 2-2 4.4 4'/%3E%3Ccircle cx='10.8' cy='5.6' r='1.1'/%3E%3C/svg%3E");
  --media: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.3' stroke-linejoin='round'%3E%3Ccircle cx='8' cy='8' r='6.6'/%3E%3Cpath d='M6.4 5.2v5.6L11 8z'/%3E%3C/svg%3E");
  --pack: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.3' stroke-linejoin='round'%3E%3Cpath d='M1.6 4.8h12.8v9H1.6zM1.6 4.8l2-2.6h8.8l2 2.6M6.2 8h3.6'/%3E%3C/svg%3E");
  --folder: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 3.6c0-.7.5-1.2 1.2-1.2h3.5c.3 0 .6.1.8.3l1.3 1.4h6c.7 0 1.2.5 1.2 1.2v7.1c0 .7-.5 1.2-1.2 1.2H2.2c-.7 0-1.2-.5-1.2-1.2z'/%3E%3C/svg%3E");
  --up: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.5' stroke-linejoin='round' stroke-linecap='round'%3E%3Cpath d='M5.8 2.2L2.4 5.6 5.8 9M2.6 5.6h7.2c2.2 0 3.8 1.6 3.8 3.8v4'/%3E%3C/svg%3E");
  --save: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='1.7' stroke-linejoin='round' stroke-linecap='round'%3E%3Cpath d='M8 1.8v8M4.6 6.6L8 10l3.4-3.4M2 13.6h12'/%3E%3C/svg%3E");
}
.file { --icon: var(--file) }
.text { --icon: var(--text) }
.image { --icon: var(--image) }
.media { --icon: var(--media) }
.pack { --icon: var(--pack) }
.folder { --icon: var(--folder) }
.up { --icon: var(--up) }
.button { --icon: var(--save) }
)";

}  // namespace asio_httpd::features
