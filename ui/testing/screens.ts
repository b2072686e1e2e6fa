import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')

/** Builds the screens as for production, always afresh: yesterday's would pass today's test. */
export const buildScreens = async (folder: string): Promise<void> => {
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', join(import.meta.dirname, '..'), '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    { env: { ...process.env, NODE_ENV: 'production' } },
  )
}
