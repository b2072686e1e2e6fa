import { ConfigurationError, goneSince, ofSize, TemporaryError, watched, type Volume, type VolumeEntry } from '#core'
import { cmisFailure } from './failures.ts'
import type { CmisSettings } from './fields.ts'
import { propertyFields, streamedForm } from './form.ts'
import type { CmisObject } from './objects.ts'
import type { Property } from './properties.ts'
import { encodedPath, type CmisSession } from './session.ts'

const segmentsOf = (path: string): readonly string[] => path.split('/').filter(each => each !== '')
const nameOf = (path: string): string => segmentsOf(path).at(-1) ?? ''
const parentOf = (path: string): string => segmentsOf(path).slice(0, -1).join('/')

/** Alfresco does not tell letter cases apart. */
const sameName = (a: string, b: string): boolean =>
  a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase()

/**
 * The folder of the settings as a Volume, whose written files are of the type and bear the properties given. Names are given by
 * `cmisaction=update`, so that identifiers outlive them.
 */
export const cmisVolume = (
  session: CmisSession,
  settings: CmisSettings,
  properties: readonly Property[],
): Omit<Volume, 'check'> => {
  const segments = (path: string) => [...segmentsOf(settings.dossier), ...segmentsOf(path)]
  const location = (path: string): string => `/${segments(path).join('/')}`
  const at = (path: string): string => encodedPath(location(path))

  /**
   * What bears this name now. Nuxeo also finds an object by the name it was created under, long after it was given another: that one is
   * not there any more.
   */
  const found = async (path: string): Promise<CmisObject | undefined> => {
    const object = await session.at(at(path), `lire « ${location(path)} »`)
    return object && (path === '' || sameName(object.name, nameOf(path))) ? object : undefined
  }

  const removed = async (object: CmisObject, path: string): Promise<void> => {
    const doing = `retirer « ${location(path)} »`
    const fields = [['allVersions', 'true']] as const
    const outcome =
      object.kind === 'folder'
        ? await session.act(object, 'deleteTree', { fields: [...fields, ['continueOnFailure', 'true']] }, doing)
        : await session.act(object, 'delete', { fields }, doing)
    if (outcome.is === 'conflict') throw cmisFailure(outcome.fault, doing, true)
  }

  /** @returns `exists` when another object bears that name */
  const change = async (
    object: CmisObject,
    to: string,
    action: 'update' | 'move',
    about: Parameters<CmisSession['act']>[2],
  ): Promise<'done' | 'exists'> => {
    const doing = `donner son nom à « ${location(to)} »`
    const outcome = await session.act(object, action, about, doing)
    if (outcome.is === 'done') return 'done'
    const taken = await found(to)
    if (taken && taken.id !== object.id) return 'exists'
    throw cmisFailure(outcome.fault, doing, true)
  }

  const renamed = (object: CmisObject, to: string) =>
    change(object, to, 'update', {
      properties: [{ id: 'cmis:name', value: nameOf(to) }],
      fields: object.changeToken === undefined ? [] : [['changeToken', object.changeToken]],
    })

  const folderOf = async (path: string): Promise<CmisObject> => {
    const folder = await found(path)
    if (folder?.kind === 'folder') return folder
    throw new ConfigurationError(
      `Le dossier « ${location(path)} » n'existe pas dans la GED. Corrigez « Dossier de destination » dans les réglages du connecteur, ou créez-le.`,
    )
  }

  return {
    location,
    async stat(path) {
      const object = await found(path)
      return object && { kind: object.kind, size: object.size, id: object.id }
    },
    async list(path) {
      const doing = `lister « ${location(path)} »`
      const entries: VolumeEntry[] = []
      let skip = 0
      for (let more = true; more;) {
        const page = await session.children(at(path), skip, doing)
        for (const object of page.objects) if (object) entries.push(object)
        skip += page.objects.length
        more = page.more && page.objects.length > 0
      }
      return entries
    },
    async read(path) {
      const doing = `lire « ${location(path)} »`
      const object = await found(path)
      if (!object) throw new TemporaryError(goneSince(location(path)))
      const response = await session.content(object, doing)
      return ofSize(
        response.stream(),
        object.size,
        received =>
          new TemporaryError(
            `Impossible de ${doing} : ${received} octets reçus au lieu de ${object.size}. Un nouvel essai aura lieu.`,
          ),
      )
    },
    async makeFolder(path) {
      if ((await found(path))?.kind === 'folder') return
      const doing = `créer « ${location(path)} »`
      const outcome = await session.act(
        at(parentOf(path)),
        'createFolder',
        {
          properties: [
            { id: 'cmis:objectTypeId', value: 'cmis:folder' },
            { id: 'cmis:name', value: nameOf(path) },
          ],
        },
        doing,
      )
      if (outcome.is === 'conflict' && (await found(path))?.kind !== 'folder')
        throw cmisFailure(outcome.fault, doing, true)
    },
    async write(path, content, size, as) {
      // Always looked for first: some repositories would keep two of the same name.
      const before = await found(path)
      if (before) await removed(before, path)
      const doing = `écrire « ${location(path)} »`
      const source = watched(content)
      const { stream, ...form } = streamedForm(
        [
          ['cmisaction', 'createDocument'],
          ['succinct', 'true'],
          ['versioningState', settings.version],
          ...propertyFields([
            { id: 'cmis:objectTypeId', value: settings.typeObjet },
            { id: 'cmis:name', value: nameOf(path) },
            ...properties,
          ]),
        ],
        {
          // The repository may keep it apart from the name of the document: it must not be the working name.
          filename: as?.name ?? nameOf(path),
          type: as?.type ?? 'application/octet-stream',
          content: source.stream,
          size,
        },
      )
      try {
        const conflict = await session.upload(at(parentOf(path)), { stream, ...form }, doing)
        if (conflict) throw cmisFailure(conflict, doing, true)
      } catch (error) {
        throw source.failure() ?? error
      }
    },
    async rename(from, to) {
      const object = await found(from)
      if (!object) throw new TemporaryError(goneSince(location(from)))
      const taken = await found(to)
      if (taken) return taken.id === object.id ? 'renamed' : 'exists'
      if ((await renamed(object, to)) === 'exists') return 'exists'
      if (parentOf(from) === parentOf(to)) return 'renamed'
      const [source, target] = [await folderOf(parentOf(from)), await folderOf(parentOf(to))]
      const moved = await change(object, to, 'move', {
        fields: [
          ['sourceFolderId', source.id],
          ['targetFolderId', target.id],
        ],
      })
      if (moved === 'done') return 'renamed'
      await renamed(object, from)
      return 'exists'
    },
    async remove(path) {
      const object = await found(path)
      if (object) await removed(object, path)
    },
    close: async () => undefined,
  }
}
