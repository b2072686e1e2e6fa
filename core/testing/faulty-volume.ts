import { mkdtemp, rm } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { TemporaryError } from '../authoring/errors.ts'
import type { Volume } from '../volumes/volume.ts'
import { Faults, type Simulator } from './simulator.ts'

const cut = () => new TemporaryError('Le processus a été arrêté (essai).', { maybeSent: true })

/**
 * A volume that obeys planned faults: for places that have no connection to cut, where the process itself is what dies. Operations are
 * named `WRITE path`, `RENAME from to`, `LIST path`…
 */
export const faultyVolume = (volume: Volume, faults: Faults): Volume => {
  const played = async <T>(operation: string, run: () => Promise<T>): Promise<T> => {
    const fault = faults.next(operation)
    if (fault?.kind === 'latency') await pause(fault.ms)
    if (fault && fault.kind !== 'latency' && fault.kind !== 'cutAfter') throw cut()
    const result = await run()
    if (fault?.kind === 'cutAfter') {
      if (result instanceof Readable) result.destroy()
      throw cut()
    }
    return result
  }
  const replace = volume.replace?.bind(volume)
  return {
    stat: path => played(`STAT ${path}`, () => volume.stat(path)),
    list: path => played(`LIST ${path}`, () => volume.list(path)),
    read: path => played(`READ ${path}`, () => volume.read(path)),
    makeFolder: path => played(`MKDIR ${path}`, () => volume.makeFolder(path)),
    write: (path, content, size) => played(`WRITE ${path}`, () => volume.write(path, content, size)),
    rename: (from, to) => played(`RENAME ${from} ${to}`, () => volume.rename(from, to)),
    ...(replace && {
      replace: (from: string, to: string) => played(`REPLACE ${from} ${to}`, () => replace(from, to)),
    }),
    remove: path => played(`REMOVE ${path}`, () => volume.remove(path)),
    check: () => played('CHECK', () => volume.check()),
    location: path => volume.location(path),
    close: () => volume.close(),
  }
}

export interface FolderSimulator extends Simulator {
  readonly folder: string
}

/** A folder of this machine, as another program would watch it. `count('dépôt')`: what is at its root, `count('inachevé')`: working names. */
export const folderSimulator = async (options: { readonly folder?: string } = {}): Promise<FolderSimulator> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'passeur-dossier-')))
  return {
    url: `file://${folder}`,
    folder,
    config: { repertoire: folder },
    faults: new Faults(),
    count: kind => readdirSync(folder).filter(name => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    async close() {
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}
