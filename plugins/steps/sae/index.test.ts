import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { choice, defineFlow, file, text, type DocumentContents, type Files, type Sae } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from './index.ts'

const flow = defineFlow({
  id: 'archives',
  version: 1,
  label: 'Archives',
  family: 'Essais',
  fields: { objet: text('Objet', { required: true, title: true }), piece: file('Pièce') },
  steps: () => [archivage({})],
})

/** A service that gives no acknowledgement, and whose `send` finds again what it already took. */
const withoutAcknowledgement = (sae: Sae): Sae => ({
  async send(sip) {
    const known = await sae.acknowledgement(sip)
    return known.is === 'unknown' ? sae.send(sip) : { is: 'sent' }
  },
  acknowledgement: async () => Promise.resolve({ is: 'notProvided' }),
  reply: transfer => sae.reply(transfer),
})

const submitted = async ({ isAnswerLost = false } = {}) => {
  const { capabilities, sae } = fakeTown()
  const hub = testHub(flow, [archivage], { ...capabilities, sae: withoutAcknowledgement(capabilities.sae) })
  const document = await hub.create({ objet: 'Bail', piece: fileNamed('bail.pdf') })
  if (isAnswerLost) sae.mishaps.loseNextAnswer()
  await document.submit()
  return { hub, document, sae }
}

describe("un service d'archivage sans accusé de réception", () => {
  test("l'accusé n'est pas attendu : la réponse l'est, puis décide", async () => {
    const { hub, document, sae } = await submitted()
    expect(document.state).toBe('sae.envoye')
    await hub.advance('2 min')
    expect(document.state).toBe('sae.sansAr')
    sae.accept()
    await hub.advance('10 min')
    expect(document.current.trail.map(stop => stop.state)).toEqual([
      'brouillon',
      'sae.aGenerer',
      'sae.genere',
      'sae.envoye',
      'sae.sansAr',
      'sae.accepte',
      'termine',
    ])
  })

  test("un refus s'affiche avec son code, et un nouveau paquet se génère", async () => {
    const { hub, document, sae } = await submitted()
    await hub.advance('2 min')
    sae.refuse('KO', 'Service versant inconnu')
    await hub.advance('10 min')
    expect(document.state).toBe('sae.refuse')
    await document.ask('sae.regenerer')
    expect(sae.transfers.size).toBe(2)
  })

  test("une réponse d'envoi perdue ne fait pas deux versements", async () => {
    const { hub, document, sae } = await submitted({ isAnswerLost: true })
    expect(document.state).toBe('sae.genere')
    expect(sae.transfers.size).toBe(1)
    await hub.advance('5 min')
    expect(document.state).toBe('sae.sansAr')
    expect(sae.transfers.size).toBe(1)
  })
})

describe('un fichier de données du bordereau', () => {
  const withValues = defineFlow({
    ...flow.stored,
    fields: {
      objet: text('Objet', { required: true, title: true }),
      nature: choice('Nature', { '3': 'Arrêté', '4': 'Contrat' }, { pastell: 'acte_nature' }),
      piece: file('Pièce'),
      valeurs: file('Données', { pastell: 'sae_config' }),
    },
    steps: ({ valeurs }) => [archivage({ valeurs })],
  })
  const generated = async (json: string) => {
    const seen: DocumentContents[] = []
    const { capabilities } = fakeTown()
    const seda: typeof capabilities.seda = {
      generate(contents, evidence, transferId) {
        seen.push(contents)
        return capabilities.seda.generate(contents, evidence, transferId)
      },
    }
    const files: Files = {
      open: () => Readable.from([Buffer.from(json)]),
      save: async (_content, name) => Promise.resolve(fileNamed(name)),
    }
    const hub = testHub(withValues, [archivage], { ...capabilities, seda }, { files })
    const piece = fileNamed('bail.pdf')
    const document = await hub.create({ objet: 'Bail', nature: '3', piece, valeurs: fileNamed('valeurs.json') })
    await document.submit()
    return { document, seen, piece }
  }

  test('remplace les valeurs du document, sous leur nom ici ou chez Pastell, et jamais ses fichiers', async () => {
    const { seen, piece } = await generated('{"acte_nature":"4","producteur":"DRH","rang":2,"piece":"perdu"}')
    expect(seen[0]?.values).toMatchObject({ objet: 'Bail', nature: '4', producteur: 'DRH', rang: '2', piece })
  })

  test('qui n’est pas un objet JSON arrête la préparation, avec une phrase', async () => {
    const { document, seen } = await generated('[1]')
    expect(seen).toEqual([])
    expect(document.state).toBe('sae.erreurGeneration')
    expect(document.current.message).toContain("« valeurs.json » n'est pas un objet JSON")
  })
})
