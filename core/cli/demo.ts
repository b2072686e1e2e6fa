import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sendActe, numeroOf } from '../../config/demo/first-acte.ts'
import { narrate } from '../../config/demo/narrate.ts'
import { settleRemotes, startRemotes } from '../../config/demo/remotes.ts'
import { ACCOUNTS, settleTown, TOWN } from '../../config/demo/town.ts'
import { loadConfig, type Config } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { eraseData } from '../db/erase.ts'
import { openHub, untilTold, type Hub } from '../hub.ts'
import { readOptions, type Run } from './command.ts'

/** The demonstration is patient for this long: everything it waits for takes seconds. */
const PATIENCE = 180_000

const announce = (hub: Hub, config: Config) => {
  console.log(`\nPasseur est ouvert : ${config.publicUrl}`)
  console.log(`  ${TOWN} — ${hub.database.description}`)
  for (const { login, password, firstName, lastName, role } of ACCOUNTS)
    console.log(
      `  ${login.padEnd(10)} ${password.padEnd(26)} ${firstName} ${lastName}${role === 'admin' ? ' (administration)' : ''}`,
    )
}

/** Nobody receives the letters of the demonstration: the page that each one opens is printed. */
const tellMail = ({ to, raw }: { readonly to: readonly string[]; readonly raw: string }) => {
  // A long line is folded by the encoding of letters.
  const [page] = /https?:\/\/[^\s"<>]+\/mail\/[\w-]+/u.exec(raw.replace(/=\r?\n/gu, '')) ?? []
  if (page !== undefined) console.log(`\nCourriel pour ${to.join(', ')} : ${page}`)
}

const firstActe = async ({ cradle }: Hub, town: Awaited<ReturnType<typeof settleTown>>): Promise<void> => {
  console.log('\nUn premier acte part : signature, contrôle de légalité, GED, archivage.')
  const started = performance.now()
  const sent = await sendActe(cradle, town, numeroOf(cradle.clock.now()))
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(
      () => reject(new StartupError(`L'acte n'est pas arrivé en ${PATIENCE / 1000} s : voir sa page et les journaux.`)),
      PATIENCE,
    ).unref()
  })
  const document = await Promise.race([narrate(cradle, sent, line => console.log(line)), late])
  if (document.state !== 'termine')
    throw new StartupError(`L'acte s'est arrêté à « ${document.state} » : ${document.message}`)
  console.log(`\nActe archivé en ${((performance.now() - started) / 1000).toFixed(1)} s (document ${document.id}).`)
}

export const run: Run = async args => {
  const { values } = readOptions(args, { once: { type: 'boolean' }, fresh: { type: 'boolean' } })
  // The demonstration talks to simulators of this machine; nothing else may be reached through that opening.
  const config = await loadConfig({
    PASSEUR_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128',
    PASSEUR_LOG_LEVEL: 'warn',
    PASSEUR_HORODATAGE: '1 min',
    ...process.env,
  })
  const folder = join(config.folders.data, 'demo')
  if (values.fresh) {
    await eraseData(config)
    await rm(folder, { recursive: true, force: true })
  }
  const remotes = await startRemotes(folder, { progress: 700, invoices: 2, onMail: tellMail })
  const hub = await openHub(config, 'serve')
  try {
    const town = await settleTown(hub.cradle)
    await settleRemotes(hub.cradle, town, remotes.all, { polling: '1 s', concurrency: 4 })
    await hub.serve()
    await hub.work({ pollInterval: 500 })
    announce(hub, config)
    await firstActe(hub, town)
    if (!values.once) {
      console.log('\nPasseur reste ouvert ; Ctrl-C pour arrêter.')
      await untilTold()
    }
  } finally {
    await hub.close()
    await remotes.close()
  }
}
