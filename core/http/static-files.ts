import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { Context, Middleware, Next } from 'koa'

interface Asset {
  readonly content: Buffer
  readonly etag: string
  readonly extension: string
  readonly cache: string
}

/** Vite puts a digest in the names under `assets/`: such a file never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/**
 * Serves the built interface, read once: a few megabytes, and no path that could lead out of the folder. Any other address asked for
 * by a browser is a page of the interface, which reads it itself.
 */
export const staticFiles = async (folder: string): Promise<Middleware> => {
  const assets = existsSync(folder) ? await readAssets(folder) : new Map<string, Asset>()
  const index = assets.get('/index.html')
  return async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path.startsWith('/api/') || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
      await next()
      return
    }
    const asset = assets.get(ctx.path) ?? (ctx.accepts('html') && !extname(ctx.path) ? index : undefined)
    if (asset) return serve(ctx, asset)
    if (ctx.path === '/') {
      ctx.status = 503
      ctx.body = "L'interface n'est pas construite : lancez « npm start », ou « npm run build » sur un serveur.\n"
      return
    }
    await next()
  }
}

const readAssets = async (folder: string): Promise<ReadonlyMap<string, Asset>> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const assets = await Promise.all(
    files
      .filter(file => file.isFile())
      .map(async file => {
        const path = join(file.parentPath, file.name)
        const address = `/${relative(folder, path).split(sep).join('/')}`
        const content = await readFile(path)
        const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`
        const cache = address.startsWith('/assets/') ? FOR_EVER : 'no-cache'
        return [address, { content, etag, extension: extname(file.name), cache }] as const
      }),
  )
  return new Map(assets)
}

const serve = (ctx: Context, { content, etag, extension, cache }: Asset): void => {
  ctx.set({ 'Cache-Control': cache, ETag: etag })
  ctx.type = extension
  ctx.status = 200
  if (ctx.fresh) ctx.status = 304
  else ctx.body = content
}
