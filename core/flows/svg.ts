import { DONE, DRAFT, type CompiledFlow, type CompiledState, type CompiledStep } from '../engine/model.ts'
import { html } from '../http/html.ts'

/** Boxes of states, in pixels. */
const BOX = { width: 210, height: 46 }
const GAP = { x: 150, y: 44 }
const MARGIN = 20
const HEADER = 34
/** Characters on one line of a box, of an arrow. */
const LINE = { box: 30, arrow: 22 }

const escapeXml = (text: string): string => html`${text}`.markup

interface Cell {
  readonly state: CompiledState
  readonly column: number
  readonly row: number
}

interface Arrow {
  readonly from: string
  readonly to: string
  readonly label: string
}

/** The lines that the engine reads, those of the graph in mermaid: one arrow per way from a state to another. */
const arrowsOf = (flow: CompiledFlow, step: CompiledStep): readonly Arrow[] => {
  const tasks = Object.values(flow.tasks)
    .filter(task => task.step === step.alias)
    .flatMap(task => {
      const sources = task.passed === undefined ? task.from : [...task.from, task.passed]
      const asked = task.to.map(to => ({ to, label: task.label }))
      const failed = task.from.length > 0 ? [{ to: task.failsTo, label: 'échec' }] : []
      const late = task.definition.within ? [{ to: task.late, label: 'silence' }] : []
      return sources.flatMap(from => [...asked, ...failed, ...late].map(arrow => ({ from, ...arrow })))
    })
  const signals = Object.values(flow.signals)
    .filter(signal => signal.step === step.alias)
    .flatMap(({ from, to, label }) => from.flatMap(start => to.map(end => ({ from: start, to: end, label }))))
  const known = new Set<string>()
  return [...tasks, ...signals].filter(({ from, to }) => {
    const key = `${from} ${to}`
    if (from === to || known.has(key)) return false
    known.add(key)
    return true
  })
}

/** The usual course goes down the first column; what departs from it stands beside the state it comes from. */
const placed = (flow: CompiledFlow, step: CompiledStep, arrows: readonly Arrow[]): readonly Cell[] => {
  const cells = new Map<string, Cell>()
  const used: number[] = []
  const put = (name: string, row: number, column: number) => {
    const state = flow.states[name]
    if (!state || cells.has(name)) return
    cells.set(name, { state, row, column })
    used[row] = Math.max(used[row] ?? 0, column + 1)
  }
  for (let name: string | undefined = step.initial, row = 0; name !== undefined; row++) {
    const here: string = name
    put(here, row, 0)
    if (flow.states[here]?.kind === 'over') break
    name = arrows.find(
      ({ from, to }) => from === here && !cells.has(to) && ['running', 'over'].includes(flow.states[to]?.kind ?? ''),
    )?.to
  }
  for (let grew = true; grew;) {
    grew = false
    for (const { from, to } of arrows) {
      const source = cells.get(from)
      if (!source || cells.has(to)) continue
      put(to, source.row, used[source.row] ?? 1)
      grew = true
    }
  }
  return [...cells.values()]
}

/** Words on as many lines as needed, two at most: the rest is cut. */
const lines = (text: string, width: number): readonly string[] => {
  const rows = ['']
  for (const word of text.split(' ')) {
    const last = rows.at(-1) ?? ''
    if (last !== '' && last.length + word.length + 1 > width) rows.push(word)
    else rows[rows.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return rows.length <= 2 ? rows : [rows[0] ?? '', `${(rows[1] ?? '').slice(0, width - 1)}…`]
}

const write = (text: string, x: number, y: number, width: number, style: string): string => {
  const rows = lines(text, width)
  return rows
    .map((row, index) => {
      const top = y + (index - (rows.length - 1) / 2) * 14 + 4
      return `<text x="${x}" y="${top}" text-anchor="middle" class="${style}">${escapeXml(row)}</text>`
    })
    .join('')
}

const box = (label: string, x: number, y: number, kind: string): string =>
  `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8" class="${kind}"/>${write(label, x + BOX.width / 2, y + BOX.height / 2, LINE.box, 'state')}`

const xOf = (column: number) => MARGIN + column * (BOX.width + GAP.x)

const arrow = (a: Cell, b: Cell, top: number, label: string): string => {
  const yOf = (row: number) => top + row * (BOX.height + GAP.y)
  const [x1, x2, y1, y2] = [xOf(a.column), xOf(b.column), yOf(a.row), yOf(b.row)]
  const middle = BOX.height / 2
  if (a.column === b.column && b.row === a.row + 1) {
    const x = x1 + BOX.width / 2
    return `<path d="M${x} ${y1 + BOX.height} V${y2}" class="way"/>${write(label, x + 84, (y1 + BOX.height + y2) / 2, LINE.arrow, 'label')}`
  }
  if (a.row === b.row && b.column === a.column + 1)
    return `<path d="M${x1 + BOX.width} ${y1 + middle} H${x2}" class="way"/>${write(label, (x1 + BOX.width + x2) / 2, y1 + middle - 16, LINE.arrow, 'label')}`
  const [start, end] = b.column > a.column ? [x1 + BOX.width, x2] : [x1, x2 + BOX.width]
  const bend = b.column === a.column ? x1 + BOX.width + 36 : (start + end) / 2
  const from = b.column === a.column ? x1 + BOX.width : start
  const to = b.column === a.column ? x2 + BOX.width : end
  return `<path d="M${from} ${y1 + middle + 8} C${bend} ${y1 + middle + 8} ${bend} ${y2 + middle + 8} ${to} ${y2 + middle + 8}" class="back"><title>${escapeXml(label)}</title></path>`
}

const STYLE = `text{font-family:system-ui,sans-serif;font-size:12px;fill:#1e293b}.title{font-weight:600;font-size:14px}.label{font-size:11px;fill:#475569}rect{stroke:#64748b;fill:#f8fafc}.step{fill:#fff;stroke:#cbd5e1}.trouble,.uncertain{fill:#fef2f2;stroke:#b91c1c}.stopped{fill:#fffbeb;stroke:#b45309}.over,.done{fill:#f0fdf4;stroke:#15803d}.way{stroke:#334155;fill:none;marker-end:url(#tip)}.back{stroke:#94a3b8;fill:none;stroke-dasharray:4 3;marker-end:url(#tip)}`

/**
 * The same drawing as mermaid's, as an image that needs nobody to draw it: steps one under the other, their states inside, the usual
 * course straight down.
 */
export const svgOf = (flow: CompiledFlow): string => {
  const parts: string[] = []
  let y = MARGIN
  let width = BOX.width
  const course = (name: string) => {
    parts.push(box(flow.states[name]?.label ?? name, MARGIN, y, name === DONE ? 'done' : 'draft'))
    y += BOX.height
  }
  const down = () => {
    parts.push(`<path d="M${MARGIN + BOX.width / 2} ${y} v${GAP.y}" class="way"/>`)
    y += GAP.y
  }
  course(DRAFT)
  for (const step of flow.steps) {
    down()
    const arrows = arrowsOf(flow, step)
    const cells = placed(flow, step, arrows)
    const rows = Math.max(...cells.map(cell => cell.row)) + 1
    const inner = Math.max(...cells.map(cell => xOf(cell.column))) + BOX.width - MARGIN
    const height = HEADER + rows * (BOX.height + GAP.y) - GAP.y + 12
    const top = y + HEADER
    const name = `${step.label}${step.when ? ' (selon le cheminement)' : ''}`
    parts.push(
      `<rect x="${MARGIN - 12}" y="${y}" width="${inner + 24}" height="${height}" rx="10" class="step"/><text x="${MARGIN}" y="${y + 22}" class="title">${escapeXml(name)}</text>`,
      ...arrows.flatMap(({ from, to, label }) => {
        const [a, b] = [cells.find(cell => cell.state.name === from), cells.find(cell => cell.state.name === to)]
        return a && b ? [arrow(a, b, top, label)] : []
      }),
      ...cells.map(({ state, row, column }) =>
        box(state.label, xOf(column), top + row * (BOX.height + GAP.y), state.kind),
      ),
    )
    width = Math.max(width, inner)
    y += height
  }
  down()
  course(DONE)
  const [w, h] = [width + 2 * MARGIN, y + MARGIN]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escapeXml(`Cheminement : ${flow.label}`)}"><style>${STYLE}</style><defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="#334155"/></marker></defs><rect width="${w}" height="${h}" style="fill:#fff;stroke:none"/>${parts.join('')}</svg>`
}
