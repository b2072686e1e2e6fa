import type { AutreDocument, FileRef, Part, ProjetDeSeance, SeanceAConvoquer } from '#core'
import type { Item } from './client.ts'
import { written } from './dates.ts'
import type { IdelibreSettings } from './fields.ts'

/** Characters (`idelibre.md` §2). */
const LONGEST = { place: 255, project: 255, other: 500 } as const
const PDF = 'application/pdf'

const notPdf = ({ name }: FileRef) => `Le fichier « ${name} » n'est pas un PDF : i-delibRE n'en accepte pas d'autre.`
const tooLong = (name: string, most: number) =>
  `« ${name.slice(0, 60)}… » est trop long pour i-delibRE : ${most} caractères au plus.`

/** What i-delibRE would refuse in a séance, said before anything leaves. */
export const faultOfSeance = ({ date, place, convocation, invitation }: SeanceAConvoquer): string | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/u.test(date) || Number.isNaN(Date.parse(`${date}:00Z`)))
    return `« ${date} » n'est pas une date avec son heure (AAAA-MM-JJThh:mm).`
  if (place.length > LONGEST.place) return tooLong(place, LONGEST.place)
  const other = [convocation, ...(invitation ? [invitation] : [])].find(({ type }) => type !== PDF)
  return other && notPdf(other)
}

export const faultOfProjects = (projects: readonly ProjetDeSeance[]): string | undefined => {
  const long = projects.find(({ name }) => name.length > LONGEST.project)
  if (long) return tooLong(long.name, LONGEST.project)
  const other = projects.find(({ file }) => file.type !== PDF)
  return other && notPdf(other.file)
}

export const faultOfOthers = (others: readonly AutreDocument[]): string | undefined => {
  const long = others.find(({ name }) => name.length > LONGEST.other)
  return long && tooLong(long.name, LONGEST.other)
}

/** The séance as the form of version 2. `type` is its identifier there; left out, the type is not changed. */
export const seanceParts = (
  seance: SeanceAConvoquer,
  { fuseau }: Pick<IdelibreSettings, 'fuseau'>,
  type?: string,
): readonly Part[] => [
  { name: 'date', value: written(seance.date, fuseau) },
  ...(type === undefined ? [] : [{ name: 'type', value: type }]),
  { name: 'place', value: seance.place },
  { name: 'isRemoteAllowed', value: seance.remoteAllowed ? '1' : '0' },
  { name: 'convocationFile', file: seance.convocation },
  ...(seance.invitation ? [{ name: 'invitationFile', file: seance.invitation }] : []),
]

/** The agenda as version 2 wants it: its description in JSON, then every file under the key that the description gives it. */
export const projectParts = (projects: readonly ProjetDeSeance[]): readonly Part[] => [
  {
    name: 'projects',
    value: JSON.stringify(
      projects.map(({ name, file, theme, reporter, annexes }, rank) => ({
        name,
        fileName: file.name,
        themeId: theme ?? null,
        reporterId: reporter ?? null,
        rank,
        linkedFileKey: `projet${rank}`,
        annexes: annexes.map((annexe, place) => ({
          rank: place,
          fileName: annexe.file.name,
          title: annexe.title,
          linkedFileKey: `projet${rank}annexe${place}`,
        })),
      })),
    ),
  },
  ...projects.flatMap(({ file, annexes }, rank): readonly Part[] => [
    { name: `projet${rank}`, file },
    ...annexes.map((annexe, place) => ({ name: `projet${rank}annexe${place}`, file: annexe.file })),
  ]),
]

/** Documents that are on no agenda, in the same form. */
export const otherParts = (others: readonly AutreDocument[]): readonly Part[] => [
  {
    name: 'otherdocs',
    value: JSON.stringify(
      others.map(({ name, file }, rank) => ({ name, fileName: file.name, rank, linkedFileKey: `document${rank}` })),
    ),
  },
  ...others.map(({ file }, rank) => ({ name: `document${rank}`, file })),
]

type Wanted = Pick<ProjetDeSeance, 'name' | 'file'> & { readonly annexes?: ProjetDeSeance['annexes'] }

const inOrder = <T extends { readonly rank?: number }>(items: readonly T[]): readonly T[] =>
  [...items].sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0))

/** A file that the remote does not name cannot be told from ours: the names around it decide. */
const sameFile = (held: Item['file'], { name }: FileRef): boolean => held?.name === undefined || held.name === name

const isSameItem = (item: Item, { name, file, annexes = [] }: Wanted): boolean => {
  const heldAnnexes = inOrder(item.annexes ?? [])
  return (
    item.name?.trim() === name.trim() &&
    sameFile(item.file, file) &&
    heldAnnexes.length === annexes.length &&
    annexes.every((annexe, place) => sameFile(heldAnnexes[place]?.file, annexe.file))
  )
}

/** Whether what the remote holds is what was to be sent: same names, same files, same order. */
export const isSameAgenda = (held: readonly Item[], wanted: readonly Wanted[]): boolean =>
  held.length === wanted.length &&
  inOrder(held).every((item, rank) => {
    const there = wanted[rank]
    return there !== undefined && isSameItem(item, there)
  })

/** Whether the remote holds nothing else than some of these, in their order: an agenda of ours, perhaps half removed. */
export const isLeftOf = (held: readonly Item[], told: readonly Wanted[]): boolean => {
  let next = 0
  return inOrder(held).every(item => {
    const found = told.findIndex((each, rank) => rank >= next && isSameItem(item, each))
    next = found + 1
    return found >= 0
  })
}

/** Do both agendas read the same there, where names are all that shows? Their contents may differ. */
export const lookTheSame = (some: readonly ProjetDeSeance[], others: readonly ProjetDeSeance[]): boolean =>
  JSON.stringify(some.map(shown)) === JSON.stringify(others.map(shown))

const shown = ({ name, file, annexes }: ProjetDeSeance) => [
  name.trim(),
  file.name,
  annexes.map(annexe => annexe.file.name),
]
