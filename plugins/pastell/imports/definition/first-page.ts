import type { FieldSpec } from '#core'
import { derivableBy } from '../../derived.ts'
import { nameOf } from '../studio/elements.ts'
import { adapted, carried, lost, textOf, type Remark } from '../studio/format.ts'
import { freeName } from '../studio/import.ts'
import { PIECES } from './classes.ts'
import { pageCondition, readField } from './fields.ts'
import { canonical, type Definition, type FieldRead } from './read.ts'
import type { Stretch } from './stretches.ts'

/** The box by which older orientations went on without a person. */
const AUTOMATIC = 'envoi_auto'
/** What steps say again from what they hold. A box by which the document chooses its way stays on the form. */
export const derivedNames = (stretches: readonly Stretch[], { fields }: Definition): readonly string[] => {
  const all = new Set(
    stretches.flatMap(stretch =>
      stretch.is === 'manual' ? [] : [...derivableBy(stretch.step), ...(PIECES[stretch.step] ?? [])],
    ),
  )
  return fields
    .filter(({ id, options }) => all.has(id) && !(id.startsWith('envoi_') && options['type'] === 'checkbox'))
    .map(each => each.id)
}

/** Fields of the first page, by their name in Pastell. */
export type Own = Map<string, { readonly name: string; readonly spec: FieldSpec }>

/** A field that must repeat another one. */
const confirming = ({ at, options }: FieldRead, spec: FieldSpec, own: Own) => {
  const wanted = textOf(options['is_equal'])
  if (wanted === undefined) return { spec, remarks: [] }
  const other = own.get(canonical(wanted))
  if (!other)
    return {
      spec,
      remarks: [
        lost(`${at}/is_equal`, `l'égalité de « ${spec.label} » avec « ${wanted} », qui n'est pas sur la première page`),
      ],
    }
  const message = textOf(options['is_equal_error'])?.slice(0, 500)
  const equals = { field: other.name, ...(message === undefined ? {} : { message }) }
  return { spec: { ...spec, options: { ...spec.options, equals } }, remarks: [] }
}

/** Fields of the first page: those that no step brings. */
export const firstPage = (definition: Definition, brought: ReadonlySet<string>, taken: Set<string>) => {
  const remarks: Remark[] = []
  const own: Own = new Map()
  let titled = false
  for (const field of definition.fields) {
    if (brought.has(field.id)) {
      remarks.push(carried(field.at, `le champ « ${field.id} », par son étape`))
      continue
    }
    const { spec, remarks: said } = readField(field, definition)
    if (own.has(field.id)) {
      remarks.push(adapted(field.at, `« ${field.id} » figure sur plusieurs pages : il est sur la première`))
      continue
    }
    remarks.push(...said)
    if (field.id === AUTOMATIC)
      remarks.push(adapted(field.at, `la case « ${spec.label} » n'a plus d'effet : le document avance de lui-même`))
    const name = freeName(nameOf(field.id), taken)
    taken.add(name)
    const second = spec.options.title && titled
    if (second)
      remarks.push(lost(`${field.at}/title`, `« ${spec.label} » ne nomme pas le document : un autre champ le fait`))
    titled ||= spec.options.title === true
    own.set(field.id, { name, spec: second ? { ...spec, options: { ...spec.options, title: false } } : spec })
  }
  for (const [id, { name, spec: written }] of own) {
    const field = definition.fields.find(each => each.id === id)
    if (!field) continue
    const { spec, remarks: ofEquality } = confirming(field, written, own)
    remarks.push(...ofEquality)
    if (spec !== written) own.set(id, { name, spec })
    const { when, absent } = pageCondition(definition.conditions[field.page], own)
    if (absent.length > 0) {
      remarks.push(
        adapted(
          `/page-condition/${field.page}`,
          `« ${spec.label} » n'est plus demandé : sa page ne s'ouvrait qu'après ${absent.map(each => `« ${each} »`).join(', ')}, que personne ne remplit`,
        ),
      )
      const { required: _required, ...options } = spec.options
      own.set(id, { name, spec: { ...spec, options: { ...options, computed: true } } })
      continue
    }
    if (when) own.set(id, { name, spec: { ...spec, options: { ...spec.options, when } } })
  }
  return { own, remarks }
}
