import { expect, test } from 'vitest'
import { defineFlow, file, text, type ActeStatus } from '#core'
import { fakeTdtActes, fileNamed, testHub } from '#core/testing'
import { tdtActes } from './index.ts'

const acte = fileNamed('deliberation.pdf')

const flow = defineFlow({
  id: 'essai-actes',
  version: 1,
  label: 'Essai',
  family: 'Actes',
  fields: { objet: text('Objet', { required: true, title: true }), acte: file('Acte', { required: true }) },
  steps: fields => [tdtActes(fields)],
})

/** A TdT that wants each transmission confirmed by an agent, with a certificate of their own. */
const confirming = async (firstAnswerLost = false) => {
  const remote = fakeTdtActes()
  const send = remote.tdtActes.send.bind(remote.tdtActes)
  const waiting: ActeStatus = { is: 'toConfirm', message: "En attente d'être posté" }
  remote.tdtActes.send = async given => {
    if (firstAnswerLost) remote.mishaps.loseNextAnswer()
    try {
      const sent = await send(given)
      return sent.is === 'sent'
        ? { is: 'toConfirm', id: sent.id, url: `https://tdt.test/confirmer?id=${sent.id}` }
        : sent
    } finally {
      for (const each of remote.actes.values()) each.status = waiting
    }
  }
  const hub = testHub(flow, [tdtActes], { tdtActes: remote.tdtActes })
  const document = await hub.create({
    objet: 'Convention',
    acte,
    'tdtActes.nature': '1',
    'tdtActes.numero': 'DEL_1',
    'tdtActes.date': '2026-01-15',
    'tdtActes.classification': { value: '1.1', label: '1.1 Marchés publics' },
    'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_DE', label: 'Délibération' }],
  })
  await document.submit()
  return {
    remote,
    hub,
    document,
    confirm: () => {
      for (const each of remote.actes.values()) each.status = { is: 'pending', message: 'Posté' }
    },
  }
}

test('un acte à confirmer attend l’agent, dit où, puis suit son cours une fois confirmé', async () => {
  const { hub, document, remote, confirm } = await confirming()
  expect(document.state).toBe('tdtActes.aConfirmer')
  expect(document.journal).toContain('À confirmer avec un certificat : https://tdt.test/confirmer?id=1')
  expect(document.buttons['tdtActes.confirmer']).toBe(true)
  await hub.advance('40 d')
  expect(document.state).toBe('tdtActes.aConfirmer')
  confirm()
  await hub.advance('5 min')
  expect(document.state).toBe('tdtActes.envoye')
  expect(document.buttons['tdtActes.confirmer']).toBeUndefined()
  remote.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('termine')
  expect(remote.actes.size).toBe(1)
})

test('confirmé puis acquitté entre deux regards, il n’en perd rien', async () => {
  const { hub, document, remote } = await confirming()
  remote.acknowledge()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
  expect(document.data['tdtActes.acteId']).toContain('DEL_1')
})

test('rejeté pendant qu’il attendait, l’acte le dit', async () => {
  const { hub, document, remote } = await confirming()
  remote.reject('Annulé par un agent sur le TdT')
  await hub.advance('5 min')
  expect(document.state).toBe('tdtActes.rejete')
})

test('la réponse perdue d’un acte à confirmer : il est retrouvé, et attend la confirmation', async () => {
  const { hub, document, remote } = await confirming(true)
  await hub.advance('1 h')
  expect(document.state).toBe('tdtActes.aConfirmer')
  expect(document.data['tdtActes.transactionId']).toBe('1')
  expect(remote.actes.size).toBe(1)
})
