import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, sftpVolume, TemporaryError } from '#core'
import { gedConformance, volumeConformance } from '#core/conformance'
import { connectForTest, newSshKeys, sampleDocument, type SftpSimulatorOptions } from '#core/testing'
import sftp from './index.ts'
import { createSimulator } from './simulator.ts'

const started = async (options: SftpSimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const connect = (config: Readonly<Record<string, unknown>> = {}, allowLoopback = true) =>
    connectForTest(sftp, { ...simulator.config, ...config }, { allowLoopback })
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

gedConformance('Le connecteur SFTP', sftp, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    refusesToReplace: true,
    contents: () => filesUnder(simulator.folder),
    unfinished: async () => simulator.count('inachevé'),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

volumeConformance(
  'Un dossier SFTP',
  async () => {
    const simulator = await createSimulator()
    const connected = await connectForTest(sftp, simulator.config)
    return {
      open: () => sftpVolume(connected.context, '/'),
      async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]()
        await simulator.close()
      },
    }
  },
  { replaces: 'refuses' },
)

test('une lecture coupée en chemin est une erreur passagère, jamais un fichier plus court', async () => {
  await using bench = await started()
  await writeFile(join(bench.simulator.folder, 'acte.pdf'), Buffer.alloc(300_000, 'x'))
  await using connected = await bench.connect()
  for (const kind of ['cutBefore', 'cutAfter'] as const) {
    const volume = await sftpVolume(connected.context, '/')
    bench.simulator.faults.plan({ kind }, { on: /^READ \/acte\.pdf [1-9]/u })
    await expect(volume.read('acte.pdf').then(buffer)).rejects.toThrow(TemporaryError)
    await volume.close()
  }
})

describe("l'identité du serveur", () => {
  test('inconnue des réglages, elle est refusée par une phrase qui donne l’empreinte à recopier', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ empreinte: undefined })
    const checking = connected.connector.check()
    await expect(checking).rejects.toThrow(ConfigurationError)
    await expect(checking).rejects.toThrow(bench.simulator.fingerprint)
  })

  test('changée, elle est refusée avant que le mot de passe ne parte, et la nouvelle empreinte est montrée', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    await connected.connector.check()
    bench.simulator.changeHostKey()
    const checking = connected.connector.check()
    await expect(checking).rejects.toThrow(ConfigurationError)
    await expect(checking).rejects.toThrow(bench.simulator.fingerprint)
  })
})

describe('la connexion', () => {
  test('accepte une clé privée, et refuse une clé inconnue', async () => {
    const { private: clePrivee, public: publicKey } = newSshKeys()
    await using bench = await started({ publicKey })
    await using connected = await bench.connect({ motDePasse: undefined, clePrivee: Buffer.from(clePrivee) })
    expect(await connected.connector.check()).toContain('accessible')
    const other = newSshKeys().private
    await using refused = await bench.connect({ motDePasse: undefined, clePrivee: Buffer.from(other) })
    await expect(refused.connector.check()).rejects.toThrow(/refuse la connexion de « passeur »/u)
  })

  test('dit qu’une clé privée est illisible, ou qu’il manque de quoi s’identifier', async () => {
    await using bench = await started()
    await using unreadable = await bench.connect({ clePrivee: Buffer.from('pas une clé') })
    await expect(unreadable.connector.check()).rejects.toThrow(/clé privée .* illisible/u)
    await using nothing = await bench.connect({ motDePasse: undefined })
    await expect(nothing.connector.check()).rejects.toThrow(ConfigurationError)
  })

  test('n’atteint pas un réseau interne que la plateforme n’autorise pas', async () => {
    await using bench = await started()
    await using connected = await bench.connect({}, false)
    await expect(connected.connector.check()).rejects.toThrow(ConfigurationError)
    await using named = await bench.connect({ hote: 'localhost' }, false)
    await expect(named.connector.check()).rejects.toThrow(/réseau interne/u)
  })

  test('à un serveur qui n’est pas SFTP est une erreur passagère', async () => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /^CONNECT/u })
    await using connected = await bench.connect()
    await expect(connected.connector.check()).rejects.toThrow(TemporaryError)
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

  test('droit refusé : l’administrateur est prévenu', async () => {
    const { error, visible } = await refusedWith(3, /^MKDIR/u)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('refuse ce droit')
    expect(visible).toBe(0)
  })
  test('disque plein : on réessaie plus tard, et rien de visible n’est resté', async () => {
    const { error, visible } = await refusedWith(4, /^WRITE/u)
    expect(error).toBeInstanceOf(TemporaryError)
    expect(visible).toBe(0)
  })
  test('un serveur qui échoue à lire n’est pas pris pour un fichier absent', async () => {
    const { error } = await refusedWith(4, /^LSTAT/u)
    expect(error).toBeInstanceOf(TemporaryError)
  })
  test('répertoire inexistant : l’administrateur est prévenu', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ repertoire: '/nulle/part' })
    await expect(connected.connector.check()).rejects.toThrow(/« Répertoire »/u)
    const depositing = connected.connector.ged.deposit(await sampleDocument(connected.context.files), 'clé')
    await expect(depositing).rejects.toThrow(ConfigurationError)
  })
  test('un nom pris entre la vérification et le renommage n’écrase rien', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    // The folder of somebody else appears while ours is being written.
    bench.simulator.faults.plan({ kind: 'latency', ms: 300 }, { on: /^OPEN .*ar\.xml/u })
    const depositing = connected.connector.ged.deposit(
      await sampleDocument(connected.context.files, { title: 'Acte' }),
      'clé',
    )
    setTimeout(() => {
      void mkdir(join(bench.simulator.folder, 'Acte')).then(() =>
        writeFile(join(bench.simulator.folder, 'Acte', 'autre'), 'x'),
      )
    }, 150)
    await expect(depositing).rejects.toThrow('existe déjà')
    expect(Object.keys(await filesUnder(bench.simulator.folder))).toEqual(['Acte/autre'])
    expect(bench.simulator.count('inachevé')).toBe(0)
  })
  test('un dépôt relevé par son destinataire avant la réponse n’est pas fait une deuxième fois', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^RENAME/u })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
    await rename(join(bench.simulator.folder, 'Acte'), join(bench.simulator.folder, 'relevé'))
    expect((await connected.connector.ged.deposit(document, 'clé')).location).toContain('Acte')
    expect(await readdir(bench.simulator.folder)).toEqual(['relevé'])
  })
})
