import type { CompiledFlow, FlowCheck } from '#core'
import { namesOf } from '../names.ts'
import { catalogued, catalogueIds } from './catalogue.ts'
import { compare, isComplete, KINDS, type Comparison } from './compare.ts'

const PLURALS = { champ: 'champs', état: 'états', action: 'actions' } as const

const count = (names: readonly unknown[]): string => String(names.length)

const tableOf = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length))) ?? []
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const sizes = (of: Comparison['missing']) => KINDS.map(kind => count(of[kind])).join(' / ')

const rowOf = (comparison: Comparison): readonly string[] => [
  comparison.flow,
  isComplete(comparison) ? 'complet' : 'INCOMPLET',
  sizes(comparison.missing),
  count(KINDS.flatMap(kind => comparison.different[kind])),
  sizes(comparison.extra),
]

/** The names themselves: what is missing always, the rest when one flow is asked for. */
const detailOf = ({ missing, different, extra, flow }: Comparison, whole: boolean): readonly string[] => [
  ...KINDS.flatMap(kind =>
    missing[kind].length === 0 ? [] : [`${flow} : ${PLURALS[kind]} manquants : ${missing[kind].join(', ')}`],
  ),
  ...(whole
    ? KINDS.flatMap(kind => [
        ...different[kind].map(
          ({ names, why }) => `${flow} : ${kind} « ${names.join(', ')} », différence voulue : ${why}`,
        ),
        ...(extra[kind].length === 0 ? [] : [`${flow} : ${PLURALS[kind]} en plus : ${extra[kind].join(', ')}`]),
      ])
    : []),
]

const unknown = (wanted: string) => ({
  complete: false,
  lines: [`Pastell n'a pas de type de dossier « ${wanted} ». Ceux de son catalogue : ${catalogueIds().join(', ')}.`],
})

/** `passeur flow check --pastell`: are the public names of Pastell's folder types all answered? */
export const pastellCheck: FlowCheck = {
  id: 'pastell',
  help: 'compare les flux aux types de dossier de Pastell : champs, états et actions',
  run(flows, wanted) {
    if (wanted !== undefined && !catalogued(wanted)) return unknown(wanted)
    const ids = wanted === undefined ? catalogueIds() : [wanted]
    const installed = new Map(flows.map(flow => [namesOf(flow).flow, flow] as const))
    const present = ids.flatMap((id): Comparison[] => {
      const [flow, theirs] = [installed.get(id), catalogued(id)]
      return flow && theirs ? [compare(flow, theirs)] : []
    })
    const absent = ids.filter(id => !installed.has(id))
    const own = wanted === undefined ? flows.filter(flow => !catalogued(namesOf(flow).flow)) : []
    const complete = present.filter(isComplete)
    return {
      complete: absent.length === 0 && complete.length === present.length,
      lines: [
        ...tableOf([
          ['flux', 'noms', 'manquants (champs / états / actions)', 'différences voulues', 'en plus'],
          ...present.map(rowOf),
        ]),
        '',
        ...present.flatMap(each => detailOf(each, wanted !== undefined)),
        ...(absent.length === 0 ? [] : [`Types de dossier sans flux : ${absent.join(', ')}.`]),
        ...(own.length === 0 ? [] : [`Flux que Pastell n'a pas : ${ours(own)}.`]),
        `${complete.length} flux complets sur ${ids.length} types de dossier de Pastell.`,
      ],
    }
  },
}

const ours = (flows: readonly CompiledFlow[]) => flows.map(flow => flow.id).join(', ')
