import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { ConfigurationError, TemporaryError, type FileRef, type Files } from '#core'
import { encrypted, extensionOf, pdfName, unconvertible } from './formats.ts'
import { writeProfile } from './profile.ts'
import { isProtected } from './protection.ts'

export interface OfficeOptions {
  /** Path of `soffice`; looked for on the machine unless told. */
  readonly program?: string | undefined
  /** Milliseconds before a conversion is given up. */
  readonly timeout?: number
}

const TIMEOUT = 120_000
/** Conversions at once in this process, whatever the number of instances: each takes a core and 200 MB. */
const MOST_AT_ONCE = 2
const LONGEST_COMPLAINT = 2_000

const missing = () =>
  new ConfigurationError(
    "LibreOffice n'est pas installé sur la machine du hub : installez-le (sous Debian, le paquet libreoffice-writer-nogui, et -calc-nogui, -impress-nogui pour les tableurs et les présentations), ou choisissez le moteur cloudooo.",
  )

/** Where distributions and the publisher's packages put it, when it is not in the path. */
const USUAL = ['/usr/lib/libreoffice/program', '/usr/lib64/libreoffice/program', '/opt/libreoffice/program']

/** @throws ConfigurationError when LibreOffice is not on this machine */
export const findOffice = (path = process.env['PATH'] ?? ''): string => {
  const found = [...path.split(delimiter).filter(Boolean), ...USUAL]
    .map(folder => join(folder, 'soffice'))
    .find(program => existsSync(program))
  if (found === undefined) throw missing()
  return found
}

let running = 0
const waiting: (() => void)[] = []

const oneOfFew = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= MOST_AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
  else running += 1
  try {
    return await work()
  } finally {
    // The place goes straight to the next one, else it is free.
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-pdf-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface Ended {
  readonly is: 'ended' | 'late' | 'killed'
  readonly said: string
}

/** Runs LibreOffice with a bare environment. It starts children: the whole group is ended when it is late. */
const runOffice = (program: string, args: readonly string[], folder: string, timeout: number): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      detached: true,
      env: { PATH: '/usr/bin:/bin', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let late = false
    const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-LONGEST_COMPLAINT))
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const limit = setTimeout(() => {
      late = true
      endGroup(child.pid)
    }, timeout)
    child.once('error', error => {
      clearTimeout(limit)
      reject(error)
    })
    child.once('close', (_code, signal) => {
      clearTimeout(limit)
      resolve({ is: late ? 'late' : signal === null ? 'ended' : 'killed', said })
    })
  })

const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const launch = async (program: string, args: readonly string[], folder: string, timeout: number): Promise<Ended> => {
  try {
    return await runOffice(program, args, folder, timeout)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing()
    throw new TemporaryError(
      "LibreOffice n'a pas pu être lancé sur la machine du hub : un nouvel essai aura lieu. Si cela dure, prévenez son administrateur.",
      { cause: error },
    )
  }
}

const QUIET = ['--headless', '--invisible', '--nodefault', '--norestore', '--nolockcheck', '--nologo']

/** A converter that runs LibreOffice on this machine, each time with a profile and a folder of its own, erased after. */
export const createOffice = ({ program, timeout = TIMEOUT }: OfficeOptions = {}) => ({
  /** « LibreOffice 7.4.7.2 ». @throws ConfigurationError when it is not installed */
  version: (): Promise<string> =>
    inFolder(async folder => {
      const { said } = await launch(program ?? findOffice(), ['--version'], folder, timeout)
      return /LibreOffice [\d.]+/u.exec(said)?.[0] ?? 'LibreOffice'
    }),

  /** @throws PermanentError when this very file cannot be converted, ConfigurationError, TemporaryError */
  toPdf: (file: FileRef, files: Files): Promise<FileRef> =>
    oneOfFew(() =>
      inFolder(async folder => {
        const source = join(folder, `source.${extensionOf(file)}`)
        await pipeline(files.open(file), createWriteStream(source))
        if (await isProtected(source)) throw encrypted(file)
        const profile = join(folder, 'profil')
        await writeProfile(profile)
        const args = [
          `-env:UserInstallation=${pathToFileURL(profile).href}`,
          ...QUIET,
          '--convert-to',
          'pdf',
          '--outdir',
          folder,
          source,
        ]
        const ended = await launch(program ?? findOffice(), args, folder, timeout)
        if (ended.is === 'late')
          throw unconvertible(file, `LibreOffice n'a pas fini en ${Math.round(timeout / 1_000)} secondes`)
        if (ended.is === 'killed')
          throw new TemporaryError(
            `La conversion de « ${file.name} » a été interrompue sur la machine du hub (mémoire insuffisante ?). Un nouvel essai aura lieu.`,
          )
        const made = join(folder, 'source.pdf')
        // LibreOffice ends without an error when it cannot read a document: the result alone tells.
        if (!existsSync(made))
          throw unconvertible(
            file,
            "LibreOffice n'a pas su l'ouvrir (fichier abîmé, protégé par un mot de passe, ou composant de LibreOffice absent)",
          )
        return files.save(createReadStream(made), pdfName(file))
      }),
    ),
})

export type Converter = Pick<ReturnType<typeof createOffice>, 'toPdf' | 'version'>
