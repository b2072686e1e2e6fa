import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { tarGz, type FileRef, type Sip } from '#core'
import { saeConformance, sampleSip, type SampleSipOptions } from '#core/conformance'
import { connectForTest, createAuthority, temporaryFiles, temporaryMemory, type Fault } from '#core/testing'
import vitam from './index.ts'
import { readReply } from './reply.ts'
import { createSimulator, type VitamSimulatorOptions } from './simulator.ts'

const made = createAuthority()
const server = made.issueServer()
/** Certificates are made once for this file: it is what takes time. */
const authority = { ...made, issueServer: () => server }
const client = made.issueClient('passeur-demonstration')

saeConformance(
  'Vitam',
  vitam,
  async () => {
    const simulator = await createSimulator({ authority, client })
    return {
      config: { ...simulator.config, attente: 0 },
      refused: { config: { certificatMotDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
      faults: simulator.faults,
      sending: /^POST \/ingest/u,
      count: () => simulator.count('versement'),
      acknowledge: () => undefined,
      accept: () => simulator.accept(),
      refuse: (_code, comment) => simulator.refuse(comment),
      close: () => simulator.close(),
    }
  },
  { acknowledges: false, refusalCode: 'KO', sip: { profile: 'vitam' } },
)

const start = async (options: VitamSimulatorOptions = {}, config: Readonly<Record<string, unknown>> = {}) => {
  const simulator = await createSimulator({ authority, client, ...options })
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  let now = new Date('2026-07-01T10:00:00Z')
  const connect = (more: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(vitam, { ...simulator.config, ...config, ...more }, { files, memory, clock: { now: () => now } })
  const connected = await connect()
  const { sae } = connected.connector
  return {
    simulator,
    files,
    connect,
    sae,
    check: () => connected.connector.check(),
    sip: (sipOptions: SampleSipOptions = {}) => sampleSip(files, { profile: 'vitam', ...sipOptions }),
    async sent(sipOptions: SampleSipOptions = {}): Promise<Sip> {
      const sip = await sampleSip(files, { profile: 'vitam', ...sipOptions })
      expect(await sae.send(sip)).toEqual({ is: 'sent' })
      return sip
    },
    later: (minutes: number) => {
      now = new Date(now.getTime() + minutes * 60_000)
    },
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

const INGEST = /^POST \/ingest/u

describe('envoi', () => {
  for (const [version, empreinte] of [
    ['2.1', 'SHA-512'],
    ['2.2', 'SHA-256'],
    ['2.1', 'aucune'],
  ] as const)
    test(`SEDA ${version}, empreinte ${empreinte} : du versement à l'identifiant de l'archive`, async () => {
      await using bench = await start({}, { empreinte, contexte: 'BLANK_TEST' })
      const sip = await bench.sent({ version, transferId: 'VERSEMENT/2026 n° 1' })
      const [operation] = bench.simulator.operations
      expect(operation?.headers).toMatchObject({
        'x-tenant-id': '1',
        'x-context-id': 'BLANK_TEST',
        'x-action': 'RESUME',
      })
      expect(operation?.headers['x-manifest-digest-algo']).toBe(empreinte === 'aucune' ? undefined : empreinte)
      expect(await bench.sae.acknowledgement(sip)).toEqual({ is: 'notProvided' })
      bench.simulator.accept()
      expect(await bench.sae.reply(sip)).toMatchObject({
        is: 'accepted',
        archiveId: expect.stringMatching(/u00000$/u) as string,
        comment: 'Succès du processus de versement',
      })
    })

  test("un paquet sans manifeste, d'un autre transfert, ou avec un fichier hors de « content » ne part pas", async () => {
    await using bench = await start()
    const plain = await sampleSip(bench.files)
    const good = await bench.sip()
    const packed = async (name: string): Promise<FileRef> =>
      bench.files.save(
        tarGz(
          ['manifest.xml', name].map(each => ({
            name: each,
            size: good.bordereau.size,
            modified: new Date('2026-07-01T10:00:00Z'),
            open: () => bench.files.open(good.bordereau),
          })),
        ),
        'archive.tar.gz',
      )
    const broken = { ...good, archive: await bench.files.save('pas un tar.gz', 'archive.tar.gz') }
    for (const [sip, reason] of [
      [plain, /n'a pas de fichier « manifest\.xml »/u],
      [{ ...good, transferId: 'autre' }, /« transfert-1 » au lieu de « autre »/u],
      [broken, /ne se lit pas/u],
      [{ ...good, archive: await packed('annexe.pdf') }, /« annexe\.pdf » n'y est pas/u],
      [{ ...good, archive: await packed('content/../annexe.pdf') }, /n'y est pas/u],
    ] as const)
      expect(await bench.sae.send(sip)).toMatchObject({
        is: 'refused',
        reason: expect.stringMatching(reason) as string,
      })
    expect(bench.simulator.count('versement')).toBe(0)
  })

  test('un paquet que Vitam lit mal est refusé par sa réponse, avec son motif', async () => {
    await using bench = await start()
    const wrong = { 'content/a.pdf': { sha256: '0'.repeat(64), size: 4 } }
    const sip = await bench.sent({ contents: { 'a.pdf': '%PDF' }, announced: wrong })
    expect(await bench.sae.reply(sip)).toMatchObject({
      is: 'refused',
      code: 'KO',
      comment: expect.stringContaining('Empreinte incorrecte') as string,
    })
  })

  for (const [status, code] of [
    [400, 'malformé'],
    [412, 'précondition'],
    [415, 'format'],
  ] as const)
    test(`une réponse ${status} est un refus dans les mots de Vitam, et le même versement peut repartir`, async () => {
      await using bench = await start()
      const sip = await bench.sip()
      const body = JSON.stringify({ httpCode: status, code, message: 'Requête refusée', description: code })
      bench.simulator.faults.plan({ kind: 'status', status, body }, { on: INGEST })
      expect(await bench.sae.send(sip)).toEqual({
        is: 'refused',
        reason: `Vitam refuse le versement : Requête refusée : ${code}.`,
      })
      expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      expect(bench.simulator.count('versement')).toBe(1)
    })
})

describe('réponse perdue', () => {
  test("après une coupure, rien n'est renvoyé tant que Vitam peut encore inscrire le versement à son journal", async () => {
    await using bench = await start({ slowLogbook: true })
    const sip = await bench.sip()
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: INGEST })
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ maybeSent: true })
    bench.later(29)
    await expect(bench.sae.send(sip)).rejects.toThrow(/pas encore inscrit à son journal/u)
    bench.simulator.index()
    await using restarted = await bench.connect()
    expect(await restarted.connector.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('versement')).toBe(1)
    bench.simulator.accept()
    expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted' })
  })

  test('le délai passé, un versement que le journal ne connaît pas repart, une seule fois', async () => {
    await using bench = await start()
    const sip = await bench.sip()
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: INGEST })
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ maybeSent: true })
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ name: 'TemporaryError' })
    bench.later(30)
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('versement')).toBe(1)
  })

  test('une réponse 202 sans numéro laisse un doute, que le journal lève', async () => {
    await using bench = await start()
    const sip = await bench.sip()
    bench.simulator.answerBadly('without number')
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('versement')).toBe(1)
  })

  test("une erreur 500 qui porte un numéro : l'opération est suivie si elle existe, cherchée sinon", async () => {
    await using bench = await start({ slowLogbook: true })
    const sip = await bench.sip()
    bench.simulator.answerBadly('with an error')
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('versement')).toBe(1)
    const other = await bench.sip({ transferId: 'autre' })
    bench.simulator.answerBadly('with an error')
    await expect(bench.sae.send(other)).rejects.toMatchObject({ maybeSent: true })
    bench.simulator.operations.splice(1)
    await expect(bench.sae.send(other)).rejects.toThrow(/pas encore inscrit/u)
    bench.later(30)
    expect(await bench.sae.send(other)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('versement')).toBe(2)
  })

  test("tant que le journal ne sait pas répondre, rien n'est renvoyé", async () => {
    await using bench = await start({}, { attente: 0 })
    const sip = await bench.sip()
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: INGEST })
    await expect(bench.sae.send(sip)).rejects.toMatchObject({ maybeSent: true })
    await using otherField = await bench.connect({ champRecherche: 'evDetData' })
    for (const failing of [otherField.connector.sae, bench.sae]) {
      if (failing === bench.sae) bench.simulator.faults.plan({ kind: 'garbage' }, { on: /logbookoperations/u })
      await expect(failing.send(sip)).rejects.toMatchObject({ name: 'TemporaryError' })
    }
    await using without = await bench.connect({ contratAcces: undefined })
    await expect(without.connector.sae.send(sip)).rejects.toThrow(/sans contrat d'accès/u)
    expect(bench.simulator.count('versement')).toBe(1)
  })

  test("une connexion refusée n'a rien envoyé : le versement repart sans attendre", async () => {
    await using bench = await start()
    const sip = await bench.sip()
    await using nowhere = await bench.connect({ url: 'https://127.0.0.1:9' })
    await expect(nowhere.connector.sae.send(sip)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
  })
})

describe('suivi', () => {
  test('en cours, en pause, en erreur interne, sans réponse encore : toujours en attente, et on dit qui doit agir', async () => {
    await using bench = await start()
    const sip = await bench.sent()
    const message = async () => {
      const reply = await bench.sae.reply(sip)
      return reply.is === 'pending' ? reply.message : JSON.stringify(reply)
    }
    expect(await message()).toContain('en cours de traitement')
    bench.simulator.pause()
    expect(await message()).toContain('en pause')
    bench.simulator.fail()
    expect(await message()).toMatch(/FATAL.*exploitant de Vitam doit reprendre/u)
    bench.simulator.endWithoutReply()
    expect(await message()).toContain('prépare sa réponse')
    bench.simulator.accept()
    expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted' })
  })

  test('un avertissement est une acceptation avec sa remarque, ou un refus si le réglage le veut', async () => {
    await using bench = await start()
    const sip = await bench.sent()
    bench.simulator.warn('Format non identifié')
    expect(await bench.sae.reply(sip)).toMatchObject({
      is: 'accepted',
      comment: 'Accepté avec avertissement : Format non identifié',
    })
    await using strict = await bench.connect({ avertissement: 'refuser' })
    expect(await strict.connector.sae.reply(sip)).toMatchObject({ is: 'refused', code: 'WARNING' })
  })

  test("la réponse d'un autre versement n'est jamais prise pour la nôtre", async () => {
    await using bench = await start()
    const other = await bench.sent({ transferId: 'autre' })
    bench.simulator.accept()
    const reply = await bench.sae.reply(other)
    if (reply.is !== 'accepted') throw new Error(JSON.stringify(reply))
    const body = await text(bench.files.open(reply.reply))
    const ours = await bench.sent()
    bench.simulator.accept()
    bench.simulator.faults.plan({ kind: 'status', status: 200, body }, { on: /archivetransferreply/u })
    await expect(bench.sae.reply(ours)).rejects.toThrow(/autre versement \(autre\)/u)
  })

  test('une réponse FATAL attend un exploitant ; une réponse sans code ne décide rien', async () => {
    await using bench = await start()
    const sip = await bench.sent()
    bench.simulator.accept()
    const body = (code: string) =>
      `<ArchiveTransferReply xmlns="fr:gouv:culture:archivesdefrance:seda:v2.1">${code}<MessageRequestIdentifier>transfert-1</MessageRequestIdentifier></ArchiveTransferReply>`
    const answer = (code: string) =>
      bench.simulator.faults.plan({ kind: 'status', status: 200, body: body(code) }, { on: /archivetransferreply/u })
    answer('<ReplyCode>FATAL</ReplyCode>')
    expect(await bench.sae.reply(sip)).toMatchObject({
      is: 'pending',
      message: expect.stringContaining('exploitant') as string,
    })
    answer('')
    await expect(bench.sae.reply(sip)).rejects.toThrow(/ne porte aucun code/u)
  })

  test('un versement jamais envoyé est dit inconnu', async () => {
    await using bench = await start()
    await expect(bench.sae.reply(await bench.sip())).rejects.toThrow(/ne connaît pas le versement « transfert-1 »/u)
  })

  test('les versements avancent seuls quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 10 })
    const sip = await bench.sent()
    await expect.poll(async () => (await bench.sae.reply(sip)).is, { timeout: 5_000 }).toBe('accepted')
  })

  const errors: readonly (readonly [Fault, string, RegExp])[] = [
    [{ kind: 'status', status: 401 }, 'ConfigurationError', /certificat/u],
    [{ kind: 'status', status: 403 }, 'ConfigurationError', /contrat d'accès/u],
    [{ kind: 'status', status: 302 }, 'ConfigurationError', /autre adresse/u],
    [{ kind: 'status', status: 404 }, 'ConfigurationError', /adresse indiquée/u],
    [{ kind: 'status', status: 412, body: '{"message":"Tenant"}' }, 'PermanentError', /Tenant/u],
    [{ kind: 'status', status: 500 }, 'TemporaryError', /indisponible/u],
    [{ kind: 'status', status: 503 }, 'TemporaryError', /indisponible/u],
    [{ kind: 'status', status: 429 }, 'TemporaryError', /indisponible/u],
    [{ kind: 'status', status: 200, body: '<ArchiveTransferReply>' }, 'TemporaryError', /lisible/u],
    [{ kind: 'garbage' }, 'TemporaryError', /« html » au lieu de la réponse/u],
  ]
  for (const [fault, error, sentence] of errors)
    test(`${JSON.stringify(fault)} en lisant la réponse est une ${error}`, async () => {
      await using bench = await start()
      const sip = await bench.sent()
      bench.simulator.accept()
      bench.simulator.faults.plan(fault, { on: /archivetransferreply/u })
      const failure = await bench.sae.reply(sip).catch((caught: unknown) => caught)
      expect(failure).toMatchObject({ name: error, message: expect.stringMatching(sentence) as string })
    })
})

describe('message de réponse', () => {
  test("le premier SystemId et le dernier motif sont retenus, où qu'ils soient", async () => {
    const unit = (id: string, inner = '') =>
      `<ArchiveUnit id="${id}"><Content><SystemId>${id}</SystemId></Content>${inner}</ArchiveUnit>`
    const xml = `<ArchiveTransferReply xmlns="fr:gouv:culture:archivesdefrance:seda:v2.1"><DataObjectPackage><DescriptiveMetadata>${unit('a', unit('b'))}${unit('c')}</DescriptiveMetadata></DataObjectPackage><ReplyCode>WARNING</ReplyCode><Operation><Event><OutcomeDetailMessage>un</OutcomeDetailMessage></Event><Event><OutcomeDetailMessage><![CDATA[deux & été]]></OutcomeDetailMessage></Event></Operation><MessageRequestIdentifier>M-1</MessageRequestIdentifier></ArchiveTransferReply>`
    expect(await readReply(Readable.from([Buffer.from(xml)]))).toEqual({
      root: 'ArchiveTransferReply',
      transferId: 'M-1',
      code: 'WARNING',
      archiveId: 'a',
      comment: 'deux & été',
    })
  })
})

describe('réglages', () => {
  test('« Tester » nomme le tenant, le certificat et sa fin de validité, et prévient sans contrat', async () => {
    await using bench = await start()
    expect(await bench.check()).toMatch(
      /^Connecté à Vitam, tenant 1, avec le certificat « passeur-demonstration » valable jusqu'au \d\d\/\d\d\/\d{4}\. Le contrat d'accès « ContratDemo » permet de retrouver les versements\.$/u,
    )
    await using without = await bench.connect({ contratAcces: undefined })
    expect(await without.connector.check()).toContain("Sans contrat d'accès")
  })

  test('un certificat inconnu ou étranger, un autre tenant, un autre contrat sont des erreurs de réglage', async () => {
    await using bench = await start()
    const stranger = made.issueClient('inconnu')
    const expired = made.issueClient('passeur-demonstration', { notAfter: new Date('2026-01-01T00:00:00Z') })
    const foreign = createAuthority('Autre autorité').issueClient('passeur-demonstration')
    for (const change of [
      { certificat: stranger.pfx, certificatMotDePasse: stranger.passphrase },
      { certificat: foreign.pfx, certificatMotDePasse: foreign.passphrase },
      { certificat: expired.pfx, certificatMotDePasse: expired.passphrase },
      { tenant: 2 },
      { contratAcces: 'Autre' },
      { autorite: undefined },
    ]) {
      await using wrong = await bench.connect(change)
      await expect(wrong.connector.check(), Object.keys(change).join()).rejects.toMatchObject({
        name: 'ConfigurationError',
      })
    }
  })
})
