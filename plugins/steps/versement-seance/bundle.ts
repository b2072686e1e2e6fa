import { cleanName, distinctNames, filesHeld, splitName, zipOf, type Files, type FileRef, type ZipEntry } from '#core'
import type { Readable } from 'node:stream'
import type { Seance } from './inputs.ts'

interface Placed {
  readonly path: string
  readonly file: FileRef
}

/** Files of one folder, each under a name of its own. */
const inFolder = (folder: string, files: readonly { readonly name: string; readonly file: FileRef }[]) => {
  const names = distinctNames(files.map(({ name }) => cleanName(name)))
  return files.map(({ file }, n): Placed => ({ path: `${folder}${names[n] ?? file.name}`, file }))
}

/** A slash in a title is no folder: `cleanName` alone would keep only what follows it. */
const plain = (title: string) => cleanName(title.replace(/[\\/]+/gu, '-').slice(0, 80))
const named = (file: FileRef) => ({ name: file.name, file })
const titled = (title: string, file: FileRef) => ({ name: `${plain(title)}${splitName(file.name).extension}`, file })
const folderOf = (rank: number, name: string) => plain(`${String(rank + 1).padStart(3, '0')} - ${name}`)

/** Where each file of a séance goes in its archive: a folder per project, in the order of the agenda. */
export const placesOf = (seance: Seance): readonly Placed[] => [
  ...inFolder('', filesHeld([seance.convocation, seance.invitation, seance.preuves]).map(named)),
  ...seance.projets.flatMap(({ nom, rapport, annexes }, rank) => {
    const folder = `Ordre du jour/${folderOf(rank, nom)}/`
    return [...inFolder(folder, [named(rapport)]), ...inFolder(`${folder}Annexes/`, filesHeld(annexes).map(named))]
  }),
  ...inFolder(
    'Autres documents/',
    seance.autresDocuments.map(({ nom, fichier }) => titled(nom, fichier)),
  ),
]

/** The archive: one folder at its root, as the archive service wants it (`flows/archivage.md`). Streamed. */
export const zipOfSeance = (seance: Seance, files: Pick<Files, 'open'>, now: Date): Readable => {
  const root = plain(`Séance ${seance.date} ${seance.titre}`)
  const entries = placesOf(seance).map(({ path, file }): ZipEntry => ({
    name: `${root}/${path}`,
    size: file.size,
    open: () => files.open(file),
  }))
  return zipOf(entries, now)
}

/** What the slip reads: the séance, its agenda with the place of each file, who was called and what they did. */
export const metadataOf = (seance: Seance): string => {
  const places = new Map(placesOf(seance).map(({ path, file }) => [file.sha256, path]))
  const placeOf = (file: FileRef | undefined) => file && places.get(file.sha256)
  return JSON.stringify(
    {
      titre: seance.titre,
      date: seance.date,
      heure: seance.heure,
      type: seance.type?.label,
      lieu: seance.lieu,
      convocation: placeOf(seance.convocation),
      projets: seance.projets.map(({ nom, rapport, theme, rapporteur, annexes = [] }, rank) => ({
        ordre: rank + 1,
        nom,
        theme: theme?.label,
        rapporteur: rapporteur?.label,
        rapport: placeOf(rapport),
        annexes: annexes.map(placeOf),
      })),
      autresDocuments: seance.autresDocuments.map(({ nom, fichier }) => ({ nom, fichier: placeOf(fichier) })),
      convoques: seance.convoques,
      preuves: placeOf(seance.preuves),
    },
    null,
    2,
  )
}
