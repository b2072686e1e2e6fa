import { createReadStream, existsSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'

/** Where `vite build` leaves the screens unless told otherwise. */
export const BUILT = join(import.meta.dirname, '../../../var/ui')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** The built screens, under the same policy as the real server: nothing inline, nothing from elsewhere. */
export const serveUi = (folder: string, path: string, response: ServerResponse): void => {
  const asked = join(folder, normalize(path))
  const file = extname(path) && existsSync(asked) ? asked : join(folder, 'index.html')
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy':
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
  })
  createReadStream(file).pipe(response)
}
