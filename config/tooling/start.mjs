/** `npm start`: makes a fresh clone ready (packages, UI), then runs the demonstration hub. Arguments are passed on. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { buildUi, checkDisk, checkNode, checkPort, checkWritable, install, ROOT, run } from './prerequisites.mjs'

/** Ctrl-C reaches us twice, from the terminal and from npm: the hub is told once, and a second Ctrl-C later still counts. */
const ECHO = 500

/** A SIGTERM to npm kills the shell between it and us, which passes nothing on: a parent that changes is a signal too. */
const watchNpm = onGone => {
  const parent = process.ppid
  if (process.env.npm_lifecycle_event !== 'start') return undefined
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    onGone()
  }, 500)
  return watch
}

/** In its own process group, so that the terminal does not signal it behind our back; it stops when our channel closes. */
const runHub = () =>
  new Promise(done => {
    const args = ['--import', 'tsx', 'core/cli.ts', 'demo', ...process.argv.slice(2)]
    const hub = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    let told = -ECHO
    const tell = signal => {
      if (performance.now() - told < ECHO) return
      told = performance.now()
      hub.kill(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, tell)
    process.on('SIGHUP', () => tell('SIGTERM'))
    const watch = watchNpm(() => tell('SIGTERM'))
    hub.once('exit', (code, signal) => {
      clearInterval(watch)
      done(signal ? 1 : code)
    })
  })

await run(async () => {
  checkNode()
  checkDisk()
  checkWritable(ROOT)
  checkWritable(resolve(ROOT, process.env.PASSEUR_DATA || 'var'))
  const port = Number(process.env.PASSEUR_PORT || 3000)
  if (Number.isInteger(port)) await checkPort(port, process.env.PASSEUR_HOST || '127.0.0.1')
  install()
  buildUi()
  process.exitCode = await runHub()
})
