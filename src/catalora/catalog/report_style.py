"""The look of the report: one style sheet, light and dark, for phone, laptop and paper; no script."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b1f24; --soft: #57606a; --line: #d8dee4;
  --accent: #0f766e; --track: #e6eaee; --gone: #ffe1dd; --gone-line: #b42318; --come: #d9f5e3; --come-line: #1a7f37;
  --seen: #fff1c2; --seen-line: #9a6700;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111418; --card: #1a1f25; --text: #e6e9ec; --soft: #a0a9b3; --line: #333b44;
    --accent: #4fd1c5; --track: #2a323a; --gone: #4a1d1a; --gone-line: #ff9c92; --come: #12391f; --come-line: #6bd68b;
    --seen: #453708; --seen-line: #f0c849;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .3rem 0; }
code, .code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .88em; }
.soft { color: var(--soft); }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .8rem 1rem; margin: .6rem 0;
}

/* Both languages are in the page; the checked one is shown. */
.choice { position: absolute; opacity: 0; }
.choice + label {
  display: inline-block; padding: .25rem .8rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer;
  background: var(--card); color: var(--soft);
}
.choice:checked + label { color: var(--accent); border-color: var(--accent); font-weight: 600; }
.choice:focus-visible + label { outline: 3px solid var(--accent); outline-offset: 2px; }
main { display: none; }

.tiles {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0 .4rem;
}
.tiles .card { margin: 0; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.pair {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .6rem;
  align-items: start;
}
.pair .card { margin: 0; }

.head { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; }
.head .count { margin-left: auto; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; width: 100%; height: auto; }
.bar { height: .4rem; margin: .35rem 0; }
.bar .track { fill: var(--track); }
.bar .part, .chart rect { fill: var(--accent); }
.chart { margin-top: .5rem; }
.chart text { fill: var(--soft); font-size: 15px; }
.chart line { stroke: var(--line); }

details > summary { cursor: pointer; color: var(--accent); padding: .15rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }

.example { border-top: 1px solid var(--line); padding: .6rem 0; }
.example:last-child { padding-bottom: 0; }
.version { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .5rem; margin: .25rem 0; }
.version > :first-child { color: var(--soft); font-size: .85rem; padding-top: .1rem; }
.product { white-space: pre-wrap; unicode-bidi: isolate; }
del, ins, mark { border-radius: .2rem; color: inherit; padding: 0 .1rem; }
del { background: var(--gone); text-decoration: line-through; text-decoration-color: var(--gone-line); }
ins { background: var(--come); text-decoration: underline; text-decoration-color: var(--come-line); }
mark { background: var(--seen); text-decoration: underline wavy var(--seen-line); }
.code {
  border: 1px solid var(--line); border-radius: .2rem; padding: 0 .15rem; color: var(--soft); white-space: nowrap;
}
ul { margin: .3rem 0; padding-left: 1.2rem; }

@media (max-width: 34rem) {
  body { padding: .8rem; }
  .version { grid-template-columns: 1fr; gap: 0; }
}
@media print { .choice, .choice + label { display: none; } .card { break-inside: avoid; } }
"""
