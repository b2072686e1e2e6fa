/** Style of the pages rendered on the server: the colours and the measures of the interface, no file to fetch, made to be printed too. */
export const VIEW_STYLE = `
:root { color-scheme: light; --ink: #0f172a; --muted: #475569; --line: #cbd5e1; --back: #f8fafc; --link: #047857; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 0.9375rem/1.5 system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; }
header { background: #fff; border-bottom: 1px solid var(--line); padding: 0.5rem 1.5rem; color: var(--muted); }
header p { margin: 0; }
header strong { color: var(--ink); margin-inline-end: 0.75rem; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.125rem; margin: 0 0 0.75rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.5rem; }
section { background: #fff; border: 1px solid var(--line); border-radius: 0.5rem; padding: 1.25rem; margin-block: 1rem; }
a { color: var(--link); text-underline-offset: 4px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
dd dl { grid-column: 1 / -1; border-inline-start: 2px solid var(--line); padding-inline-start: 0.75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { text-align: start; color: var(--muted); padding-block-end: 0.5rem; }
th, td { border-block-end: 1px solid var(--line); padding: 0.375rem 0.5rem; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
thead th { color: var(--muted); font-weight: 600; border-block-end-width: 2px; }
.amount { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.good { color: #166534; font-weight: 600; }
.bad { color: #b91c1c; font-weight: 600; }
.warn { color: #92400e; font-weight: 600; }
.muted { color: var(--muted); }
td ul { margin: 0; padding-inline-start: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.75rem; list-style: none; margin: 0.75rem 0 0; padding: 0; }
@media print {
  body { background: #fff; font-size: 10pt; }
  header a, nav { display: none; }
  main { max-width: none; padding: 0; }
  section { border: 0; padding: 0; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  .wide { overflow: visible; }
}
`
