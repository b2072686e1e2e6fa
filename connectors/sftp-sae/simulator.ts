import { createReadStream, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'xmlbuilder2'
import { checkSip, type Slip } from '#core'
import { createSftpSimulator, stepEvery, type Simulator } from '#core/testing'

export interface SftpSaeSimulatorOptions {
  readonly port?: number
  /** Milliseconds between two looks at the deposits, each transfer being acknowledged then decided; only on command when left out. */
  readonly progress?: number
}

export interface SftpSaeSimulator extends Simulator {
  /** The last transfer is acknowledged, then accepted or refused. Awaited by what looks at the answers next. */
  acknowledge(): Promise<void>
  accept(): Promise<void>
  refuse(code: string, comment: string): Promise<void>
  /** Leaves any file among the answers. */
  answer(name: string, content: string): Promise<void>
  /** The service takes away what it received, as a real one does. */
  collect(): Promise<void>
}

const IN = 'versements'
const OUT = 'reponses'

/** One of the two messages that the service writes, in the version of the slip. */
const message = (root: string, slip: Slip, more: Readonly<Record<string, unknown>>): string => {
  const first = slip.version === '1.0'
  const agency = (id: string) => (first ? { Identification: id } : { Identifier: id })
  const content: Record<string, unknown> = {
    Comment: 'Transfert reçu',
    Date: new Date().toISOString(),
    ...more,
    ArchivalAgency: agency(slip.archivalAgency),
    TransferringAgency: agency(slip.transferringAgency),
  }
  return create({ version: '1.0', encoding: 'UTF-8' })
    .ele(`fr:gouv:culture:archivesdefrance:seda:v${slip.version}`, root)
    .ele(content)
    .up()
    .end()
}

const archived = (slip: Slip, id: string): Readonly<Record<string, unknown>> =>
  slip.version === '1.0'
    ? { Archive: { ArchivalAgencyArchiveIdentifier: id } }
    : {
        DataObjectPackage: {
          DescriptiveMetadata: { ArchiveUnit: { Content: { ArchivalAgencyArchiveUnitIdentifier: id } } },
        },
      }

/**
 * An archive service behind an SFTP server: it takes the transfers of one folder and leaves its messages in another. A transfer whose
 * archive does not match its slip is refused (code 202), whatever is asked. Faults are those of the SFTP simulator.
 */
export const createSimulator = async (options: SftpSaeSimulatorOptions = {}): Promise<SftpSaeSimulator> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-sftp-sae-'))
  for (const name of [IN, OUT]) await mkdir(join(folder, name))
  const server = await createSftpSimulator({ folder, ...(options.port === undefined ? {} : { port: options.port }) })
  const received: string[] = []
  /** Names of the slips, in the order of their coming. */
  const slips = (): readonly string[] => {
    for (const name of readdirSync(join(folder, IN)))
      if (name.endsWith('.xml') && !received.includes(name)) received.push(name)
    return received
  }
  const write = (slip: string, end: string, content: string) =>
    writeFile(join(folder, OUT, slip.replace(/\.xml$/u, end)), content)

  /** @returns the last transfer, and why it must be refused */
  const last = async () => {
    const name = slips().at(-1)
    if (name === undefined) throw new Error('No transfer was received.')
    const archive = createReadStream(join(folder, IN, name.replace(/\.xml$/u, '.tar.gz')))
    const { slip, faults } = await checkSip(await readFile(join(folder, IN, name)), archive, undefined)
    if (!slip) throw new Error(faults.join(' '))
    return { name, slip, faults }
  }
  const decide = async (code: string, comment: string) => {
    const { name, slip, faults } = await last()
    const wrong = faults[0]
    const refused = wrong !== undefined || !code.startsWith('0')
    const ids =
      slip.version === '1.0' ? { TransferIdentifier: slip.transferId } : { MessageRequestIdentifier: slip.transferId }
    const content = message('ArchiveTransferReply', slip, {
      Comment: wrong ?? comment,
      ReplyCode: wrong === undefined ? code : '202',
      ...ids,
      ...(refused ? {} : archived(slip, `ARCHIVE_${received.length}`)),
    })
    await write(name, '_ATR.xml', content)
  }
  const acknowledge = async () => {
    const { name, slip } = await last()
    await write(name, '_ACK.xml', message('Acknowledgement', slip, { MessageReceivedIdentifier: slip.transferId }))
  }

  let looked = 0
  const look = async () => {
    if (slips().length <= looked) return
    looked = received.length
    await acknowledge()
    await decide('000', 'Transfert accepté')
  }
  const stop = stepEvery(options.progress, look)

  return {
    url: server.url,
    faults: server.faults,
    config: { ...server.config, repertoire: `/${IN}`, repertoireReponses: `/${OUT}`, accuse: 'fichier' },
    count: () => slips().length,
    acknowledge,
    async accept() {
      await acknowledge()
      await decide('000', 'Transfert accepté')
    },
    async refuse(code, comment) {
      await acknowledge()
      await decide(code, comment)
    },
    answer: (name, content) => writeFile(join(folder, OUT, name), content),
    async collect() {
      for (const name of readdirSync(join(folder, IN))) if (!name.startsWith('.')) await rm(join(folder, IN, name))
    },
    async close() {
      stop()
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
