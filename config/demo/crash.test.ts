import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Faults } from '../../core/testing/simulator.ts'
import { startTestTown, type TestTown } from './town.fixture.ts'

let town: TestTown
let worker: ChildProcess

const startWorker = async (): Promise<ChildProcess> => {
  const child = fork(new URL('./crash.child.ts', import.meta.url), {
    env: { ...process.env, ...town.env },
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

beforeAll(async () => {
  town = await startTestTown({ progress: 150, worker: 'elsewhere' })
  worker = await startWorker()
}, 120_000)

afterAll(async () => {
  worker.kill('SIGKILL')
  await town[Symbol.asyncDispose]()
})

/** The worker dies when the remote has received this request, and before it answers: the remote carries it out all the same. */
const POINTS: readonly (readonly [string, (town: TestTown) => Faults, RegExp])[] = [
  ['avant le premier envoi, au jeton du parapheur', ({ remotes }) => remotes.parapheur.faults, /^POST .*\/token$/u],
  ['le dossier est accepté au parapheur', ({ remotes }) => remotes.parapheur.faults, /^POST .*\/folder$/u],
  ['les documents signés sont téléchargés', ({ remotes }) => remotes.parapheur.faults, /^GET .*\/zip$/u],
  ['le dossier est effacé du parapheur', ({ remotes }) => remotes.parapheur.faults, /^DELETE /u],
  ["l'acte est accepté au TdT", ({ remotes }) => remotes.tdt.faults, /^POST .*actes_transac_create/u],
  ["l'accusé de la préfecture est lu", ({ remotes }) => remotes.tdt.faults, /get_status/u],
  ["l'acte tamponné est téléchargé", ({ remotes }) => remotes.tdt.faults, /actes_download_file/u],
  ['un fichier est écrit en GED', ({ remotes }) => remotes.ged.faults, /^WRITE /u],
  ['le dépôt en GED prend son nom définitif', ({ remotes }) => remotes.ged.faults, /^RENAME /u],
  ["l'archive est acceptée au SAE", ({ remotes }) => remotes.sae.faults, /^POST .*sedaMessages/u],
  ["l'accusé du SAE est lu", ({ remotes }) => remotes.sae.faults, /Acknowledgement/u],
]

describe('un worker tué net (kill -9)', () => {
  test.each(POINTS)(
    'quand %s : le document arrive au bout, et rien n’est envoyé deux fois',
    async (_when, faultsOf, request) => {
      const counts = () => {
        const { parapheur, tdt, ged, sae } = town.remotes
        return [parapheur.count('lancé'), tdt.count('acte'), ged.count('dépôt'), sae.count('transfert')]
      }
      const before = counts()
      const died = new Promise<void>(resolve => {
        faultsOf(town).once(request, () => {
          worker.kill('SIGKILL')
          resolve()
        })
      })
      const document = await town.send(`C${Date.now().toString(36).toUpperCase()}`)
      await died
      worker = await startWorker()
      const arrived = await town.reaches(document, ['termine'])
      expect(arrived.state).toBe('termine')
      expect(counts()).toEqual(before.map(count => count + 1))
    },
    120_000,
  )
})
