import type { Network } from '../../authoring/connectors.ts'
import { TemporaryError } from '../../authoring/errors.ts'
import { sayingErrors } from '../content.ts'
import { goneSince, type Volume } from '../volume.ts'
import { s3Failure } from './failures.ts'
import { s3Objects } from './objects.ts'
import { RANK, renameFolder, renameObject, replaceObject } from './rename.ts'
import { hostOf, openClient } from './session.ts'
import type { S3Settings } from './settings.ts'

export interface S3Limits {
  /** Bytes above which a copy is made in parts, and size of these parts. */
  readonly largestCopy?: number
  readonly copiedPart?: number
}

/**
 * A prefix of a bucket as a Volume. A « folder » is only what keys begin with: it exists as long as it holds something, `makeFolder` has
 * nothing to do, and a folder that is not there lists as empty.
 */
export const openS3 = async (
  settings: S3Settings,
  folder: string,
  network: Network,
  limits: S3Limits = {},
): Promise<Volume> => {
  const host = await hostOf(settings, network)
  const client = openClient(settings, network)
  const objects = s3Objects(client, settings, host, limits)
  const keyOf = (path: string): string =>
    `${settings.prefixe ?? ''}/${folder}/${path}`
      .split('/')
      .filter(segment => segment !== '')
      .join('/')
  const prefixOf = (path: string): string => (keyOf(path) === '' ? '' : `${keyOf(path)}/`)
  const location = (path: string): string => `s3://${settings.compartiment}/${keyOf(path)}`
  const isFolder = async (path: string) => (await objects.list(prefixOf(path), { most: 1 })).objects.length > 0
  let written = 0

  const volume: Volume = {
    location,
    async stat(path) {
      const found = path === '' ? undefined : await objects.head(keyOf(path))
      if (found) return { kind: 'file', size: found.size }
      return (await isFolder(path)) ? { kind: 'folder', size: 0 } : undefined
    },
    async list(path) {
      const prefix = prefixOf(path)
      const { objects: found, prefixes } = await objects.list(prefix, { delimiter: '/' })
      return [
        ...prefixes.map(each => ({
          name: each.slice(prefix.length, -1),
          kind: 'folder' as const,
          size: 0,
          modifiedAt: undefined,
        })),
        // Some tools mark a folder by an empty object of its name.
        ...found
          .filter(({ key }) => key !== prefix)
          .map(({ key, size, modifiedAt }) => ({
            name: key.slice(prefix.length),
            kind: 'file' as const,
            size,
            modifiedAt,
          })),
      ]
    },
    async read(path) {
      const content = await objects.get(keyOf(path))
      if (!content) throw new TemporaryError(goneSince(location(path)))
      return sayingErrors(content, error =>
        s3Failure(error, { doing: `lire « ${location(path)} »`, host, acting: false }),
      )
    },
    makeFolder: async () => undefined,
    async write(path, content, size) {
      written += 1
      await objects.put(keyOf(path), content, size, { [RANK]: String(written) })
    },
    async rename(from, to) {
      const source = await objects.head(keyOf(from))
      return source ? renameObject(objects, source, keyOf(to)) : renameFolder(objects, prefixOf(from), prefixOf(to))
    },
    async replace(from, to) {
      const source = await objects.head(keyOf(from))
      if (!source) throw new TemporaryError(goneSince(location(from)))
      await replaceObject(objects, source, keyOf(to))
    },
    async remove(path) {
      const { objects: held } = await objects.list(prefixOf(path))
      for (const { key } of held) await objects.remove(key)
      if (path !== '') await objects.remove(keyOf(path))
    },
    async check() {
      const found = await isFolder('')
      const { compartiment, region, cleAcces } = settings
      return `Connecté à ${host} (région ${region}) avec la clé « ${cleAcces} » ; « ${location('')} » du compartiment « ${compartiment} » est accessible et ${found ? 'contient déjà des objets' : 'ne contient encore rien'}.`
    },
    close: async () => client.destroy(),
  }
  return volume
}
