import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { gedConformance, largeFileConformance } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument, type FtpSimulatorOptions } from '#core/testing'
import ftp from './index.ts'
import { createSimulator } from './simulator.ts'

const started = async (options: FtpSimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const connect = (config: Readonly<Record<string, unknown>> = {}, allowLoopback = true) =>
    connectForTest(ftp, { ...simulator.config, ...config }, { allowLoopback })
  return { simulator, connect, [Symbol.asyncDispose]: () => simulator.close() }
}

/** Path → content of every file, without the working names at the root. */
const filesUnder = async (folder: string): Promise<Record<string, Buffer>> => {
  const found: Record<string, Buffer> = {}
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if (!relative(folder, path).startsWith('.passeur-') && (await stat(path)).isFile())
      found[name] = await readFile(path)
  }
  return found
}

gedConformance('Le connecteur FTP', ftp, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    contents: () => filesUnder(simulator.folder),
    unfinished: async () => simulator.count('inachevé'),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

largeFileConformance('Le connecteur FTP', ftp, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    sizeOf: async name => (await stat(join(simulator.folder, 'Gros', name))).size,
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

describe('le chiffrement', () => {
  test('vérifie toujours le certificat : autorité inconnue, expiré, autre nom', async () => {
    await using bench = await started()
    await using unknown = await bench.connect({ autorite: undefined })
    await expect(unknown.connector.check()).rejects.toThrow(/autorité connue/u)
    await using other = await bench.connect({ autorite: Buffer.from(createAuthority('Autre').certificate) })
    await expect(other.connector.check()).rejects.toThrow(ConfigurationError)
    await using expired = await started({ validity: { notAfter: new Date('2020-01-01T00:00:00Z') } })
    await using late = await expired.connect()
    await expect(late.connector.check()).rejects.toThrow(/a expiré/u)
  })

  test('implicite, ou absent d’un serveur ancien, dépose aussi', async () => {
    for (const options of [{ encryption: 'implicite' }, { encryption: 'aucun', modern: false }] as const) {
      await using bench = await started(options)
      await using connected = await bench.connect()
      expect(await connected.connector.check()).toContain(options.encryption === 'aucun' ? 'en clair' : 'en TLS')
      await connected.connector.ged.deposit(await sampleDocument(connected.context.files, { title: 'Acte' }), 'clé')
      expect(Object.keys(await filesUnder(bench.simulator.folder))).toHaveLength(4)
    }
  })

  test('exigé par le serveur, ou absent de lui, est dit à l’administrateur ; rien ne repasse en clair', async () => {
    await using secured = await started()
    await using clear = await secured.connect({ chiffrement: 'aucun' })
    await expect(clear.connector.check()).rejects.toThrow(/exige une connexion chiffrée/u)
    await using plain = await started({ encryption: 'aucun' })
    await using wanted = await plain.connect({ chiffrement: 'explicite' })
    await expect(wanted.connector.check()).rejects.toThrow(/ne propose pas TLS/u)
    await using wrong = await plain.connect({ chiffrement: 'implicite' })
    await expect(wrong.connector.check()).rejects.toThrow(/ne parle pas TLS/u)
  })
})

describe('la connexion', () => {
  test('n’atteint pas un réseau interne que la plateforme n’autorise pas', async () => {
    await using bench = await started()
    for (const change of [{}, { hote: 'localhost' }]) {
      await using connected = await bench.connect(change, false)
      const checking = connected.connector.check()
      await expect(checking).rejects.toThrow(ConfigurationError)
      await expect(checking).rejects.toThrow(/réseau interne/u)
    }
  })

  test('à un serveur occupé, muet ou qui n’est pas FTP est une erreur passagère', async () => {
    await using bench = await started({ encryption: 'aucun' })
    for (const fault of [{ kind: 'status', status: 421 }, { kind: 'garbage' }, { kind: 'cutBefore' }] as const) {
      bench.simulator.faults.plan(fault, { on: /^CONNECT/u })
      await using connected = await bench.connect()
      await expect(connected.connector.check(), fault.kind).rejects.toThrow(TemporaryError)
    }
    await using nobody = await bench.connect({ port: 1 })
    await expect(nobody.connector.check()).rejects.toThrow(/il refuse la connexion/u)
  })
})

describe('les refus du serveur', () => {
  const refusedWith = async (status: number, on: RegExp) => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'status', status }, { on, times: Infinity })
    await using connected = await bench.connect()
    const error: unknown = await connected.connector.ged
      .deposit(await sampleDocument(connected.context.files), 'clé')
      .catch((cause: unknown) => cause)
    return { error, visible: bench.simulator.count('dépôt') }
  }

  test('passagers : 421, 425, 426, 450, 451, disque plein', async () => {
    for (const status of [421, 425, 426, 450, 451, 452, 552]) {
      const { error, visible } = await refusedWith(status, /^STOR/u)
      expect(error, String(status)).toBeInstanceOf(TemporaryError)
      expect(visible, String(status)).toBe(0)
    }
  }, 20_000)
  test('affaire de réglage : compte, droit', async () => {
    for (const [status, on] of [
      [530, /^PASS/u],
      [550, /^MKD/u],
      [550, /^STOR/u],
      [502, /^RNTO/u],
    ] as const) {
      const { error, visible } = await refusedWith(status, on)
      expect(error, String(on)).toBeInstanceOf(ConfigurationError)
      expect(visible, String(on)).toBe(0)
    }
  })
  test('définitif : un nom que le serveur ne prend pas', async () => {
    expect((await refusedWith(553, /^STOR/u)).error).toBeInstanceOf(PermanentError)
  })
  test('un « 550 » à la lecture n’est pas pris pour un fichier absent quand le répertoire le montre', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    await connected.connector.ged.deposit(document, 'clé 1')
    bench.simulator.faults.plan({ kind: 'status', status: 550 }, { on: /^MLST \/Acte/u, times: Infinity })
    await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow('existe déjà')
  })
  test('répertoire inexistant : l’administrateur est prévenu', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ repertoire: '/nulle/part' })
    await expect(connected.connector.check()).rejects.toThrow(/« Répertoire »/u)
  })
})

test('un transfert coupé au milieu est repris, et un dépôt relevé avant la réponse n’est pas refait', async () => {
  await using bench = await started()
  await using connected = await bench.connect()
  const document = await sampleDocument(connected.context.files, { title: 'Acte' })
  bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /^DATA .*annexe\.pdf/u })
  await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
  expect(bench.simulator.count('dépôt')).toBe(0)
  bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^RNTO/u })
  await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
  await rename(join(bench.simulator.folder, 'Acte'), join(bench.simulator.folder, 'relevé'))
  await connected.connector.ged.deposit(document, 'clé')
  expect(await readdir(bench.simulator.folder)).toEqual(['relevé'])
})

test('un nom pris n’est jamais écrasé', async () => {
  await using bench = await started()
  await mkdir(join(bench.simulator.folder, 'Acte'))
  await using connected = await bench.connect()
  const document = await sampleDocument(connected.context.files, { title: 'Acte' })
  await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(PermanentError)
  expect(await readdir(join(bench.simulator.folder, 'Acte'))).toEqual([])
})
