import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { xmlText } from '#core'
import type { SimRequest, SimResponse } from '#core/testing'

/** A file of the folder: on disk when it came from outside, in memory when the simulator wrote it. */
export type SimContent = { readonly path: string } | { readonly bytes: Uint8Array }

const sizeOf = async (content: SimContent): Promise<number> =>
  'path' in content ? (await stat(content.path)).size : content.bytes.length

const described = (href: string, size: number | undefined): string =>
  `<D:response><D:href>${xmlText(href)}</D:href><D:propstat><D:prop>` +
  (size === undefined
    ? '<D:resourcetype><D:collection/></D:resourcetype>'
    : `<D:resourcetype/><D:getcontentlength>${size}</D:getcontentlength>`) +
  '</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>'

/** The WebDAV folder of one subscriber (reference §D), flat as FAST's is. `base` ends without a slash. */
export const simDepot = (base: string) => {
  const held = new Map<string, SimContent>()
  const href = (name: string): string => `${base}/${encodeURIComponent(name)}`

  const propfind = async (name: string, depth: string | undefined): Promise<SimResponse> => {
    const content = held.get(name)
    if (name !== '' && !content) return { status: 404 }
    const lines = content ? [described(href(name), await sizeOf(content))] : [described(`${base}/`, undefined)]
    if (name === '' && depth === '1')
      for (const [each, inside] of held) lines.push(described(href(each), await sizeOf(inside)))
    return {
      status: 207,
      headers: { 'content-type': 'application/xml; charset="utf-8"' },
      body: `<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">${lines.join('')}</D:multistatus>`,
    }
  }

  return {
    held,
    /** `undefined` when the request is not for this folder. */
    async answer({ method, path, headers, bodyFile }: SimRequest): Promise<SimResponse | undefined> {
      if (path !== base && !path.startsWith(`${base}/`)) return undefined
      const name = decodeURIComponent(path.slice(base.length + 1))
      const content = held.get(name)
      switch (method) {
        case 'OPTIONS':
          return { headers: { dav: '1', allow: 'OPTIONS, PROPFIND, GET, PUT, DELETE' } }
        case 'PROPFIND':
          return propfind(name, headers['depth'])
        case 'GET':
          if (!content) return { status: name === '' ? 405 : 404 }
          return { body: 'path' in content ? createReadStream(content.path) : content.bytes }
        case 'PUT':
          if (name === '' || name.includes('/') || !bodyFile) return { status: 409 }
          held.set(name, { path: bodyFile.path })
          return { status: content ? 204 : 201 }
        case 'DELETE':
          return { status: held.delete(name) ? 204 : 404 }
        default:
          return { status: 405 }
      }
    },
  }
}

export type SimDepot = ReturnType<typeof simDepot>
