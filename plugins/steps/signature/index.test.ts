import { expect, test } from 'vitest'
import { defineFlow, file, files, text, type Signature, type SignatureFolder } from '#core'
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
