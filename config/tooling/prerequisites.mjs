/**
 * What must be true before anything of the hub can run. Plain JavaScript without dependencies: it runs before `npm ci`.
 * Every refusal is one French sentence with its remedy.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs' // as a whole: naming what an old Node lacks would fail before we can say it is old
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const OLDEST_NODE = [20, 19]
/** Installed packages take about 600 MB. */
const SPACE_TO_INSTALL = 1_200_000_000
const SPACE_TO_RUN = 300_000_000

/** Read alone by the person who typed the command. */
export class Refusal extends Error {}

const refuse = message => {
  throw new Refusal(message)
}

export const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  refuse(
    `Passeur demande Node ${OLDEST_NODE.join('.')} ou plus récent, et la version lancée est ${process.versions.node} : installez Node 24 depuis https://nodejs.org, puis relancez.`,
  )
}

const modules = join(ROOT, 'node_modules')

export const checkDisk = () => {
  const { bavail, bsize } = fs.statfsSync(ROOT)
  const free = bavail * bsize
  const wanted = fs.existsSync(modules) ? SPACE_TO_RUN : SPACE_TO_INSTALL
  if (free >= wanted) return
  const mega = bytes => `${Math.floor(bytes / 1_000_000)} Mo`
  refuse(
    `Il reste ${mega(free)} sur le disque de ${ROOT} et Passeur en demande ${mega(wanted)} : libérez de la place, puis relancez.`,
  )
}

export const checkWritable = folder => {
  const present = fs.existsSync(folder) ? folder : dirname(folder)
  try {
    fs.accessSync(present, fs.constants.W_OK | fs.constants.X_OK)
  } catch {
    refuse(
      `Le compte « ${userInfo().username} » ne peut pas écrire dans ${present} : donnez-lui ce dossier, ou lancez Passeur avec le compte à qui il appartient.`,
    )
  }
}

/** @returns {Promise<void>} once the port was seen free */
export const checkPort = (port, host) =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', error => {
      const reason =
        error.code === 'EADDRINUSE' ? 'est déjà pris par un autre programme' : `n'est pas utilisable (${error.code})`
      reject(
        new Refusal(
          `Le port ${port} ${reason} : arrêtez ce programme, ou choisissez-en un autre avec « PASSEUR_PORT=3001 npm start ».`,
        ),
      )
    })
    probe.listen(port, host, () => probe.close(() => resolve()))
  })

const digest = (...contents) => contents.reduce((hash, each) => hash.update(each), createHash('sha256')).digest('hex')

const read = path => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '')

/** npm's own record of what is installed, compared with the lock file: spares a reinstallation after `npm install`. */
const matchesLock = () => {
  const record = read(join(modules, '.package-lock.json'))
  if (!record) return false
  const installed = JSON.parse(record).packages
  const wanted = Object.entries(JSON.parse(read(join(ROOT, 'package-lock.json'))).packages).filter(([name]) => name)
  return wanted.every(([name, { version, optional, peer }]) =>
    installed[name] ? installed[name].version === version : Boolean(optional || peer),
  )
}

/** Runs `npm ci` when the packages are absent or are not those of the lock file. No install script is needed, none is run. */
export const install = () => {
  const stamp = join(modules, '.passeur-lock')
  const lock = digest(fs.readFileSync(join(ROOT, 'package-lock.json')))
  if (read(stamp) === lock) return
  if (!matchesLock()) {
    checkWritable(ROOT)
    console.log('Installation des paquets (npm ci, une minute environ)…')
    const args = [
      'ci',
      '--include=dev',
      '--include=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const { status } = spawnSync(npm, args, { cwd: ROOT, stdio: 'inherit' })
    if (status !== 0)
      refuse(
        "Les paquets n'ont pas pu être installés, npm en donne la raison ci-dessus : vérifiez l'accès au registre npm (proxy, réseau), puis relancez.",
      )
  }
  checkWritable(modules)
  fs.writeFileSync(stamp, lock)
}

const filesBelow = folder =>
  fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      entry => entry.isFile() && !/node_modules|\.test\.ts$/u.test(join(entry.parentPath ?? entry.path, entry.name)),
    )
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()

/** Builds the UI when its sources or the packages changed since the last time. */
export const buildUi = () => {
  const ui = join(ROOT, 'ui')
  const stamp = join(ROOT, 'var/ui/.sources')
  if (!fs.existsSync(join(ui, 'index.html'))) return
  const sources = digest(
    ...filesBelow(ui).flatMap(file => [file.slice(ROOT.length), fs.readFileSync(file)]),
    fs.readFileSync(join(ROOT, 'package-lock.json')),
  )
  if (read(stamp) === sources) return
  console.log("Construction de l'interface…")
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(modules, 'vite/bin/vite.js'), 'build', 'ui', '--logLevel', 'warn'],
    { cwd: ROOT, encoding: 'utf8' },
  )
  if (status !== 0) {
    process.stderr.write(stdout + stderr)
    refuse("L'interface n'a pas pu être construite, Vite en donne la raison ci-dessus : corrigez-la, puis relancez.")
  }
  fs.writeFileSync(stamp, sources)
}

/** Runs a script; a refusal is printed alone and ends with exit code 1. */
export const run = async script => {
  try {
    await script()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
