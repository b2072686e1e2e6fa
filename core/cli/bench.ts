import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sendActe } from '../../config/demo/first-acte.ts'
import { settleRemotes, type Remote } from '../../config/demo/remotes.ts'
import { settleTown } from '../../config/demo/town.ts'
import { loadConfig } from '../../config/index.ts'
import { openHub } from '../hub.ts'
import { readOptions, type Run } from './command.ts'

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

const megabytes = (bytes: number) => Math.round(bytes / 1_048_576)

/** The remotes in a process of their own, as in life: what is measured here is the hub. */
const startSimulators = async (env: NodeJS.ProcessEnv) => {
  const cli = fileURLToPath(new URL(`../cli${import.meta.url.endsWith('.js') ? '.js' : '.ts'}`, import.meta.url))
  const child = fork(cli, ['simulate', '--progress', '100'], {
    env,
    execArgv: process.execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [message] = (await once(child, 'message')) as [{ remotes: readonly Remote[] }]
  return { remotes: message.remotes, stop: () => child.kill('SIGTERM') }
}

export const run: Run = async args => {
  const { values } = readOptions(args, { actes: { type: 'string' }, concurrency: { type: 'string' } })
  const count = Number(values.actes ?? 500)
  const folder = await mkdtemp(join(tmpdir(), 'passeur-bench-'))
  const env = {
    ...process.env,
    PASSEUR_DATA: folder,
    PASSEUR_ALLOWED_NETWORKS: '127.0.0.0/8',
    PASSEUR_LOG_LEVEL: 'error',
  }
  const simulators = await startSimulators(env)
  const hub = await openHub(await loadConfig(env), 'worker')
  const { cradle } = hub
  const town = await settleTown(cradle)
  await settleRemotes(cradle, town, simulators.remotes, { polling: '1 s', concurrency: 16 })

  const created = performance.now()
  for (let index = 0; index < count; index += 1) await sendActe(cradle, town, `B${index}`)
  const creation = performance.now() - created
  let memory = 0
  const watch = setInterval(() => (memory = Math.max(memory, process.memoryUsage().rss)), 200)
  const started = performance.now()
  await hub.work({ concurrency: Number(values.concurrency ?? 16), pollInterval: 100 })
  const left = async () =>
    Number((await cradle.db('documents').whereNotNull('due_at').count<{ count: string }[]>())[0]?.count)
  while ((await left()) > 0) await sleep(250)
  const elapsed = (performance.now() - started) / 1000
  clearInterval(watch)

  const rows = await cradle
    .db('documents')
    .select<{ state: string; trail: { state: string; at: string }[] }[]>('state', 'trail')
  const arrived = rows.filter(row => row.state === 'termine').length
  const moves = rows.reduce((sum, row) => sum + row.trail.length, 0)
  const { rows: journal } = await cradle.db.raw<{ rows: { count: string }[] }>('select count(*) from journal')
  const times = rows
    .map(row => Date.parse(row.trail.at(-1)?.at ?? '') - Date.parse(row.trail[0]?.at ?? ''))
    .toSorted((a, b) => a - b)
  console.log(
    `${count} actes créés en ${(creation / 1000).toFixed(1)} s (${(count / (creation / 1000)).toFixed(0)}/s, deux PDF chacun)`,
  )
  console.log(
    `${arrived} archivés en ${elapsed.toFixed(1)} s : ${(arrived / elapsed).toFixed(1)} actes/s, ${(moves / elapsed).toFixed(0)} états/s`,
  )
  console.log(`journal : ${journal[0]?.count} lignes ; mémoire du processus : ${megabytes(memory)} Mo au plus`)
  console.log(
    `du brouillon au terme : médiane ${(percentile(times, 0.5) / 1000).toFixed(1)} s, 95 % en ${(percentile(times, 0.95) / 1000).toFixed(1)} s`,
  )
  await hub.close()
  simulators.stop()
  await rm(folder, { recursive: true, force: true })
}
