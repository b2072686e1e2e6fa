import { text } from 'node:stream/consumers'
import { Agent, fetch } from 'undici'
import { describe, expect, test } from 'vitest'
import type { ActeATransmettre, LetterAnswer } from '#core'
import { connectForTest, createAuthority } from '#core/testing'
import connector from './index.ts'
import { addressesIn } from './pieces.ts'
import { createSimulator, type S2lowSimulatorOptions } from './simulator.ts'

const authority = createAuthority()
const client = authority.issueClient('Ville de Démonstration')
const agent = authority.issueClient('Agent de la ville')

const start = async (config: Readonly<Record<string, unknown>> = {}, options: S2lowSimulatorOptions = {}) => {
  const simulator = await createSimulator({ authority, client, ...options })
  const connected = await connectForTest(connector, { ...simulator.config, ...config })
  const { files } = connected.context
  const { tdtActes: tdt } = connected.connector
  const { answers, confirmationUrl } = tdt
  if (!answers || !confirmationUrl) throw new Error('S²LOW answers and confirms')
  const pdf = (name: string) => files.save(`%PDF-1.4\n% ${name}\n%%EOF\n`, name)
  const acte = async (changes: Partial<ActeATransmettre> = {}): Promise<ActeATransmettre> => ({
    key: 'clé',
    nature: '1',
    numero: 'D1',
    objet: 'Objet',
    date: '2026-01-15',
    classification: '1.1',
    papier: false,
    acte: { file: await pdf('acte.pdf'), type: '99_DE' },
    annexes: [],
    ...changes,
  })
  const send = async (changes: Partial<ActeATransmettre> = {}) => {
    const sent = await tdt.send(await acte(changes))
    if (sent.is === 'refused') throw new Error(sent.reason)
    return sent
  }
  /** The browser of an agent, with a certificate of their own. */
  const browse = async (url: string) => {
    const dispatcher = new Agent({ connect: { ca: authority.certificate, cert: agent.certificate, key: agent.key } })
    const { status, headers } = await fetch(url, { dispatcher, redirect: 'manual' })
    await dispatcher.close()
    return { status, location: headers.get('location') ?? '' }
  }
  return {
    simulator,
    files,
    tdt,
    answers,
    confirmationUrl,
    send,
    browse,
    log: connected.context.log,
    letter: async (kind: 2 | 3 | 4 | 5) => {
      const { id } = await send()
      simulator.acknowledge(id)
      return simulator.prefectureLetter(kind, { about: id })
    },
    answer: async (letterId: string, changes: Partial<LetterAnswer> = {}): Promise<LetterAnswer> => ({
      key: 'clé',
      kind: '3',
      letterId,
      refusal: false,
      piece: { file: await pdf('réponse.pdf'), type: '99_AU' },
      annexes: [],
      ...changes,
    }),
    pdf,
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

describe('réponses aux courriers de la préfecture', () => {
  test('une demande de pièces reçoit les pièces et leurs annexes, puis son accusé de réception', async () => {
    await using bench = await start()
    const letterId = await bench.letter(3)
    const annexes = [{ file: await bench.pdf('plan n°1.pdf'), type: '99_AU' }]
    const sent = await bench.answers.send(await bench.answer(letterId, { annexes }))
    if (sent.is !== 'sent') throw new Error(sent.reason)
    const there = bench.simulator.transactions.at(-1)
    expect(there).toMatchObject({ type: 3, answer: 'sending', related: Number(letterId) })
    expect(there?.files.map(({ posted, type }) => [posted, type])).toEqual([
      ['r_ponse.pdf', '99_AU'],
      ['plan n_1.pdf', '99_AU'],
    ])
    const about = { kind: '3', numero: 'D1' } as const
    expect(await bench.answers.status(sent.id, about)).toMatchObject({ is: 'pending' })
    bench.simulator.acknowledge(sent.id)
    const status = await bench.answers.status(sent.id, about)
    if (status.is !== 'acknowledged') throw new Error(JSON.stringify(status))
    expect(status.ar.name).toBe('D1-ar-demande_piece_complementaire.xml')
    expect(await text(bench.files.open(status.ar))).toContain('ARPieceComplementaire')
  })

  test('une lettre d’observations peut être rejetée', async () => {
    await using bench = await start()
    const letterId = await bench.letter(4)
    const sent = await bench.answers.send(await bench.answer(letterId, { kind: '4', refusal: true }))
    expect(sent).toMatchObject({ is: 'sent' })
    expect(bench.simulator.transactions.at(-1)).toMatchObject({ type: 4, answer: 'refusal' })
  })

  test('un courrier simple reçoit une réponse, dont personne n’accuse réception', async () => {
    await using bench = await start()
    const letterId = await bench.letter(2)
    const sent = await bench.answers.send(await bench.answer(letterId, { kind: '2' }))
    if (sent.is !== 'sent') throw new Error(sent.reason)
    expect(await bench.answers.status(sent.id, { kind: '2', numero: 'D1' })).toMatchObject({ is: 'final' })
  })

  test('ce qui n’a pas de sens est refusé avant de partir', async () => {
    await using bench = await start()
    const letterId = await bench.letter(3)
    const annexes = [{ file: await bench.pdf('plan.pdf'), type: '99_AU' }]
    for (const changes of [
      { kind: '5' },
      { kind: '2', refusal: true },
      { kind: '3', refusal: true, annexes },
      { kind: '4', annexes },
    ] as const)
      expect(await bench.answers.send(await bench.answer(letterId, changes))).toMatchObject({
        is: 'refused',
        reason: expect.stringMatching(/\.$/u) as string,
      })
    expect(bench.simulator.count('réponse')).toBe(0)
  })

  test('déjà répondu, ou courrier inconnu : le refus de S²LOW est rendu', async () => {
    await using bench = await start()
    const letterId = await bench.letter(3)
    await bench.answers.send(await bench.answer(letterId))
    expect(await bench.answers.send(await bench.answer(letterId))).toEqual({
      is: 'refused',
      reason: 'S²LOW refuse la réponse : Une réponse a déjà été envoyée pour ce courrier.',
    })
    expect(await bench.answers.send(await bench.answer('999'))).toMatchObject({ is: 'refused' })
    expect(bench.simulator.count('réponse')).toBe(1)
  })

  test('une réponse coupée après l’acceptation laisse un doute, une erreur tardive est un refus', async () => {
    await using bench = await start()
    const letterId = await bench.letter(3)
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /reponse_create/u })
    await expect(bench.answers.send(await bench.answer(letterId))).rejects.toMatchObject({ maybeSent: true })
    const answerId = String(bench.simulator.transactions.at(-1)?.id)
    bench.simulator.anomaly('Pièce illisible', answerId)
    expect(await bench.answers.status(answerId, { kind: '3', numero: 'D1' })).toEqual({
      is: 'refused',
      reason: 'Pièce illisible',
    })
  })

  test('notre réponse n’est pas relevée comme un courrier de la préfecture', async () => {
    await using bench = await start()
    const letterId = await bench.letter(3)
    await bench.answers.send(await bench.answer(letterId))
    expect(bench.simulator.count('courrier non lu')).toBe(1)
  })
})

describe('télétransmission par le certificat d’un agent', () => {
  const RETURN = 'https://passeur.test/retour?erreur=%%ERROR%%&message=%%MESSAGE%%'

  test('un acte attend, l’agent confirme dans son navigateur, l’acte part', async () => {
    await using bench = await start({ confirmation: true })
    const sent = await bench.send()
    if (sent.is !== 'toConfirm') throw new Error(JSON.stringify(sent))
    expect(await bench.tdt.status(sent.id)).toMatchObject({ is: 'toConfirm' })
    expect(await bench.confirmationUrl([sent.id])).toBe(sent.url)
    expect(await bench.browse(await bench.confirmationUrl([sent.id], RETURN))).toEqual({
      status: 302,
      location: expect.stringContaining('erreur=0') as string,
    })
    expect(await bench.tdt.status(sent.id)).toMatchObject({ is: 'pending' })
    bench.simulator.acknowledge(sent.id)
    expect(await bench.tdt.status(sent.id)).toMatchObject({ is: 'acknowledged' })
  })

  test('plusieurs actes se confirment en une fois ; celui qui ne peut pas est dit au retour', async () => {
    await using bench = await start({ enAttente: true })
    const ids = [(await bench.send({ numero: 'A' })).id, (await bench.send({ numero: 'B' })).id]
    await bench.browse(await bench.confirmationUrl(ids))
    for (const id of ids) expect(await bench.tdt.status(id)).toMatchObject({ is: 'pending' })
    const { location } = await bench.browse(await bench.confirmationUrl(ids, RETURN))
    expect(location).toMatch(/erreur=1&message=.*attente/u)
  })

  test('avec un identifiant, l’adresse ouvre une seule visite et ne dit rien du mot de passe', async () => {
    await using bench = await start({ confirmation: true }, { login: true })
    const { id } = await bench.send()
    const plain = new URL(await bench.confirmationUrl([id]))
    plain.search = `?id=${id}`
    expect(await bench.browse(plain.toString())).toEqual({ status: 302, location: '/connexion-status' })
    const url = await bench.confirmationUrl([id])
    const password = String(bench.simulator.config['motDePasse'])
    expect(`${url} ${JSON.stringify(bench.log.lines)}`).not.toContain(password)
    expect(new URL(url).searchParams.get('hash')).toMatch(/^[0-9a-f]{64}$/u)
    expect(await bench.browse(url)).toMatchObject({ status: 200 })
    expect(await bench.tdt.status(id)).toMatchObject({ is: 'pending' })
    expect(await bench.browse(url)).toEqual({ status: 302, location: '/connexion-status' })
  })
})

describe('ce que l’instance demande en plus', () => {
  test('signer sur S²LOW : l’acte attend d’être signé', async () => {
    await using bench = await start({ aSigner: true })
    const sent = await bench.send()
    expect(sent).toMatchObject({ is: 'sent' })
    expect(await bench.tdt.status(sent.id)).toMatchObject({
      is: 'toConfirm',
      message: expect.stringContaining('signé') as string,
    })
  })

  test('avertir par courriel : les adresses partent nues, et rien ne part sans elles', async () => {
    await using bench = await start({ diffusion: 'Mairie <mairie@ville.test>, dgs@ville.test' })
    await bench.send()
    expect(bench.simulator.transactions.at(-1)?.broadcast).toEqual(['mairie@ville.test', 'dgs@ville.test'])
    await using without = await start({ diffusionPieces: true })
    await without.send()
    expect(without.simulator.transactions.at(-1)?.broadcast).toEqual([])
    expect(addressesIn(' , a@b.fr ,"X, Y" <x@y.fr>')).toEqual(['a@b.fr', 'x@y.fr'])
  })
})
