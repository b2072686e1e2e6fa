import type { Volume } from './volume.ts'

type Trace = (line: string) => void

const bytes = (size: number | undefined): string => (size === undefined ? 'taille inconnue' : `${size} octets`)

/** The same volume, each operation told in a line with what it gave, for the recording of an exchange. Contents are not told. */
export const tracedVolume = (volume: Volume, trace: Trace): Volume => {
  const told = async <T>(what: string, work: () => Promise<T>, gave: (result: T) => string): Promise<T> => {
    try {
      const result = await work()
      trace(`${what} → ${gave(result)}`)
      return result
    } catch (error) {
      trace(`${what} ✗ ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }
  const done = () => 'fait'
  const replace = volume.replace?.bind(volume)
  const at = (path: string) => `« ${volume.location(path)} »`

  return {
    location: path => volume.location(path),
    stat: path =>
      told(
        `Regarder ${at(path)}`,
        () => volume.stat(path),
        found =>
          found ? (found.kind === 'folder' ? 'un répertoire' : `un fichier, ${bytes(found.size)}`) : 'il n’existe pas',
      ),
    list: path =>
      told(
        `Lister ${at(path)}`,
        () => volume.list(path),
        found => `${found.length} élément(s)`,
      ),
    read: path =>
      told(
        `Lire ${at(path)}`,
        () => volume.read(path),
        () => 'ouvert',
      ),
    makeFolder: path => told(`Créer le répertoire ${at(path)}`, () => volume.makeFolder(path), done),
    write: (path, content, size, as) =>
      told(`Écrire ${at(path)} (${bytes(size)})`, () => volume.write(path, content, size, as), done),
    rename: (from, to) =>
      told(
        `Renommer ${at(from)} en ${at(to)}`,
        () => volume.rename(from, to),
        result => (result === 'renamed' ? 'fait' : 'ce nom est déjà pris'),
      ),
    ...(replace && {
      replace: (from: string, to: string) =>
        told(`Mettre ${at(from)} à la place de ${at(to)}`, () => replace(from, to), done),
    }),
    remove: path => told(`Supprimer ${at(path)}`, () => volume.remove(path), done),
    check: () =>
      told(
        'Vérifier la connexion',
        () => volume.check(),
        said => said,
      ),
    close: () => told('Fermer la session', () => volume.close(), done),
  }
}

/** Opens a volume and traces it, its opening included. */
export const openTraced = async (open: () => Promise<Volume>, trace: Trace): Promise<Volume> => {
  try {
    const volume = await open()
    trace(`Ouvrir une session (« ${volume.location('')} ») → fait`)
    return tracedVolume(volume, trace)
  } catch (error) {
    trace(`Ouvrir une session ✗ ${error instanceof Error ? error.message : String(error)}`)
    throw error
  }
}
