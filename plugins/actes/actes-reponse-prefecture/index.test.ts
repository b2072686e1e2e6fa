import { describe, expect, test } from 'vitest'
import { PermanentError, TemporaryError, type LetterAnswer, type LetterAnswerStatus, type LetterKind } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { reponsePrefecture } from '../../steps/reponse-prefecture/index.ts'
import flow from './index.ts'

const reponse = fileNamed('reponse.pdf')
const plan = fileNamed('plan.pdf')
const typed = (...files: readonly { readonly sha256: string; readonly name: string }[]) =>
  files.map(({ sha256, name }) => ({ sha256, name, value: '99_DE', label: 'Délibération (99_DE)' }))
/** The field of types of each kind of letter. */
const TYPES = { '2': 'typologieCourrier', '3': 'typologiePieces', '4': 'typologieLettre', '5': '' } as const

/** A letter of the préfecture as the connector delivers it, at a TdT that carries answers. */
const received = async (type: LetterKind, { carries = true }: { readonly carries?: boolean } = {}) => {
  const { capabilities } = fakeTown()
  const sent: LetterAnswer[] = []
  const remote = {
    sent,
    failure: undefined as Error | undefined,
    refusal: undefined as string | undefined,
    status: { is: 'pending', message: "En attente de l'accusé" } as LetterAnswerStatus,
  }
  const answers = {
    async send(answer: LetterAnswer) {
      const { failure, refusal } = remote
      remote.failure = undefined
      if (failure) throw failure
      if (refusal !== undefined) return { is: 'refused', reason: refusal } as const
      sent.push(answer)
      return { is: 'sent', id: `reponse-${sent.length}` } as const
    },
    status: async () => remote.status,
  }
  const tdtActes = carries ? { ...capabilities.tdtActes, answers } : capabilities.tdtActes
  const hub = testHub(flow, [reponsePrefecture], { tdtActes })
  const document = await hub.create({ numero: 'DEL_1', nature: '1', type, courrier: '7', acteTransaction: '42' })
  await document.submit()
  const answer = (values: Readonly<Record<string, unknown>> = {}) => {
    const given = { reponse, [TYPES[type]]: typed(reponse), ...values }
    return document.edit(
      Object.fromEntries(Object.entries(given).map(([name, value]) => [`reponsePrefecture.${name}`, value])),
    )
  }
  return { hub, document, remote, answer }
}

const answered = async (type: LetterKind, values: Readonly<Record<string, unknown>> = {}) => {
  const all = await received(type)
  await all.document.ask('reponsePrefecture.repondre')
  expect(all.answer(values)).toEqual([])
  await all.document.ask('reponsePrefecture.envoyer')
  return all
}

describe('le courrier reçu', () => {
  test.each(['2', '3', '4'] as const)(
    'de type %s attend une réponse, qui ne part pas avant d’être prête',
    async type => {
      const { document, answer, remote } = await received(type)
      expect(document.state).toBe('reponsePrefecture.attente')
      expect(document.buttons['reponsePrefecture.envoyer']).toBe('cliquer d’abord sur « Répondre »')
      await document.ask('reponsePrefecture.repondre')
      expect(document.state).toBe('reponsePrefecture.attente')
      expect(document.buttons['reponsePrefecture.repondre']).toContain('déjà commencée')
      expect(document.buttons['reponsePrefecture.envoyer']).toBe('déposer d’abord la réponse')
      expect(answer({ [TYPES[type]]: [] })).toEqual([])
      expect(document.buttons['reponsePrefecture.envoyer']).toBe('choisir d’abord le type de « reponse.pdf »')
      expect(remote.sent).toEqual([])
    },
  )

  test('de type 5, un déféré, informe seulement', async () => {
    const { document } = await received('5')
    expect(document.state).toBe('termine')
    expect(document.journal.join(' ')).toContain("défère l'acte au tribunal administratif")
  })

  test('peut être classé sans réponse', async () => {
    const { document } = await received('2')
    await document.ask('reponsePrefecture.classer')
    expect(document.state).toBe('termine')
  })

  test('un document fait à la main n’a pas de courrier, le dit, et peut être supprimé', async () => {
    const { hub } = await received('2')
    const document = await hub.create({})
    await document.submit()
    expect(document.state).toBe('reponsePrefecture.erreur')
    expect(document.message).toContain('Supprimez-le')
    expect(document.buttons['supprimer']).toBe(true)
  })
})

describe('la réponse', () => {
  test('à une demande de pièces part avec ses autres pièces, et revient avec son accusé', async () => {
    const { document, hub, remote } = await answered('3', {
      autresPieces: [plan],
      typologiePieces: typed(reponse, plan),
    })
    expect(remote.sent).toMatchObject([
      {
        kind: '3',
        letterId: '7',
        refusal: false,
        piece: { file: reponse, type: '99_DE' },
        annexes: [{ file: plan, type: '99_DE' }],
      },
    ])
    expect(document.state).toBe('reponsePrefecture.envoye')
    remote.status = { is: 'acknowledged', ar: fileNamed('ar.xml') }
    await hub.advance('5 min')
    expect(document.state).toBe('termine')
    expect(document.data['reponsePrefecture.ar']).toMatchObject({ name: 'ar.xml' })
  })

  test('un refus part sans les autres pièces', async () => {
    const { remote } = await answered('3', { refus: true, autresPieces: [plan], typologiePieces: typed(reponse, plan) })
    expect(remote.sent).toMatchObject([{ refusal: true, annexes: [] }])
  })

  test('à une lettre d’observations peut être un rejet', async () => {
    const { remote } = await answered('4', { refus: true })
    expect(remote.sent).toMatchObject([{ kind: '4', refusal: true }])
  })

  test('à un courrier simple n’attend pas d’accusé', async () => {
    const { document, hub, remote } = await answered('2')
    remote.status = { is: 'final', message: "La préfecture n'en accuse pas réception" }
    await hub.advance('5 min')
    expect(document.state).toBe('termine')
  })
})

describe('ce qui échoue', () => {
  test('refusée à l’envoi, elle se corrige et repart', async () => {
    const { document, answer, remote } = await received('4')
    remote.refusal = 'Pièce illisible'
    await document.ask('reponsePrefecture.repondre')
    answer()
    await document.ask('reponsePrefecture.envoyer')
    expect([document.state, document.message]).toEqual(['reponsePrefecture.erreurEnvoi', 'Pièce illisible'])
    remote.refusal = undefined
    expect(answer()).toEqual([])
    await document.ask('reponsePrefecture.envoyer')
    expect(document.state).toBe('reponsePrefecture.envoye')
  })

  test('rejetée plus tard, elle se corrige et repart', async () => {
    const { document, hub, remote } = await answered('4')
    remote.status = { is: 'refused', reason: 'Signature attendue' }
    await hub.advance('5 min')
    expect([document.state, document.message]).toEqual(['reponsePrefecture.rejete', 'Signature attendue'])
    remote.status = { is: 'pending', message: 'En attente' }
    await document.ask('reponsePrefecture.envoyer')
    expect([document.state, remote.sent.length]).toEqual(['reponsePrefecture.envoye', 2])
  })

  test('sans nouvelles trente jours, le suivi s’interrompt, et une relance le reprend', async () => {
    const { document, hub, remote } = await answered('3')
    await hub.advance('31 d')
    expect(document.state).toBe('reponsePrefecture.erreurSuivi')
    remote.status = { is: 'acknowledged', ar: fileNamed('ar.xml') }
    await document.ask('reponsePrefecture.verifier')
    expect(document.state).toBe('termine')
  })

  test('une réponse dont l’issue s’est perdue attend qu’une personne regarde, et n’est jamais renvoyée seule', async () => {
    const { document, hub, answer, remote } = await received('3')
    remote.failure = new TemporaryError('Connexion coupée.', { maybeSent: true })
    await document.ask('reponsePrefecture.repondre')
    answer()
    await document.ask('reponsePrefecture.envoyer')
    await hub.advance('1 d')
    expect(document.state).toBe('reponsePrefecture.incertain')
    expect(remote.sent).toEqual([])
  })

  test('un TdT qui ne transporte pas les réponses le dit, et le courrier se classe', async () => {
    const { document, answer } = await received('2', { carries: false })
    await document.ask('reponsePrefecture.repondre')
    answer()
    await document.ask('reponsePrefecture.envoyer')
    expect(document.state).toBe('reponsePrefecture.erreurEnvoi')
    expect(document.message).toContain('ne transporte pas les réponses')
    await document.ask('reponsePrefecture.classer')
    expect(document.state).toBe('termine')
  })

  test('une erreur du TdT à l’envoi se réessaie', async () => {
    const { document, answer, remote } = await received('3')
    remote.failure = new PermanentError('Compte sans droit.')
    await document.ask('reponsePrefecture.repondre')
    answer()
    await document.ask('reponsePrefecture.envoyer')
    expect(document.state).toBe('reponsePrefecture.erreurEnvoi')
    await document.ask('reponsePrefecture.envoyer')
    expect(document.state).toBe('reponsePrefecture.envoye')
  })
})
