import { expect, test } from 'vitest'
import { defineFlow, file, files, PermanentError, text, type Signature, type SignatureFolder } from '#core'
import { fakeSignature, fileNamed, testHub } from '#core/testing'
import { signature } from './index.ts'

const flow = defineFlow({
  id: 'courrier',
  version: 1,
  label: 'Courrier',
  family: 'Essais',
  fields: {
    objet: text('Objet', { required: true, title: true }),
    lettre: file('Lettre', { required: true }),
    annexes: files('Annexes'),
  },
  steps: ({ objet, lettre, annexes }) => [signature({ titre: objet, document: lettre, annexes })],
})

const [lettre, annexe, premiere] = ['lettre.pdf', 'plan.pdf', 'premiere.p7s'].map(name => fileNamed(name)) as [
  ReturnType<typeof fileNamed>,
  ReturnType<typeof fileNamed>,
  ReturnType<typeof fileNamed>,
]

test('les signatures que porte le document et le document entier vont au parapheur ; les annexes signées reviennent', async () => {
  const sent: SignatureFolder[] = []
  const signedAnnexe = { ...annexe, sha256: 'a'.repeat(64) }
  const connector: Signature = {
    ...fakeSignature().signature,
    async send(folder) {
      sent.push(folder)
      return { is: 'sent', id: 'dossier-1' }
    },
    status: async () => ({ is: 'signed', document: lettre, signedAnnexes: [signedAnnexe] }),
  }
  const hub = testHub(flow, [signature], { signature: connector })
  const document = await hub.create({
    objet: 'Convention',
    lettre,
    annexes: [annexe],
    'signature.circuit': { value: 'actes/deliberation', label: 'Actes / Délibération' },
    'signature.primoSignatures': [{ ...premiere, type: 'application/pkcs7-signature' }],
  })
  await document.submit()
  await hub.advance('1 min')
  expect(sent[0]?.signatures?.map(({ name }) => name)).toEqual(['premiere.p7s'])
  expect(sent[0]?.contents?.values['objet']).toBe('Convention')
  expect(document.state).toBe('termine')
  expect(document.current.data['signature.annexesSignees']).toEqual([signedAnnexe])
})

/** The answer to the sending is lost, and the book cannot be searched. */
const lost = async () => {
  const fake = fakeSignature()
  const connector: Signature = {
    ...fake.signature,
    find: async () => ({ is: 'unknowable', reason: 'La réponse du parapheur s’est perdue.' }),
  }
  const hub = testHub(flow, [signature], { signature: connector })
  const document = await hub.create({
    objet: 'Convention',
    lettre,
    annexes: [],
    'signature.circuit': { value: 'actes/deliberation', label: 'Actes / Délibération' },
  })
  fake.mishaps.loseNextAnswer()
  await document.submit()
  await hub.advance('5 min')
  return { fake, hub, document }
}

test('un parapheur qui ne sait pas chercher laisse un agent vérifier : rien ne part une seconde fois tout seul', async () => {
  const { fake, hub, document } = await lost()
  expect(document.state).toBe('signature.aIdentifier')
  expect(document.current.message).toMatch(/s’est perdue\. S'il y est, saisir son identifiant/u)
  await hub.advance('1 d')
  expect(fake.folders.size).toBe(1)
})

test('la réponse perdue, puis la recherche refusée : le doute reste, rien ne se supprime ni ne repart sans être cherché', async () => {
  const fake = fakeSignature()
  let searches = 0
  const connector: Signature = {
    ...fake.signature,
    find(key) {
      searches += 1
      if (searches === 1) throw new PermanentError('Recherche interdite à ce compte.')
      return fake.signature.find(key)
    },
  }
  const hub = testHub(flow, [signature], { signature: connector })
  const circuit = { value: 'actes/deliberation', label: 'Actes / Délibération' }
  const document = await hub.create({ objet: 'Convention', lettre, annexes: [], 'signature.circuit': circuit })
  fake.mishaps.loseNextAnswer()
  await document.submit()
  await hub.advance('5 min')
  expect([document.state, document.message]).toEqual(['signature.erreurEnvoi', 'Recherche interdite à ce compte.'])
  await expect(document.ask('supprimer')).rejects.toThrow('peut-être arrivé')
  await document.ask('signature.envoyer')
  expect([document.state, fake.folders.size]).toEqual(['signature.envoye', 1])
})

test('le dossier y est : son identifiant saisi, le suivi reprend', async () => {
  const { fake, hub, document } = await lost()
  await expect(document.ask('signature.reprendre')).rejects.toThrow(/saisir d’abord l’identifiant/u)
  document.edit({ 'signature.dossierId': ' dossier-1 ' })
  await document.ask('signature.reprendre')
  fake.sign()
  await hub.advance('5 min')
  expect(document.state).toBe('termine')
  expect(fake.folders.size).toBe(1)
})

test("le dossier n'y est pas : l'agent le renvoie, sous une autre clé", async () => {
  const { fake, hub, document } = await lost()
  await document.ask('signature.renvoyer')
  await hub.advance('1 min')
  expect(document.state).toBe('signature.envoye')
  expect(new Set([...fake.folders.values()].map(({ key }) => key)).size).toBe(2)
})

test('un refus arrête le document, sauf si le flux dit de poursuivre : alors il continue, ou attend « Poursuivre »', async () => {
  const connector: Signature = { ...fakeSignature().signature, status: async () => ({ is: 'refused', reason: 'Non' }) }
  const settled = async (place: (visa: ReturnType<typeof signature>) => ReturnType<typeof signature>) => {
    const refused = defineFlow({
      ...flow.stored,
      fields: { objet: text('Objet', { required: true, title: true }), lettre: file('Lettre', { required: true }) },
      steps: ({ objet, lettre: document }) => [place(signature({ titre: objet, document }))],
    })
    const hub = testHub(refused, [signature], { signature: connector })
    const circuit = { value: 'actes/deliberation', label: 'Actes / Délibération' }
    const document = await hub.create({ objet: 'Convention', lettre, 'signature.circuit': circuit })
    await document.submit()
    await hub.advance('1 min')
    return document
  }
  expect((await settled(visa => visa)).state).toBe('signature.refuse')
  expect((await settled(visa => visa.goOnAfterRefusal())).state).toBe('termine')
  const waiting = await settled(visa => visa.goOnAfterRefusal().thenWait())
  expect(waiting.state).toBe('signature.refuse')
  await waiting.ask('poursuivre')
  expect(waiting.state).toBe('termine')
})
