import type { CompiledFlow } from '../engine/model.ts'
import { mermaidOf } from './graph.ts'

const markersOf = ({ id }: CompiledFlow) => [`<!-- cheminement ${id} -->`, `<!-- fin du cheminement ${id} -->`] as const

/** What an agent may find a document stopped at, and what to do. */
const stopsOf = ({ states }: CompiledFlow): readonly string[] => {
  const stops = Object.values(states).flatMap(({ label, help }) => (help ? [`- **${label}.** ${help}`] : []))
  return stops.length === 0 ? [] : ['', 'Quand une personne doit agir :', '', ...stops]
}

/**
 * The page of a flow with the drawing of what it is today and its stops explained, between two markers that name the flow; added at the end of a page that has
 * none. A page may serve several flows. Pure.
 */
export const withDrawing = (page: string, flow: CompiledFlow): string => {
  const [open, close] = markersOf(flow)
  const block = [open, '', '```mermaid', mermaidOf(flow), '```', ...stopsOf(flow), '', close].join('\n')
  const start = page.indexOf(open)
  const end = page.indexOf(close, start)
  if (start < 0 || end < 0) return `${page.trimEnd()}\n\n## Cheminement : ${flow.label}\n\n${block}\n`
  return `${page.slice(0, start)}${block}${page.slice(end + close.length)}`
}
