import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { startFakeServer } from '../testing/fake/server.ts'

/** The hub under test, and the words that its demonstration town uses. */
export interface Target {
  readonly url: string
  readonly login: string
  readonly password: string
  /** Label of the flow to create. */
  readonly flow: string
  /** Label of the box that adds the signature, title of the page it brings, selector of its remote choice. */
  readonly signatureBox: string
  readonly signaturePage: string
  readonly circuit: string
  readonly close: () => Promise<void>
}

const env = process.env

const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')

/** Always built afresh, as for production: yesterday's screens would pass today's test. */
const buildScreens = (outDir: string) =>
  promisify(execFile)(
    process.execPath,
    [vite, 'build', join(import.meta.dirname, '..'), '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
    { env: { ...env, NODE_ENV: 'production' } },
  )

/** `PASSEUR_URL`, `PASSEUR_LOGIN` and `PASSEUR_PASSWORD` name a hub that runs; without them the fake one is started. */
export const startTarget = async (): Promise<Target> => {
  const words = {
    flow: env['PASSEUR_FLOW'] ?? 'Actes',
    signatureBox: env['PASSEUR_SIGNATURE_BOX'] ?? 'Faire signer',
    signaturePage: env['PASSEUR_SIGNATURE_PAGE'] ?? 'Parapheur',
    circuit: env['PASSEUR_CIRCUIT'] ?? '#champ-signature-circuit',
  }
  const url = env['PASSEUR_URL']
  if (url) {
    return {
      ...words,
      url,
      login: env['PASSEUR_LOGIN'] ?? '',
      password: env['PASSEUR_PASSWORD'] ?? '',
      close: async () => {},
    }
  }
  const screens = await mkdtemp(join(tmpdir(), 'passeur-ui-'))
  await buildScreens(screens)
  const fake = await startFakeServer({ pace: 800, screens })
  const close = async () => {
    await fake.close()
    await rm(screens, { recursive: true, force: true })
  }
  return { ...words, url: fake.url, login: 'agent', password: 'passeur', close }
}
